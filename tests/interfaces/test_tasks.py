"""When the scheduled tasks do something; the clock is the city's, in summer and winter."""

from datetime import UTC, date, datetime

import pytest
from croniter import croniter
from django.utils import timezone
from procrastinate.contrib.django import app

from inspections import tasks
from inspections.models import ControlMail, ControlRun
from tests.database.control_rows import make_due, make_people
from tests.interfaces.test_mails import make_mail

pytestmark = pytest.mark.django_db

PERIODIC = {
    task.task.name.rpartition(".")[2]: task
    for task in app.periodic_registry.periodic_tasks.values()
}


@pytest.fixture
def clock(monkeypatch):
    def at(*moment: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: datetime(*moment, tzinfo=UTC))

    return at


def test_winter_morning(clock):
    make_due(make_people().avenue)
    clock(2026, 1, 15, 4, 29)
    assert tasks.daily_control(timestamp=0) == "not yet"
    clock(2026, 1, 15, 4, 30)
    assert tasks.daily_control(timestamp=0) == "control of 2026-01-15"
    assert ControlRun.objects.get().started_at == datetime(2026, 1, 15, 4, 30, tzinfo=UTC)


def test_summer_morning(clock):
    make_due(make_people().avenue)
    clock(2026, 7, 15, 3, 29)
    assert tasks.daily_control(timestamp=0) == "not yet"
    clock(2026, 7, 15, 3, 30)
    assert tasks.daily_control(timestamp=0) == "control of 2026-07-15"


def test_day_is_the_citys_day(clock):
    make_due(make_people().avenue)
    clock(2026, 7, 15, 21, 59)
    tasks.daily_control(timestamp=0)
    assert ControlRun.objects.get().day == date(2026, 7, 15)
    # Half past midnight in Berlin: a new day, but not yet its time.
    clock(2026, 7, 15, 22, 30)
    assert tasks.daily_control(timestamp=0) == "not yet"


def test_later_rounds_of_the_day_change_nothing(clock):
    make_due(make_people().avenue)
    clock(2026, 7, 15, 3, 30)
    tasks.daily_control(timestamp=0)
    mails = ControlMail.objects.count()
    clock(2026, 7, 15, 3, 40)
    assert tasks.daily_control(timestamp=0) == "control of 2026-07-15"
    assert (ControlRun.objects.count(), ControlMail.objects.count()) == (1, mails)


def test_without_rules_there_is_nothing_to_run(clock):
    clock(2026, 7, 15, 9, 0)
    assert tasks.daily_control(timestamp=0) == "nothing to run"


def test_mails_leave_by_the_task(clock, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    make_mail()
    clock(2026, 11, 23, 6, 0)
    assert tasks.send_mails(timestamp=0) == 1


def test_schedule():
    half_past_five = datetime(2026, 7, 15, 3, 29, tzinfo=UTC)
    control = croniter(PERIODIC["daily_control"].cron, half_past_five)
    assert control.get_next(datetime) == datetime(2026, 7, 15, 3, 30, tzinfo=UTC)
    for name in ("send_mails", "keep_trees_ready", "apply_rule_sets", "count_rule_previews"):
        assert PERIODIC[name].cron == "* * * * *"
    assert "remove_old_jobs" in PERIODIC
    # A job that waits already is not queued again.
    assert all(task.task.queueing_lock for task in PERIODIC.values())


def test_what_a_killed_worker_held_is_free_after_half_a_minute_and_no_live_one_is_taken_for_dead():
    rescue = croniter(PERIODIC["rescue_stalled_jobs"].cron, datetime(2026, 7, 15, tzinfo=UTC))
    first, second = rescue.get_next(datetime), rescue.get_next(datetime)
    assert tasks.DEAD_AFTER_SECONDS + (second - first).total_seconds() <= 30
    worker = app.worker_defaults
    # Three signs of life may be missing, or late by that.
    assert 4 * worker["update_heartbeat_interval"] <= tasks.DEAD_AFTER_SECONDS
    assert worker["stalled_worker_timeout"] > 10 * tasks.DEAD_AFTER_SECONDS
