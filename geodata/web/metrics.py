"""/metrics for Prometheus: what the web processes counted, and what waits in the database."""

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any, get_args

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from baumkataster.metrics import folder_of_processes
from baumkataster.permissions import Door
from geodata.models import ImportRun
from inspections.models import ControlRun
from inspections.reports.rule_change import Verdict, rule_verdict
from inspections.reports.run_status import run_status
from inspections.web.field_waiting import unsettled_entries

#: Written by the backup: {"at": ISO time}.
BACKUP_NOTE = "last-backup.json"
JOBS = """
    SELECT queue_name, status::text, count(*) FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1, 2
"""
WORKERS = (
    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 min'"
)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Text for Prometheus; 404 for whoever may not know that it is there."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry()
    folder = folder_of_processes()
    counted = REGISTRY
    if folder is not None:
        counted = CollectorRegistry()
        MultiProcessCollector(counted, path=str(folder))
    registry.register(_State())
    text = generate_latest(counted) + generate_latest(registry)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    """By the token, or from a named address; without both settings nobody."""
    scheme, _blank, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    if wanted and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), wanted.encode())
    try:
        sender = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(sender in ip_network(each, strict=False) for each in settings.METRICS_ADDRESSES)


class _State:
    """Asked at each reading: a few short queries, none over the trees."""

    def describe(self) -> list[Any]:
        """Nothing to ask at registration."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What waits, how old what should be young is, how large it all is."""
        now = timezone.now()
        yield from _jobs()
        yield from _controls(now)
        yield from _due_dates(now)
        yield from _field_and_imports(now)
        yield from _keeping(now)


def _one(name: str, text: str, value: float | None) -> Iterator[GaugeMetricFamily]:
    """One number; what never happened has none."""
    if value is not None:
        yield GaugeMetricFamily(name, text, value=value)


def _jobs() -> Iterator[GaugeMetricFamily]:
    family = GaugeMetricFamily("baum_jobs", "Jobs of the worker", labels=["queue", "status"])
    with connection.cursor() as cursor:
        cursor.execute(JOBS)
        for queue, status, number in cursor.fetchall():
            family.add_metric([queue, status], number)
        cursor.execute(WORKERS)
        workers = cursor.fetchone()[0]
    yield family
    yield from _one("baum_workers_alive", "Workers with a sign of life in a minute", workers)


def _controls(now: datetime) -> Iterator[GaugeMetricFamily]:
    run = ControlRun.objects.order_by("-day").first()
    status = run_status(now)
    trees = GaugeMetricFamily("baum_trees", "Trees by state at the last control", labels=["state"])
    for state, number in (run.counts if run else {}).items():
        trees.add_metric([state], number)
    yield trees
    if run is not None:
        age = (now - run.finished_at).total_seconds()
        yield from _one("baum_control_run_age_seconds", "Since the last control run", age)
        overdue = run.overdue_measures
        yield from _one("baum_measures_overdue", "Overdue measures at the last control", overdue)
    yield from _one("baum_mails_waiting", "Mails that are not sent yet", status.waiting_mails)
    yield from _one("baum_mails_late", "Of these, for over 10 minutes", status.late_mails)


def _due_dates(now: datetime) -> Iterator[GaugeMetricFamily]:
    """The word of /healthz: one of them is 1, the others are 0."""
    verdict = rule_verdict(now)
    family = GaugeMetricFamily(
        "baum_due_dates", "Whether all due dates follow the rule: 1 at its state", labels=["state"]
    )
    for state in get_args(Verdict):
        family.add_metric([state], state == verdict)
    yield family


def _field_and_imports(now: datetime) -> Iterator[GaugeMetricFamily]:
    waiting = unsettled_entries()
    oldest = waiting.values_list("received_at", flat=True).first()
    yield from _one("baum_field_entries_unsettled", "Entries of tablets to settle", waiting.count())
    age = (now - oldest).total_seconds() if oldest else 0
    yield from _one("baum_field_entry_oldest_seconds", "Age of the oldest of them", age)
    runs = GaugeMetricFamily("baum_import_runs", "Imports by state", labels=["state"])
    for state in ImportRun.State.values:
        runs.add_metric([state], ImportRun.objects.filter(state=state).count())
    yield runs


def _keeping(now: datetime) -> Iterator[GaugeMetricFamily]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
    yield from _one("baum_database_bytes", "Size of the database", size)
    try:
        note = json.loads((settings.VAR_DIR / BACKUP_NOTE).read_text(encoding="utf-8"))
        at = datetime.fromisoformat(note["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    age = (now - at).total_seconds()
    yield from _one("baum_backup_age_seconds", "Since the last complete backup", age)


metrics.door = Door.PUBLIC  # type: ignore[attr-defined]
