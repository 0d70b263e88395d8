"""Arborists that keep on writing whatever happens, and the count of what became of it."""

import http.client
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from baumkataster.models import User
from bench.entries import form
from bench.served import session_headers
from bench.talk import Talk
from tests.conftest import app_url

PATH = "/api/v1/inspections/"
#: Inspections that lack a part which their one transaction had to write.
HALF = """
    SELECT count(*) FROM inspections_inspection i WHERE i.id = ANY (%s) AND NOT (
        (SELECT count(*) FROM inspections_finding f WHERE f.inspection_id = i.id) = 1
        AND (SELECT count(*) FROM inspections_measure m WHERE m.inspection_id = i.id) = 1
        AND EXISTS (SELECT FROM inspections_controlplan p WHERE p.tree_id = i.tree_id
            AND p.basis = 'inspection'))"""
#: Measures whose making is not in the history.
UNTOLD = """
    SELECT count(*) FROM inspections_measure m WHERE m.inspection_id = ANY (%s) AND NOT EXISTS (
        SELECT FROM baumkataster_change c
        WHERE c.table_name = 'inspections_measure' AND c.row_id = m.id::text)"""


@dataclass
class Journal:
    """What the writers were told."""

    #: Keys that the server has acknowledged.
    acknowledged: list[UUID] = field(default_factory=list)
    #: Answers that are no way to say "try again": refusals of sound entries.
    refused: list[str] = field(default_factory=list)
    #: Broken lines and 5xx answers, after each of which the same entry was sent again.
    broken: int = 0


class Writers:
    """Threads that post one inspection after the other, each until it is acknowledged."""

    def __init__(self, url: str, users: Sequence[User], trees: Sequence[UUID]) -> None:
        self.journal = Journal()
        self._stop = threading.Event()
        share = max(len(trees) // len(users), 1)
        self._threads = [
            threading.Thread(
                target=self._work,
                args=[url, session_headers(user), trees[n * share : (n + 1) * share]],
                daemon=True,
            )
            for n, user in enumerate(users)
        ]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def wait_for(self, more: int, seconds: float = 60) -> None:
        """Until so many more are acknowledged: it goes on by itself."""
        wanted = len(self.journal.acknowledged) + more
        end = time.monotonic() + seconds
        while len(self.journal.acknowledged) < wanted:
            assert time.monotonic() < end, f"nothing goes on: {self.journal}"
            time.sleep(0.02)

    def _work(self, url: str, headers: dict[str, str], trees: Sequence[UUID]) -> None:
        talk = Talk(url, headers, timeout=20)
        number = 0
        while not self._stop.is_set():
            body = form(trees[number % len(trees)], number=number)
            number += 1
            while not self._sent(talk, body) and not self._stop.is_set():
                time.sleep(0.05)

    def _sent(self, talk: Talk, body: dict[str, Any]) -> bool:
        """Whether this entry is done with."""
        try:
            status, answer = talk.ask("POST", PATH, json.dumps(body).encode())
        except (OSError, http.client.HTTPException):
            self.journal.broken += 1
            return False
        if status in {200, 201}:
            self.journal.acknowledged.append(UUID(body["id"]))
            return True
        if status < 500:
            self.journal.refused.append(f"{status} {answer[:300]!r}")
            return True
        self.journal.broken += 1
        return False


def assert_all_is_there(database: str, journal: Journal) -> None:
    """Nothing acknowledged is lost, nothing is half done, nothing sound was refused."""
    keys = journal.acknowledged
    assert keys and not journal.refused, journal.refused[:3]
    with psycopg.connect(app_url(database)) as connection:

        def one(sql: str) -> int:
            row = connection.execute(sql, [keys]).fetchone()
            assert row is not None
            return int(row[0])

        assert one("SELECT count(*) FROM inspections_inspection WHERE id = ANY (%s)") == len(keys)
        assert len(set(keys)) == len(keys)
        everything = "SELECT array_agg(id) FROM inspections_inspection"
        keys = connection.execute(everything).fetchone()[0]
        assert (one(HALF), one(UNTOLD)) == (0, 0)
