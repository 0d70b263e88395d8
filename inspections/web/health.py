"""/healthz: whether the installation can serve, for monitoring; no sign-in, no secrets."""

from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from inspections.reports.rule_change import rule_verdict
from inspections.reports.run_status import run_status

#: A worker gives a sign of life every 5 s (settings.PROCRASTINATE_WORKER_DEFAULTS).
WORKER_DEAD_AFTER = timedelta(seconds=60)
#: Kept past days are the role's own (reports/past_kept.py): nothing else reads them.
ROLE_FAULTS = """
    WITH mine AS (
        SELECT oid, rolsuper FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')
    )
    SELECT 'superuser' FROM mine WHERE rolsuper
    UNION
    SELECT 'owner' FROM pg_class c JOIN mine ON mine.oid = c.relowner
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
      AND c.relnamespace NOT IN (SELECT oid FROM pg_namespace
        WHERE nspname IN ('pg_catalog', 'information_schema', 'baum_past'))
"""
#: Set once this process has seen all migrations applied: its code cannot ask for more later.
_migrated = False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while pages can be served, else 503; a late run or a silent worker is said, not fatal.

    ``status``: ok; degraded (serves, but somebody should look); failed (503).
    """
    now = timezone.now()
    try:
        checks = _checks(now)
    except Error:
        return JsonResponse({"status": "failed", "database": "unreachable"}, status=503)
    failed = checks["migrations"] != "ok" or checks["database_role"] != "ok"
    degraded = checks["worker"] != "ok" or checks["control_run"] in {"late", "never"}
    degraded = degraded or checks["mails"]["late"] > 0
    degraded = degraded or checks["due_dates"] in {"stuck", "failed"}
    status = "failed" if failed else "degraded" if degraded else "ok"
    return JsonResponse({"status": status, **checks}, status=503 if failed else 200)


def _checks(now: datetime) -> dict[str, Any]:
    """Each check's outcome; the later ones need the tables that the first one asks for."""
    with connection.cursor() as cursor:
        cursor.execute(ROLE_FAULTS)
        faults = sorted(row[0] for row in cursor.fetchall())
    checks: dict[str, Any] = {
        "database": "ok",
        "database_role": ", ".join(faults) or "ok",
        "migrations": "ok" if _all_migrated() else "missing",
        "worker": "unknown",
        "control_run": "unknown",
        "due_dates": "unknown",
        "mails": {"waiting": 0, "late": 0},
    }
    if checks["migrations"] == "ok":
        run = run_status(now)
        checks["worker"] = "ok" if worker_lives(now) else "silent"
        checks["control_run"] = run.verdict
        checks["due_dates"] = rule_verdict(now)
        checks["last_control_run"] = run.last_day.isoformat() if run.last_day else None
        checks["mails"] = {"waiting": run.waiting_mails, "late": run.late_mails}
    return checks


def _all_migrated() -> bool:
    """Whether every migration of this code stands in the database."""
    global _migrated  # noqa: PLW0603 - asked every few seconds, and reading all migrations takes 0.1 s
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def worker_lives(now: datetime) -> bool:
    """Whether a worker has given a sign of life within a minute."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        beat = cursor.fetchone()[0]
    return beat is not None and now - beat <= WORKER_DEAD_AFTER
