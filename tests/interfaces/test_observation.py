"""What IT sees: log lines without personal data, the request's id, metrics, and who may read them."""

import json
import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from baumkataster.logs import JsonLines, RequestWords
from baumkataster.metrics import forget_dead_processes
from baumkataster.web.observation import pseudonym
from inspections.models import Replanning
from tests.factories import (
    load_reference_data,
    load_rule_set,
    make_city,
    make_tree,
    make_user,
    replan_all,
)

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def city() -> None:
    cache.clear()
    load_reference_data()
    make_city()


@pytest.fixture
def said() -> Any:
    """Lines as an installation writes them."""

    class Keeper(logging.Handler):
        def __init__(self) -> None:
            super().__init__()
            self.lines: list[str] = []
            self.setFormatter(JsonLines())
            self.addFilter(RequestWords())

        def emit(self, record: logging.LogRecord) -> None:
            self.lines.append(self.format(record))

    keeper = Keeper()
    logging.getLogger().addHandler(keeper)
    yield keeper.lines
    logging.getLogger().removeHandler(keeper)


def test_a_line_says_what_was_answered_and_nothing_of_people(said: list[str]) -> None:
    person = make_user("planner", username="birnbaum", email="b@stadt.example")
    client = Client()
    client.force_login(person)
    tree = make_tree()
    answer = client.get(f"/api/v1/trees/{tree.pk}/card/?q=Apfelweg")
    client.get(f"/api/v1/trees/{uuid4()}/?q=Apfelweg")
    client.get("/verwaltung/?q=Apfelweg")
    client.get("/Apfelweg/")
    lines = [json.loads(line) for line in said]
    first = next(line for line in lines if line["logger"] == "baumkataster.request")
    assert first["route"] == "api/v1/trees/<uuid:pk>/card/" and first["status"] == 200
    assert (first["method"], first["role"]) == ("GET", "planner")
    assert first["visitor"] == pseudonym(person) and isinstance(first["ms"], int)
    assert first["request_id"] == answer["X-Request-ID"]
    text = "\n".join(said)
    for hidden in ("Apfelweg", "birnbaum", "stadt.example", str(person.pk), str(tree.pk)):
        assert hidden not in text, hidden


def test_a_fault_is_told_with_its_request_and_without_its_path(
    said: list[str], monkeypatch: Any
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("kaputt")

    monkeypatch.setattr("baumkataster.web.photos._serve", broken)
    client = Client(raise_request_exception=False)
    client.force_login(make_user("planner"))
    key = uuid4()
    answer = client.get(f"/fotos/{key}/")
    assert answer.status_code == 500
    fault = next(json.loads(line) for line in said if '"ERROR"' in line)
    assert "kaputt" in fault["exception"] and "fotos/<uuid:pk>/" in fault["message"]
    assert str(key) not in "\n".join(said)


def test_the_proxys_name_of_a_request_is_kept_where_proxies_are_known(settings: Any) -> None:
    assert Client().get("/healthz")["X-Request-ID"] != ""
    settings.PROXIES, settings.PROXY_ADDRESSES = 1, ["127.0.0.1/32"]
    headers = {"X-Request-ID": "proxy-0815-xyz", "X-Forwarded-For": "10.0.0.1"}
    assert Client(headers=headers).get("/healthz")["X-Request-ID"] == "proxy-0815-xyz"
    wrong = {"X-Request-ID": "a\tb;drop"}
    assert Client(headers=wrong).get("/healthz")["X-Request-ID"] != "a\tb;drop"
    settings.PROXIES = 0
    assert Client(headers=headers).get("/healthz")["X-Request-ID"] != "proxy-0815-xyz"


def test_metrics_are_closed_unless_set(settings: Any) -> None:
    bearer = {"Authorization": "Bearer schluessel"}
    assert Client().get("/metrics", headers=bearer).status_code == 404
    settings.METRICS_TOKEN = "schluessel"
    assert Client().get("/metrics", headers=bearer).status_code == 200
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 404
    settings.METRICS_TOKEN, settings.METRICS_ADDRESSES = "", ["127.0.0.0/8"]
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="10.0.0.1").get("/metrics").status_code == 404


def read(settings: Any) -> str:
    settings.METRICS_ADDRESSES = ["127.0.0.0/8"]
    return Client().get("/metrics").content.decode()


def test_metrics_tell_what_waits(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    make_tree()
    replan_all(timezone.localdate())
    Client().get("/karte/")
    text = read(settings)
    assert 'baum_http_requests_total{method="GET",route="karte/",status="302"}' in text
    assert "baum_database_bytes" in text and "baum_mails_waiting 0.0" in text
    assert "baum_backup_age_seconds" not in text
    note = {"at": timezone.now().isoformat()}
    (tmp_path / "last-backup.json").write_text(json.dumps(note), encoding="utf-8")
    assert float(re.search(r"^baum_backup_age_seconds (\S+)", read(settings), re.M)[1]) < 60
    (tmp_path / "last-backup.json").write_text("[]", encoding="utf-8")
    assert "baum_backup_age_seconds" not in read(settings)


def test_metrics_tell_whether_due_dates_follow_the_rule(settings: Any) -> None:
    def due_dates() -> dict[str, float]:
        pattern = r'^baum_due_dates\{state="(\w+)"\} (\S+)'
        return {state: float(number) for state, number in re.findall(pattern, read(settings), re.M)}

    states = {"ok": 0.0, "applying": 0.0, "stuck": 0.0, "failed": 0.0}
    assert due_dates() == states | {"ok": 1}
    hour_ago = timezone.now() - timedelta(hours=1)
    rule = load_rule_set(version=2, created_at=hour_ago)
    row = Replanning.objects.create(rule_set=rule, asked_at=timezone.now())
    assert due_dates() == states | {"applying": 1}
    for asked_at, state, word in ((hour_ago, "running", "stuck"), (hour_ago, "failed", "failed")):
        row.asked_at, row.state = asked_at, state
        row.save()
        assert due_dates() == states | {word: 1}
        assert Client().get("/healthz").json()["due_dates"] == word


def test_alert_rules_ask_for_what_there_is(settings: Any, tmp_path: Path) -> None:
    rules = (ROOT / "deploy/prometheus/baumkataster.rules.yml").read_text(encoding="utf-8")
    code = "".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("baumkataster/metrics.py", "geodata/web/metrics.py")
    )
    expressions = " ".join(re.findall(r"expr: (.*)", rules))
    names = set(re.findall(r"\bbaum_\w+", expressions))
    assert len(names) > 7
    assert not {name for name in names if f'"{name.removesuffix("_bucket")}"' not in code}
    assert rules.count("- alert:") == rules.count("expr:") == rules.count("summary:")


def test_counters_of_dead_processes_are_forgotten(tmp_path: Path) -> None:
    mine, dead = tmp_path / "counter_1.db", tmp_path / "counter_4194399.db"
    mine.touch()
    dead.touch()
    forget_dead_processes(tmp_path)
    assert mine.exists() and not dead.exists()
