"""/healthz tells monitoring what is wrong, serves without sign-in, and gives nothing away."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from inspections.models import Replanning, RuleSet
from inspections.reports.rule_change import rule_change_today
from inspections.reports.run_status import run_status
from inspections.web import health
from tests.conftest import ROOT
from tests.database.control_rows import make_due, make_people, run
from tests.factories import load_rule_set, make_tree, make_user
from tests.interfaces.test_mails import make_mail

pytestmark = pytest.mark.django_db

#: 09:00 in Berlin, winter.
NOW = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    monkeypatch.setattr(health, "_migrated", False)


def ask() -> tuple[int, dict]:
    response = health.healthz(RequestFactory().get("/healthz"))
    return response.status_code, json.loads(response.content)


def beat(seconds_ago: int) -> None:
    """A worker's sign of life."""
    with connection.cursor() as cursor:
        at = NOW - timedelta(seconds=seconds_ago)
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [at])


def test_address_needs_no_sign_in(client):
    assert client.get("/healthz").status_code == 200


def test_all_is_well():
    make_due(make_people().avenue, NOW.date())
    run(NOW.date())
    beat(5)
    code, body = ask()
    assert code == 200
    mails = body.pop("mails")
    assert mails["late"] == 0 and mails["waiting"] > 0
    assert body == {
        "status": "ok",
        "database": "ok",
        "database_role": "ok",
        "migrations": "ok",
        "worker": "ok",
        "control_run": "ok",
        "due_dates": "ok",
        "last_control_run": "2026-01-15",
    }


def test_fresh_installation_serves():
    beat(5)
    code, body = ask()
    assert (code, body["status"], body["control_run"]) == (200, "ok", "nothing_to_do")


@pytest.mark.parametrize("seconds_ago", [None, 61])
def test_silent_worker_is_said(seconds_ago):
    if seconds_ago:
        beat(seconds_ago)
    code, body = ask()
    assert (code, body["status"], body["worker"]) == (200, "degraded", "silent")


def test_late_run_is_said():
    beat(5)
    make_tree()
    code, body = ask()
    assert (code, body["status"], body["control_run"]) == (200, "degraded", "never")
    load_rule_set()
    run(NOW.date() - timedelta(days=1))
    code, body = ask()
    assert (code, body["status"], body["control_run"]) == (200, "degraded", "late")
    assert body["last_control_run"] == "2026-01-14"


@pytest.mark.parametrize(
    ("minutes", "last", "verdict"),
    [
        (-1, date(2026, 1, 14), "ok"),
        (0, date(2026, 1, 14), "late"),
        (0, date(2026, 1, 15), "ok"),
        (-1, date(2026, 1, 13), "late"),
        (24 * 60, date(2026, 1, 15), "late"),
    ],
)
def test_run_is_late_from_eight_in_the_citys_zone(minutes, last, verdict):
    load_rule_set()
    make_tree()
    run(last)
    eight = datetime(2026, 1, 15, 7, 0, tzinfo=UTC)
    status = run_status(eight + timedelta(minutes=minutes))
    assert (status.verdict, status.is_late) == (verdict, verdict == "late")
    assert status.last_day == last


def test_in_summer_eight_comes_an_hour_earlier():
    load_rule_set()
    make_tree()
    run(date(2026, 7, 14))
    assert run_status(datetime(2026, 7, 15, 5, 59, tzinfo=UTC)).verdict == "ok"
    assert run_status(datetime(2026, 7, 15, 6, 0, tzinfo=UTC)).verdict == "late"


def test_status_says_how_many_days_were_missed():
    load_rule_set()
    run(date(2026, 1, 10))
    run(date(2026, 1, 15))
    status = run_status(NOW)
    assert (status.missed_days, status.is_late) == (4, False)
    assert status.last_finished_at is not None


def test_mails_that_do_not_leave_are_said():
    beat(5)
    make_mail(created_at=NOW - timedelta(minutes=9))
    assert ask()[1]["mails"] == {"waiting": 1, "late": 0}
    make_mail(created_at=NOW - timedelta(minutes=11))
    make_mail(created_at=NOW - timedelta(minutes=11), sent_at=NOW)
    make_mail(created_at=NOW - timedelta(minutes=11), recipient=make_user(is_active=False))
    code, body = ask()
    assert (code, body["status"], body["mails"]) == (200, "degraded", {"waiting": 2, "late": 1})


@pytest.mark.parametrize(
    ("minutes", "state", "verdict", "status"),
    [
        (29, "running", "applying", "ok"),
        (31, "running", "stuck", "degraded"),
        (31, "looking", "stuck", "degraded"),
        (1, "failed", "failed", "degraded"),
        (31, "done", "ok", "ok"),
    ],
)
def test_due_dates_that_do_not_follow_the_rule_are_said(minutes, state, verdict, status):
    beat(5)
    load_rule_set()
    rule, at = RuleSet.objects.get(), NOW - timedelta(minutes=minutes)
    Replanning.objects.create(
        rule_set=rule, asked_at=at, state=state, care_changed_at=at, applied_at=at
    )
    code, body = ask()
    assert (code, body["status"], body["due_dates"]) == (200, status, verdict)
    late = "Das dauert ungewöhnlich lange" in rule_change_today(NOW)
    assert late == (verdict == "stuck")


def test_missing_migration_fails(monkeypatch):
    executor = type("Executor", (), {})
    executor.loader = type("Loader", (), {"graph": type("G", (), {"leaf_nodes": list})})
    executor.migration_plan = lambda self, targets: ["0002_next"]
    monkeypatch.setattr(health, "MigrationExecutor", lambda connection_: executor())
    code, body = ask()
    assert (code, body["status"], body["migrations"]) == (503, "failed", "missing")


@pytest.mark.parametrize("fault", ["owner", "superuser"])
def test_wrong_database_role_fails(monkeypatch, fault):
    monkeypatch.setattr(health, "ROLE_FAULTS", f"SELECT '{fault}'")
    code, body = ask()
    assert (code, body["status"], body["database_role"]) == (503, "failed", fault)


def test_role_faults_are_seen_in_the_database():
    """The same question, asked of the owner by name instead of the role that is connected."""
    question = health.ROLE_FAULTS.replace("current_user", "%s::name")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'baumkataster_tree'")
        cursor.execute(question, cursor.fetchone())
        assert ("owner",) in cursor.fetchall()


def test_unreachable_database_fails_without_saying_where(tmp_path):
    """Through all middleware, in a process of its own that cannot reach its database."""
    script = (
        "from django.test import Client\n"
        "answer = Client(HTTP_HOST='localhost').get('/healthz')\n"
        "print(answer.status_code, answer.content.decode())"
    )
    nowhere = f"postgresql://baum_app:geheim@/baum?host={tmp_path}"
    answer = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", script],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": nowhere, "DATABASE_OWNER_URL": nowhere},
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout.strip() == '503 {"status": "failed", "database": "unreachable"}'


def test_answer_is_never_kept_and_takes_reads_only():
    response = health.healthz(RequestFactory().get("/healthz"))
    assert "no-store" in response["Cache-Control"]
    assert health.healthz(RequestFactory().head("/healthz")).status_code == 200
    assert health.healthz(RequestFactory().post("/healthz")).status_code == 405


def test_no_rule_set_is_no_reason_to_fail():
    assert not RuleSet.objects.exists()
    assert ask()[0] == 200
