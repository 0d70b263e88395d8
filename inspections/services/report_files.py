"""Asking for a report file, keeping its progress, finishing it whole or not at all; used by tasks and web."""

from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import User
from inspections.models import ReportFile

#: A file is there so long; the row with its checksums stays.
KEPT: Final = timedelta(days=30)
#: Files that one person may have in the making at a time.
MOST_WAITING: Final = 5
State = ReportFile.State
#: Reports that wait for a worker although no job of theirs is queued or going on.
_LOST: Final = """
UPDATE inspections_reportfile r SET state = 'failed', step = '', problem = '', finished_at = %(now)s
WHERE r.state IN ('waiting', 'running') AND r.asked_at < %(now)s - interval '1 minute'
  AND NOT EXISTS (
    SELECT FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')
      AND j.args ->> 'report_id' = r.id::text)
"""


def request_report(
    *, by: User, day: date, query: str, language: str, base_url: str, now: datetime
) -> ReportFile:
    """Keep what somebody asks for; the worker makes it.

    The same report that is waiting or being made already is not made twice.

    Raises:
        Refused: too many are waiting for this person already.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        going_on = ReportFile.objects.filter(asked_by=by, state__in=[State.WAITING, State.RUNNING])
        same = going_on.filter(day=day, query=query, language=language).first()
        if same is not None:
            return same
        if going_on.count() >= MOST_WAITING:
            raise Refused(_("Es werden schon mehrere Berichte für Sie erstellt. Bitte warten."))
        return ReportFile.objects.create(
            asked_by=by, asked_at=now, day=day, query=query, language=language, base_url=base_url
        )


def start_report(*, pk: UUID, now: datetime) -> ReportFile | None:
    """The report that is to be made; None where it is made already or given up.

    A job whose worker died starts again here, from the beginning.
    """
    with transaction.atomic():
        report = ReportFile.objects.select_for_update().filter(pk=pk).first()
        if report is None or report.state not in {State.WAITING, State.RUNNING}:
            return None
        report.state, report.started_at, report.step, report.share = State.RUNNING, now, "rows", 0
        report.save(update_fields=["state", "started_at", "step", "share"])
        return report


def keep_progress(*, pk: UUID, step: str, share: float) -> None:
    """Keep how far it is, ``share`` of 0 to 1."""
    ReportFile.objects.filter(pk=pk, state=State.RUNNING).update(
        step=step, share=min(round(share * 100), 100)
    )


def finish_report(
    *, report: ReportFile, content: bytes, content_sha256: str, rows: int, pages: int, now: datetime
) -> None:
    """Store the file under a name of this attempt, then say that it is done: never half a file."""
    digest = sha256(content).hexdigest()
    report.file.save(f"{report.pk.hex}-{digest[:12]}.pdf", ContentFile(content), save=False)
    report.state, report.step, report.share = State.DONE, "", 100
    report.size, report.sha256, report.content_sha256 = len(content), digest, content_sha256
    report.rows, report.pages = rows, pages
    report.finished_at, report.expires_at = now, now + KEPT
    report.save()


def fail_report(*, pk: UUID, problem: str, now: datetime) -> None:
    """Say why there will be no file; without a ``problem`` nobody foresaw it."""
    ReportFile.objects.filter(pk=pk, state=State.RUNNING).update(
        state=State.FAILED, step="", problem=problem[:300], finished_at=now
    )


def fail_lost_reports(*, now: datetime) -> int:
    """Tell reports whose job was given up that they failed; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_LOST, {"now": now})
        return int(cursor.rowcount)


def remove_expired_reports(*, now: datetime) -> int:
    """Remove files whose time is over; their rows stay. Returns how many."""
    expired = ReportFile.objects.filter(state=State.DONE, expires_at__lte=now)
    removed = 0
    for report in expired.iterator():
        # The row first: a link may lead nowhere, a file must not outlive its row's word.
        name, storage = str(report.file.name), report.file.storage
        ReportFile.objects.filter(pk=report.pk).update(state=State.EXPIRED, file="")
        storage.delete(name)
        removed += 1
    return removed
