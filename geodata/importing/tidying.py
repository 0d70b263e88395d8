"""What becomes of imports that nobody works on any more, and of those that somebody takes back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import connection

from baumkataster.models import User
from geodata.importing.jobs import sentence_of_failure
from geodata.importing.undoing import UndoRefusedError, undo_import
from geodata.models import ImportRun

#: Runs that wait for a worker although no job of theirs is queued or going on. A page makes the row
#: before its job, so the youngest are left alone.
_LOST: Final = """
UPDATE geodata_importrun r SET step = '', stop = false, error = %(sentence)s,
    state = CASE r.state WHEN 'undoing' THEN 'done' ELSE 'failed' END
WHERE r.state IN ('uploaded', 'checking', 'waiting', 'running', 'undoing')
  AND r.started_at < now() - interval '1 minute'
  AND NOT EXISTS (
    SELECT FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')
      AND j.args ->> 'run_id' = r.id::text)
"""


def fail_lost_runs() -> int:
    """Tell runs whose job was given up that they failed; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_LOST, {"sentence": sentence_of_failure()})
        return int(cursor.rowcount)


def take_back(*, run: ImportRun, by: User, day: date, now: datetime) -> None:
    """Undo an import; where that is refused, the run says why and stays as it is."""
    if run.state != ImportRun.State.UNDOING:
        return
    try:
        undo_import(run=run, by=by, day=day, now=now)
    except UndoRefusedError as error:
        ImportRun.objects.filter(pk=run.pk).update(
            state=ImportRun.State.DONE, step="", error=str(error)
        )
