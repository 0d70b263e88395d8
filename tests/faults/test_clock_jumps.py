"""The server's clock jumps forward and back: no day is controlled twice, none is forgotten, no entry lost."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from os import environ
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from bench.entries import form
from bench.served import child, session_headers
from bench.talk import Talk
from inspections.models import ControlRun, Inspection
from tests.conftest import ROOT, app_url, owner_url
from tests.database.control_rows import make_due, make_people
from tests.faults.clock import Clock
from tests.own_database import own_database  # noqa: F401 - a fixture
from tests.server import Server, free_port, server_environment, wait_for

#: Reads lines and answers each with what the daily task said at that moment of the clock.
CONTROLLING = """
import sys
from datetime import time
from inspections import tasks
tasks.RUN_FROM = time(0, 0)
for line in sys.stdin:
    print("said:", tasks.daily_control(0), flush=True)
"""


@pytest.fixture
def city(own_database: str) -> Any:  # noqa: F811
    people = make_people()
    people.database = own_database
    people.tree = make_due(people.avenue, phase="mature").pk
    return people


@contextmanager
def controlling(database: str, clock: Clock) -> Iterator["subprocess.Popen[str]"]:
    """A process that controls when it is told to, by its own clock."""
    urls = {"DATABASE_URL": app_url(database), "DATABASE_OWNER_URL": owner_url(database)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", CONTROLLING],
        cwd=ROOT, env=environ | urls | clock.environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def serving(database: str, var: Path, clock: Clock) -> Iterator[str]:
    """The product under Django's own server: gunicorn's sleep does not bear a made-up clock."""
    env = server_environment(database, var, BAUM_SECRET_KEY=settings.SECRET_KEY)
    port = free_port()
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with child(command, env | clock.environment, var / "server.log") as process:
        server = Server(f"http://localhost:{port}", database, var, process.pid)
        wait_for(server, process)
        yield server.url


def test_each_day_is_controlled_once_whatever_the_clock_does(city: Any, tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    today = timezone.localdate()
    with controlling(city.database, clock) as process:
        assert process.stdin is not None and process.stdout is not None
        for days in (0, 0, 3, 0, -2, 3, 4):
            clock.jump(timedelta(days=days))
            process.stdin.write("now\n")
            process.stdin.flush()
            for line in process.stdout:
                if line.startswith("said:"):
                    break
    runs = list(ControlRun.objects.order_by("day").values_list("day", "missed_days"))
    assert runs == [
        (today, 0),
        (today + timedelta(days=3), 2),
        (today + timedelta(days=4), 0),
    ]


def test_sessions_and_entries_are_sane(city: Any, tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    headers = session_headers(city.north_arborist)
    with serving(city.database, tmp_path, clock) as url:
        talk = Talk(url, headers)

        def post() -> int:
            body = form(city.tree)
            status, _ = talk.ask("POST", "/api/v1/inspections/", json.dumps(body).encode())
            return status

        assert post() == 201
        # A session that ran out by a wrong clock is not destroyed: right again, it goes on.
        clock.jump(timedelta(days=20))
        assert post() == 401
        clock.jump(timedelta())
        assert post() == 201
        # Behind: what was just seen would lie in the future, and is refused, not kept as such.
        clock.jump(timedelta(hours=-2))
        assert post() == 400
        clock.jump(timedelta())
        assert post() == 201
    assert Inspection.objects.count() == 3
