"""Binds photos of tablets to tree, finding and measure as soon as these are here."""

import hashlib
import logging
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Photo, Tree, User
from baumkataster.prepared import prepared
from baumkataster.services.photos import keep_photo
from inspections.models import (
    FieldEntry,
    Finding,
    FindingPhoto,
    Measure,
    MeasureState,
    PhotoUpload,
)
from inspections.sync.reading import read_envelope
from inspections.sync.reasons import Unsettled
from inspections.sync.verdicts import Verdict, with_verdict

logger = logging.getLogger(__name__)
Status = PhotoUpload.Status
WAITING_SQL: Final = """
    SELECT id FROM inspections_photoupload
    WHERE (status = 'unsettled' OR status = 'received' AND photo_id IS NULL)
      AND (tree = ANY (%(trees)s::uuid[]) OR person_id = %(person)s::uuid)"""


def bind_waiting_photos(
    *, at: datetime, trees: Collection[UUID] = (), person: User | None = None
) -> None:
    """Bind what waits at these trees, or was handed in by this person and waits anywhere.

    Each in its own transaction: a photo that fails keeps no other from its place.
    """
    values = {"trees": list(trees), "person": person.pk if person else None}
    for row in prepared(WAITING_SQL, values):
        try:
            with transaction.atomic():
                rows = PhotoUpload.objects.select_for_update(of=("self",))
                bind_kept(rows.get(pk=row["id"]), at=at)
        except Exception:
            logger.exception("photo %s could not be bound", row["id"])


def bind_kept(upload: PhotoUpload, *, at: datetime) -> None:
    """Bind a locked upload whose bytes are kept in a file, or whose photo still misses its finding."""
    if upload.photo is not None:
        bind(upload, None, at=at)
        return
    if not upload.file:
        return
    with upload.file.open("rb") as handle:
        content = handle.read()
    if hashlib.sha256(content).hexdigest() == upload.sha256:
        bind(upload, content, at=at)


def bind(upload: PhotoUpload, content: bytes | None, *, at: datetime) -> None:
    """Give a locked upload its photo, finding and measure as far as these are here, and save it.

    Raises:
        Refused: the bytes are no picture.
    """
    tree = Tree.objects.filter(pk=upload.tree).first()
    if tree is None:
        _wait(upload, _("Der Baum zu diesem Foto ist noch nicht da."))
        return
    photo = upload.photo
    if photo is None and content is not None:
        with authored(by=upload.person):
            photo = keep_photo(
                by=upload.person,
                tree=tree,
                content=content,
                received_at=upload.received_at or at,
                taken_at=upload.taken_at,
                caption=upload.caption,
                id=upload.pk,
            )
    if photo is None or photo.tree_id != tree.pk:
        raise Refused({"file": [_("Unter dieser Kennung ist schon ein anderes Foto gespeichert.")]})
    upload.photo = photo
    _forget_file(upload)
    missing = [*_bind_finding(upload, photo), *_bind_measure(upload, photo)]
    if missing:
        _wait(upload, missing[0])
    else:
        upload.status, upload.sentence = Status.RECEIVED, ""
        upload.save()


def _wait(upload: PhotoUpload, sentence: str) -> None:
    """What the photo belongs to is not here yet."""
    upload.status = Status.UNSETTLED
    kept = _("Das Foto ist gesichert.")
    upload.sentence = f"{sentence} {kept}"
    upload.save()


def _forget_file(upload: PhotoUpload) -> None:
    """The photo holds the bytes now; the kept file goes when that is certain."""
    if upload.file:
        name, storage = str(upload.file.name), upload.file.storage
        upload.file = ""
        transaction.on_commit(lambda: storage.delete(name))


def _bind_finding(upload: PhotoUpload, photo: Photo) -> list[str]:
    """Show the photo at its finding; a sentence if that is not here.

    Only at a finding of the same person: records of others are evidence, and stay as they are.
    """
    wanted = upload.finding or _finding_by_entry(upload)
    if wanted is None:
        return []
    own = Finding.objects.filter(
        inspection__tree_id=photo.tree_id, inspection__inspected_by=upload.person
    )
    finding = own.filter(pk=wanted).first()
    if finding is None:
        return [_("Der Befund zu diesem Foto ist noch nicht da.")]
    FindingPhoto.objects.bulk_create(
        [FindingPhoto(finding=finding, photo=photo)], ignore_conflicts=True
    )
    return []


def _finding_by_entry(upload: PhotoUpload) -> UUID | None:
    """The finding whose entry names the photo, where the upload itself does not say."""
    if upload.entry is None:
        return None
    rows = FieldEntry.objects.filter(entry_id=upload.entry, kind="inspection")
    entry = with_verdict(rows).filter(verdict=Verdict.ACCEPTED).first()
    if entry is None:
        return None
    try:
        envelope = read_envelope(entry.text)
    except Unsettled:
        return None
    for finding in envelope.body.get("findings") or []:
        if str(upload.pk) in (finding.get("photos") or []):
            return UUID(finding["id"])
    return None


def _bind_measure(upload: PhotoUpload, photo: Photo) -> list[str]:
    """Show the photo at the measure whose work it proves, once the same person's report is here."""
    if upload.measure is None:
        return []
    with authored(by=upload.person):
        rows = Measure.objects.select_for_update(of=("self",))
        measure = rows.filter(pk=upload.measure, tree_id=photo.tree_id).first()
        if measure is None or not _is_reported(upload, measure):
            return [_("Die Erledigung zu diesem Foto ist noch nicht da.")]
        if measure.done_photo is None:
            measure.done_photo = photo
            measure.save(update_fields=["done_photo"])
    return []


def _is_reported(upload: PhotoUpload, measure: Measure) -> bool:
    """Whether the measure is ended, by the person or by the office with the person's entry."""
    if measure.state == MeasureState.OPEN:
        return False
    own = FieldEntry.objects.filter(
        entry_id=upload.entry, person=upload.person, kind="measure_done"
    )
    return measure.ended_by_id == upload.person_id or (upload.entry is not None and own.exists())
