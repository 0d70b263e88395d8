"""People write, export and control while everything dies, by a seed: ``./baum bench faults``.

In a cluster of its own: PostgreSQL is shut down at once, web server and worker are killed, an export
is left, sessions are ended in mid-statement, imports begin, the mail server goes and comes, over and
over; then the disk fills up and the clock jumps. Afterwards every acknowledged inspection must be
there with all its parts and its history, every due date be the rule's, every import be whole or not
there, every mail have left, and each day be controlled once. The last line is the verdict.
"""

import argparse
import logging
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
from django.db import connections
from django.utils import timezone

from baumkataster.models import User
from bench.cluster import PrivateCluster, private_cluster
from bench.fault_sides import Import, MailServer, all_ended, clock_jumps, full_disk
from bench.served import session_headers
from bench.talk import Talk
from inspections.services import check_plans
from tests import factories
from tests.conftest import app_url, create_database, drop_database, manage
from tests.database.control_rows import make_due, make_people
from tests.faults.minded import MindedWorker
from tests.faults.writers import Writers, assert_all_is_there
from tests.field.mortal import Mortal

#: Ends some session of the app in the middle of whatever it does.
END_ONE = """
    SELECT pg_terminate_backend(pid) FROM (
        SELECT pid FROM pg_stat_activity
        WHERE datname = %s AND pid <> pg_backend_pid() AND usename = current_user
        ORDER BY (state = 'active') DESC, random() LIMIT 1) one"""
#: How often each fault comes, in parts.
FAULTS = {"database": 2, "web": 3, "worker": 2, "session": 5, "export": 2, "import": 1, "mail": 2}


def main() -> int:
    """Run and print; 0 only if nothing was lost and nothing half done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=150, help="at most, for these faults")
    parser.add_argument("--jumps", type=int, default=40, help="of the clock")
    parser.add_argument("--trees", type=int, default=300)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    name = f"baumtest_{os.getpid()}_faults"
    with tempfile.TemporaryDirectory() as folder, private_cluster() as postgres:
        create_database(name, os.environ["BAUM_TEMPLATE_DB"])
        manage(name, "migrate", "--verbosity=0")
        connections["default"].settings_dict.update(
            NAME=name, USER="baum_app", PASSWORD="bench-app", HOST=str(postgres.places.run)
        )
        try:
            live(name, Path(folder), postgres, options)
        finally:
            connections["default"].close()
            drop_database(name)
    return 0


def live(name: str, var: Path, postgres: PrivateCluster, options: argparse.Namespace) -> None:
    """Write through all faults, then count."""
    chance = random.Random(options.seed)
    people = make_people()
    factories.make_city(public_geojson=True)
    users = [factories.make_user("arborist") for _ in range(options.writers)]
    trees = [factories.make_tree(phase="mature").pk for _ in range(options.trees)]
    mails = MailServer(people, make_due(people.avenue))
    begun = time.monotonic()
    with (
        MindedWorker(name, **mails.outage.environment) as worker,
        Mortal(name, var) as server,
        Writers(server.server.url, users, trees) as writers,
    ):
        talk = Talk(server.server.url, session_headers(users[0]), timeout=20)
        storm = Storm(name, postgres, server, worker, talk, mails, people.planner)
        while storm.done.total() < options.faults and time.monotonic() - begun < options.seconds:
            (fault,) = chance.choices(list(FAULTS), list(FAULTS.values()))
            time.sleep(chance.uniform(0, 0.5))
            storm.cause(fault)
            writers.wait_for(2)
            worker.mind()
        seconds = time.monotonic() - begun
        all_ended(worker)
        said = mails.settle(worker)
    connections["default"].close()
    assert_all_is_there(name, writers.journal)
    print(f"{dict(storm.done)} in {seconds:.0f} s;"
          f" {len(writers.journal.acknowledged)} Kontrollen quittiert,"
          f" {writers.journal.broken} mal abgerissen und wiederholt;"
          f" Worker {worker.starts} mal gestartet")  # fmt: skip
    print(f"Importe: {dict(Counter(each.verdict() for each in storm.imports))}")
    print(f"Mailserver: {said}")
    differing = check_plans(day=timezone.localdate())
    if differing:
        raise SystemExit(f"{len(differing)} Termine stimmen nicht: {differing[:3]}")
    print(f"Uhr: {clock_jumps(name, chance, options.jumps)}")
    connections["default"].close()
    print(f"Volle Platte: {full_disk()}")
    print("Verloren: nichts. Halb getan: nichts.")


class Storm:
    """What is hit, and how often it was."""

    def __init__(
        self,
        name: str,
        postgres: PrivateCluster,
        server: Mortal,
        worker: MindedWorker,
        talk: Talk,
        mails: MailServer,
        planner: User,
    ) -> None:
        self.done: Counter[str] = Counter()
        self.imports: list[Import] = []
        self._name, self._postgres, self._server = name, postgres, server
        self._worker, self._talk, self._mails, self._planner = worker, talk, mails, planner

    def cause(self, fault: str) -> None:
        """One fault."""
        deeds: dict[str, Callable[[], None]] = {
            "database": self._shut_down,
            "web": self._kill_web,
            "worker": self._worker.die,
            "session": self._end_session,
            "export": self._leave_export,
            "import": self._begin_import,
            "mail": self._mails.turn,
        }
        deeds[fault]()
        self.done[fault] += 1

    def _shut_down(self) -> None:
        self._postgres.die()
        self._postgres.start()

    def _kill_web(self) -> None:
        self._server.die()
        self._server.start()

    def _end_session(self) -> None:
        with psycopg.connect(app_url(self._name), autocommit=True) as connection:
            connection.execute(END_ONE, [self._name])

    def _leave_export(self) -> None:
        """Asked for and left alone: nothing may hang on it."""
        self._talk.ask("GET", "/export/trees.geojson")
        self._talk.close()

    def _begin_import(self) -> None:
        connections["default"].close()
        self.imports.append(Import(self._planner, len(self.imports)))


if __name__ == "__main__":
    raise SystemExit(main())
