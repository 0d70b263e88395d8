"""Imports in a real worker: progress is seen meanwhile, a killed one begins anew and doubles nothing."""

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from baumkataster.models import Role, Tree
from geodata.importing.uploads import forget_file, keep_upload
from geodata.models import ImportRun
from geodata.web.import_jobs import start
from inspections import tasks
from tests import factories as make
from tests.conftest import app_url
from tests.database.import_cases import FIXTURES, found_city
from tests.database.test_control_runs_processes import until
from tests.interfaces.test_tasks_workers import a_minute_passes, worker
from tests.own_database import own_database  # noqa: F401 - a fixture


@pytest.fixture
def uploads(own_database):  # noqa: F811 - the fixture
    """Two uploads of one file, checked; their files are removed at the end."""
    found_city()
    by = make.make_user(Role.PLANNER)
    content = (FIXTURES / "wesel_like.csv").read_bytes()
    runs = []
    for name in ("erste.csv", "zweite.csv"):
        run = keep_upload(
            file=ContentFile(content), name=name, profile="wesel", unit=None, by=by,
            now=timezone.now(),
        )  # fmt: skip
        ImportRun.objects.filter(pk=run.pk).update(state="checked")
        runs.append(run)
    yield own_database, runs
    for run in ImportRun.objects.exclude(file=""):
        forget_file(run)


def row(run: ImportRun) -> ImportRun:
    """The run as it is now."""
    return ImportRun.objects.get(pk=run.pk)


def assert_mails_leave_meanwhile() -> None:
    """An alarm does not wait for an import that takes ten minutes."""
    sending = tasks.send_mails.configure(queueing_lock="meanwhile").defer(timestamp=0)
    until(lambda: ProcrastinateJob.objects.get(pk=sending).status == "succeeded")


def test_a_killed_import_begins_anew_doubles_nothing_and_the_next_waits(uploads):
    database, (first, second) = uploads
    for run in (first, second):
        assert start("enter_import", run, state="waiting", before=("checked",))
    assert not start("enter_import", first, state="waiting", before=("checked",))
    with psycopg.connect(app_url(database)) as holder:
        holder.execute("LOCK TABLE baumkataster_tree IN EXCLUSIVE MODE")
        with worker(database) as process:
            # Seen from here while its transaction is open; the other one waits for its turn.
            until(lambda: row(first).step != "" and row(first).rows > 0, seconds=60)
            assert (row(first).state, row(second).state) == ("running", "waiting")
            assert_mails_leave_meanwhile()
            process.kill()
            process.wait(timeout=10)
    assert not Tree.objects.exists()
    a_minute_passes()
    with worker(database):
        until(lambda: row(second).state == "done", seconds=90)
        # The worker notes a job's end only after the run's: it must live to do so.
        entered = ProcrastinateJob.objects.filter(task_name="geodata.tasks.enter_import")
        until(lambda: set(entered.values_list("status", flat=True)) == {"succeeded"})
    assert row(first).state == "done" and Tree.objects.count() == 35
    assert (row(first).counts["new"], row(second).counts["unchanged"]) == (41, 41)
