"""Adds to the log of access and forgets what is too old; called by web/access_log.py and tasks.py."""

from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db import connection

from baumkataster.models import AccessEvent, AccessRecord, ApplicationPassword, User


def record_access(
    *,
    event: AccessEvent,
    person: User | None,
    route: str = "",
    method: str = "",
    address: str | None = None,
    request_id: str = "",
    program: ApplicationPassword | None = None,
    details: dict[str, Any] | None = None,
) -> AccessRecord:
    """Add one line; nothing that a client typed goes into it."""
    return AccessRecord.objects.create(
        event=event,
        person=person,
        route=route[:120],
        method=method,
        address=address,
        request_id=request_id[:64],
        application_password=program.pk if program else None,
        details=details or {},
    )


def purge_access(*, days: int, now: datetime) -> dict[str, int]:
    """Forget old lines, sessions that are over, and what axes keeps of sign-ins; how many of each."""
    before = now - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute("SELECT baum_purge_access(%s)", [days])
        records = cursor.fetchone()[0]
        cursor.execute("DELETE FROM baumkataster_cache WHERE expires < %s", [now])
    return {
        "records": records,
        "sessions": Session.objects.filter(expire_date__lt=now).delete()[0],
        "sign_ins": sum(
            model.objects.filter(attempt_time__lt=before).delete()[0]
            for model in (AccessLog, AccessFailureLog, AccessAttempt)
        ),
    }
