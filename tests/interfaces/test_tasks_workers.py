"""Two real worker processes on one database: one run, each mail once, jobs of the dead start again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from inspections import tasks
from inspections.models import ControlMail, ControlRun
from inspections.reports.past_store import ALL
from inspections.reports.past_trees import kept_trees
from inspections.services import order_measure
from tests.conftest import ROOT, app_url, owner_url
from tests.database.control_rows import make_due, make_people
from tests.database.test_control_runs_processes import number, until
from tests.interfaces.postbox import Postbox, listening
from tests.own_database import own_database  # noqa: F401 - a fixture

WAITING_TO_WRITE_MAILS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO "inspections_controlmail"%%'"""


@contextmanager
def worker(database: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process of its own; killed at the end, with what it said if the test fails."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.interfaces.worker"],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": app_url(database), "DATABASE_OWNER_URL": owner_url(database)}
        | environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)


@pytest.fixture
def city(own_database):  # noqa: F811
    people = make_people()
    for _ in range(5):
        make_due(people.avenue)
    people.database = own_database
    return people


def jobs(name: str) -> list[tuple[str, int]]:
    """Status and attempts of all jobs of a task."""
    rows = ProcrastinateJob.objects.filter(task_name=f"inspections.tasks.{name}")
    return list(rows.order_by("id").values_list("status", "attempts"))


def test_two_workers_run_once_and_mail_each_person_once(city):
    box = Postbox()
    with listening(box) as port:
        smtp = {"BAUM_SMTP_HOST": "127.0.0.1", "BAUM_SMTP_PORT": str(port)}
        with worker(city.database, **smtp), worker(city.database, **smtp):
            until(ControlRun.objects.exists)
            # More rounds than the schedule would make, so that both workers are at it.
            for number in range(8):
                for task in (tasks.daily_control, tasks.send_mails):
                    lock = f"{task.name} {number}"
                    task.configure(queueing_lock=lock).defer(timestamp=0)
            until(lambda: len(box.received) == ControlMail.objects.count() > 0)
            until(lambda: {status for status, _ in jobs("send_mails")} == {"succeeded"})
            until(lambda: {status for status, _ in jobs("daily_control")} == {"succeeded"})
            assert ControlRun.objects.count() == 1
            assert_alarm_arrives_within_a_minute(city, box)
    identities = [arrived.message["Message-ID"] for arrived in box.received]
    assert len(set(identities)) == len(identities) == ControlMail.objects.count()


def assert_alarm_arrives_within_a_minute(city, box: Postbox) -> None:
    """The schedule itself sends it; nobody queues a job."""
    before = len(box.received)
    order_measure(
        by=city.north_arborist,
        day=timezone.localdate(),
        tree_id=make_due(city.avenue).pk,
        kind="felling",
        urgency="1",
    )
    # The next minute's round, and what a machine with other things to do takes longer.
    until(lambda: len(box.received) > before, seconds=90)
    assert box.received[-1].to == [city.supervisor.email]


def test_job_of_a_killed_worker_starts_again(city):
    with psycopg.connect(app_url(city.database)) as holder:
        holder.execute("LOCK TABLE inspections_controlmail IN EXCLUSIVE MODE")
        with worker(city.database) as first:
            # The run itself, not a job beside it that wants to send mails.
            until(lambda: number(WAITING_TO_WRITE_MAILS) == 1)
            assert ("doing", 0) in jobs("daily_control")
            first.kill()
            first.wait(timeout=10)
    assert not ControlRun.objects.exists()
    a_minute_passes()
    with worker(city.database):
        until(ControlRun.objects.exists)
        until(lambda: jobs("daily_control")[0][0] == "succeeded")
    assert ControlRun.objects.count() == 1
    assert ControlMail.objects.count() == 4


def a_minute_passes() -> None:
    """Nobody has heard of a dead worker for long, and the schedule rescues its jobs once more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 minute'"
        )
        cursor.execute(
            "DELETE FROM procrastinate_periodic_defers WHERE task_name = %s",
            [tasks.rescue_stalled_jobs.name],
        )


def test_worker_renews_the_kept_trees_when_much_has_happened(city):
    """A table that marks have overtaken is not read any more; the next round makes another one."""
    assert not kept_trees()
    run_once(city.database, tasks.keep_trees_ready)
    first = kept_trees()
    assert first is not None
    run_once(city.database, tasks.keep_trees_ready)
    assert kept_trees() == first
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inspections_pastmark (by, tree_id)"
            " VALUES (pg_current_xact_id(), %s)", [ALL]
        )  # fmt: skip
    assert not kept_trees()
    run_once(city.database, tasks.keep_trees_ready)
    second = kept_trees()
    assert second is not None and second.id > first.id


def run_once(database: str, task: Any) -> None:
    """A worker does what waits, in a city that counts as large; it ends what it has begun."""
    job = task.configure(queueing_lock="by hand").defer(timestamp=0)
    with worker(database, BAUM_TEST_LARGE="-2") as process:
        # Its like, which the schedule adds, may hold the lock first: a worker that leaves as soon as
        # it finds nothing would leave this one waiting.
        until(lambda: ProcrastinateJob.objects.get(pk=job).status == "succeeded")
        process.terminate()
        process.wait(timeout=60)


def test_stalled_job_is_given_up_when_it_killed_too_often_or_its_like_waits(city):
    tomorrow = timezone.now() + timedelta(days=1)
    stalled = [
        tasks.send_mails.configure(queueing_lock=lock).defer(timestamp=0)
        for lock in ("poison", "send_mails", "fine")
    ]
    make_stalled(stalled)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 4 WHERE id = %s", [stalled[0]])
    tasks.send_mails.configure(schedule_at=tomorrow).defer(timestamp=0)
    tasks.rescue_stalled_jobs.defer(timestamp=0)
    of_these = ProcrastinateJob.objects.filter(pk__in=stalled)
    with worker(city.database):
        until(lambda: not of_these.filter(status__in=("doing", "todo")).exists())
    found = dict(of_these.values_list("pk", "status"))
    assert [found[key] for key in stalled] == ["failed", "failed", "succeeded"]


def make_stalled(job_ids: list[int]) -> None:
    """As if a worker that has long been forgotten had begun them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL WHERE id = ANY (%s)",
            [job_ids],
        )
