"""Files that pages hand in: where they lie, which profile fits them, when they are forgotten."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _

from baumkataster.models import Unit, User
from geodata.models import ImportRun
from geodata.readers import open_table, profile_names, read_profile
from geodata.rules.problems import SourceError, gettext_noop

#: What a file name may hold on our disk; the person's own words are kept in the run's row.
_UNSAFE: Final = re.compile(r"[^\w.\- ]+")
_FITS_NONE: Final = gettext_noop(
    "Zu dieser Datei passt keins der Profile (%(present)s): Jedem fehlen Spalten. Bitte die Spalten "
    "der Datei prüfen, oder die IT bitten, ein Profil für diese Quelle anzulegen."
)


def keep_upload(
    *, file: File[bytes], name: str, profile: str, unit: Unit | None, by: User, now: datetime
) -> ImportRun:
    """Keep a file that somebody handed in, and its row; nothing is read yet."""
    run = ImportRun(
        profile=profile,
        file_name=Path(name).name[-255:],
        started_by=by,
        started_at=now,
        unit=unit,
        state=ImportRun.State.UPLOADED,
        file_size=file.size,
        dry_run=True,
    )
    # The name on our disk is ours: nothing that a person wrote becomes a path.
    run.file.save(f"{run.pk}.bin", file, save=False)
    run.save()
    return run


@contextmanager
def upload_as_file(run: ImportRun) -> Iterator[Path]:
    """The upload under its own name in a folder of its own, whatever storage it lies in."""
    name = _UNSAFE.sub("_", run.file_name).strip(" .") or "upload"
    with tempfile.TemporaryDirectory(prefix="import") as folder:
        path = Path(folder) / name[-120:]
        with run.file.open("rb") as kept, path.open("wb") as copy:
            shutil.copyfileobj(kept, copy, 1 << 20)
        yield path


def fitting_profile(path: Path) -> str:
    """The profile whose columns the file has; of several the one that names most of them.

    Only the beginning of the file is read: once for every profile would be a gigabyte of a large one.

    Raises SourceError: none fits, or the file cannot be read at all.
    """
    fitting: list[tuple[int, str]] = []
    errors: list[SourceError] = []
    for name in profile_names():
        profile = read_profile(name)
        try:
            with open_table(path, profile, whole=False):
                fitting.append((len(profile.columns), name))
        except SourceError as error:
            errors.append(error)
    if fitting:
        return max(fitting)[1]
    # The same sentence for all: it is the file, not the profile.
    if len({str(error) for error in errors}) == 1:
        raise errors[0]
    raise SourceError(_FITS_NONE, present=", ".join(profile_names()))


def sentence_of(error: SourceError, path: Path) -> str:
    """Its sentence in the reader's language, with the file's name instead of our disk's."""
    params = {name: path.name if value == path else value for name, value in error.params.items()}
    sentence = _(error.message)
    return sentence % params if params else sentence


def forget_old_files(*, now: datetime) -> int:
    """Delete uploads whose time is over; their reports stay. How many."""
    before = now - timedelta(days=settings.IMPORT_FILE_DAYS)
    old = [
        run
        for run in ImportRun.objects.exclude(file="").filter(started_at__lt=before)
        if not run.is_busy
    ]
    for run in old:
        forget_file(run)
    return len(old)


def forget_file(run: ImportRun) -> None:
    """Delete one upload. What was only looked at cannot be entered any more."""
    run.file.delete(save=False)
    fields: dict[str, object] = {"file": ""}
    if run.state in {ImportRun.State.CHECKED, ImportRun.State.FAILED}:
        fields["state"] = ImportRun.State.DROPPED
    ImportRun.objects.filter(pk=run.pk).update(**fields)
