"""Runs as processes: two at once are one, and a killed run leaves nothing half done."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

import psycopg
import pytest
from django.db import connection

from inspections.models import ControlFlag, ControlMail, ControlRun
from inspections.services.replanning import check_plans
from tests.conftest import ROOT, app_url, owner_url
from tests.database.control_rows import make_due, make_people
from tests.own_database import own_database  # noqa: F401 - a fixture

DAY = "2026-05-11"


def start_run(database: str) -> subprocess.Popen[str]:
    """A process of its own that runs the controls of DAY."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "run_controls", f"--day={DAY}"],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": app_url(database), "DATABASE_OWNER_URL": owner_url(database)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(what: Callable[[], bool], seconds: float = 60, *, every: float = 0.05) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(every)


def number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def somebody_waits() -> bool:
    waiting = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    return number(f"{waiting} WHERE NOT granted AND d.datname = current_database()") > 0


@pytest.fixture
def city(own_database):  # noqa: F811
    people = make_people()
    for _ in range(5):
        make_due(people.avenue)
    return own_database


def test_two_processes_at_once_make_one_run(city):
    processes = [start_run(city) for _ in range(2)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], answers
    assert answers[0][0] == answers[1][0]
    assert ControlRun.objects.get().raised == ControlFlag.objects.count() == 5
    assert ControlMail.objects.count() == 3


def test_killed_in_the_middle_nothing_has_happened(city):
    # Mails are written after plans and flags: there the run is held up, and killed.
    with psycopg.connect(app_url(city)) as holder:
        holder.execute("LOCK TABLE inspections_controlmail IN EXCLUSIVE MODE")
        process = start_run(city)
        until(somebody_waits)
        process.kill()
        process.communicate(timeout=10)
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    until(lambda: number(f"{others} AND pid <> pg_backend_pid()") == 0)
    for model in (ControlFlag, ControlMail, ControlRun):
        assert not model.objects.exists(), model
    # Due dates come first, in transactions of their own: what is there is right.
    assert check_plans(day=date.fromisoformat(DAY)) == []
    again = start_run(city)
    assert "Hinweise neu: 5" in again.communicate(timeout=60)[0]
    assert ControlMail.objects.count() == 3
