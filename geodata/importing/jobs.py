"""The life of an uploaded file: checked, entered, stopped; called by the worker's tasks and by pages.

Each deed may be begun again after its process was killed: a rehearsal leaves nothing, and an import
commits its rows and its state in one transaction.
"""

from __future__ import annotations

import logging
import time
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from geodata.importing.previewing import seen_in_rehearsal
from geodata.importing.progress import STEPS
from geodata.importing.running import import_trees
from geodata.importing.staging import keep_findings
from geodata.importing.uploads import fitting_profile, sentence_of, upload_as_file
from geodata.models import ImportRun
from geodata.rules.problems import SourceError

logger = logging.getLogger(__name__)

State = ImportRun.State
#: Seconds between two notes of how far it is.
_PAUSE: Final = 0.4
#: A job that was killed finds these and begins anew.
_CHECKABLE: Final = (State.UPLOADED, State.CHECKING)
_ENTERABLE: Final = (State.WAITING, State.RUNNING)


class StoppedError(Exception):
    """Somebody asked the job to stop; everything was taken back."""


class Notes:
    """Writes how far a job is, on a connection of its own: the import's transaction shows nothing.

    Reads at the same time whether it shall stop.
    """

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.connection = connection.copy()
        self.step, self.last = "", 0.0

    def __call__(self, *, step: str, share: float, rows: int) -> None:
        """Take a sign of life from the import."""
        if step == self.step and time.monotonic() - self.last < _PAUSE:
            return
        if step == _(STEPS["done"][0]):
            return  # committed: the row says so itself
        self.step, self.last = step, time.monotonic()
        if self._write(step, share, rows):
            raise StoppedError

    def _write(self, step: str, share: float, rows: int) -> bool:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE geodata_importrun SET step = %s, share = %s, rows = %s"
                " WHERE id = %s RETURNING stop",
                [step, share, rows, self.run.pk],
            )
            row = cursor.fetchone()
        return bool(row and row[0])

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


def check_upload(*, run: ImportRun, day: date) -> bool:
    """Rehearse the import of an upload: everything is done, told and taken back. Whether it ran."""
    if not _begin(run, _CHECKABLE, State.CHECKING):
        return False
    with _Attempt(run, failed=State.FAILED), upload_as_file(run) as path:
        try:
            run.profile = run.profile or fitting_profile(path)
            ImportRun.objects.filter(pk=run.pk).update(profile=run.profile)
            _rehearse(run, path, day)
        except SourceError as error:
            _end(run, State.FAILED, error=sentence_of(error, path))
    return True


def enter_upload(*, run: ImportRun, day: date) -> bool:
    """Bring an upload into the cadastre, all or nothing. Whether it ran."""
    if not _begin(run, _ENTERABLE, State.RUNNING):
        return False
    with _Attempt(run, failed=State.CHECKED), upload_as_file(run) as path:
        try:
            _enter(run, path, day)
        except SourceError as error:
            _end(run, State.FAILED, error=sentence_of(error, path))
    return True


def _rehearse(run: ImportRun, path: Path, day: date) -> None:
    notes = Notes(run)
    seen: dict[str, Any] = {}

    def progress(*, step: str, share: float, rows: int) -> None:
        notes(step=step, share=share, rows=rows)
        if step == _(STEPS["record"][0]):
            seen.update(seen_in_rehearsal(path, run.profile))

    unit = run.unit.code if run.unit else None
    try:
        report = import_trees(
            path=path, profile=run.profile, by=run.started_by, day=day, dry_run=True, unit=unit,
            run=run, progress=progress,
        )  # fmt: skip
    finally:
        notes.close()
    with transaction.atomic():
        _forget_findings(run)
        keep_findings(run.pk, report)
        _end(run, State.CHECKED, counts=report.counts(), preview=seen, day=day, dry_run=True)


def _enter(run: ImportRun, path: Path, day: date) -> None:
    notes = Notes(run)

    def progress(*, step: str, share: float, rows: int) -> None:
        notes(step=step, share=share, rows=rows)
        if step == _(STEPS["record"][0]):
            # In the import's own transaction: its findings replace those of the rehearsal.
            _forget_findings(run)

    unit = run.unit.code if run.unit else None
    try:
        import_trees(
            path=path, profile=run.profile, by=run.started_by, day=day, unit=unit, run=run,
            progress=progress,
        )  # fmt: skip
    finally:
        notes.close()
    ImportRun.objects.filter(pk=run.pk).update(step="", share=1, error="")


class _Attempt:
    """What becomes of the run when a deed ends otherwise than well."""

    def __init__(self, run: ImportRun, *, failed: str) -> None:
        self.run, self.failed = run, failed

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: Any) -> bool:
        if kind is None:
            return False
        if issubclass(kind, StoppedError):
            again = State.CHECKED if self.run.preview else State.FAILED
            _end(self.run, again, error=_("Angehalten. Es wurde nichts eingetragen."))
            return True
        if issubclass(kind, FileNotFoundError):
            sentence = _("Die hochgeladene Datei ist nicht mehr da. Bitte erneut hochladen.")
            _end(self.run, State.FAILED, error=sentence)
            return True
        if issubclass(kind, Exception):
            logger.error("Import %s failed.", self.run.pk, exc_info=error)
            if not _is_torn(error):
                _end(self.run, self.failed, error=sentence_of_failure())
                return True
        return False  # the worker tries again


def _is_torn(error: Exception) -> bool:
    """Whether the database went away in the middle; it may be back by now, and nothing was wrong.

    Classes 08 and 57P of PostgreSQL's codes; without a code the client itself found the line dead.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    code = getattr(error.__cause__, "sqlstate", None)
    return code is None or code.startswith(("08", "57P"))


def sentence_of_failure() -> str:
    """For what nobody foresaw."""
    return _(
        "Der Import ist unerwartet abgebrochen. Es wurde nichts eingetragen. Bitte noch einmal "
        "versuchen; wenn es wieder geschieht, findet die IT die Ursache im Protokoll."
    )


def _begin(run: ImportRun, before: tuple[str, ...], state: str) -> bool:
    """Take the run for this deed; False: it is in no state for it (done already, dropped)."""
    taken = ImportRun.objects.filter(pk=run.pk, state__in=before).update(
        state=state, error="", share=0, rows=0, step=""
    )
    run.refresh_from_db()
    return bool(taken)


def _end(run: ImportRun, state: str, **values: Any) -> None:
    values = {"step": "", "stop": False, "error": ""} | values
    ImportRun.objects.filter(pk=run.pk).update(state=state, **values)


def _forget_findings(run: ImportRun) -> None:
    """Those of the rehearsal before."""
    for findings in (run.problems, run.conflicts, run.vanished):
        rows = findings.all()
        rows._raw_delete(rows.db)
