"""Receives photos in pieces that survive any break, checks them whole, and binds them; called by the API.

The pieces are rows: the next one may come to another web host. What is whole becomes a photo, or
a kept file while its tree is not here.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import User
from baumkataster.services.photos import MAX_BYTES, check_photo
from inspections.models import FieldDevice, PhotoPiece, PhotoUpload
from inspections.sync.binding import bind, bind_kept

logger = logging.getLogger(__name__)
#: Largest piece; a broken line costs at most one.
MAX_PIECE = 1024 * 1024
#: Photos of one person that may lie here in part; a tablet sends one after the other.
MOST_STARTED = 30
Status = PhotoUpload.Status


@dataclass(frozen=True, kw_only=True)
class PhotoMeta:
    """What a tablet says of a photo before the first byte."""

    id: UUID
    tree: UUID
    sha256: str
    type: str = ""
    caption: str = ""
    taken_at: datetime | None = None
    entry: UUID | None = None
    finding: UUID | None = None
    measure: UUID | None = None


class OtherPhoto(Exception):
    """Under this key another photo, or another person's, is on its way already."""


class WrongOffset(Exception):
    """The piece does not follow the bytes that are here."""


class WrongChecksum(Exception):
    """The bytes are not those that the tablet sent."""


class TooLarge(Exception):
    """More bytes than announced, or than a photo may have."""


def create_upload(
    *, person: User, meta: PhotoMeta, length: int, device: FieldDevice | None = None
) -> PhotoUpload:
    """Expect a photo of ``length`` bytes; the same again gives the upload that is there.

    Raises:
        TooLarge: over 15 MB. OtherPhoto: the key is taken.
    """
    if length > MAX_BYTES:
        raise TooLarge
    upload = PhotoUpload(
        id=meta.id,
        tree=meta.tree,
        person=person,
        device=device,
        entry=meta.entry,
        finding=meta.finding,
        measure=meta.measure,
        length=length,
        sha256=meta.sha256,
        taken_at=meta.taken_at,
        type=meta.type[:80],
        caption=meta.caption[:200],
    )
    PhotoUpload.objects.bulk_create([upload], ignore_conflicts=True)
    here = PhotoUpload.objects.get(pk=meta.id)
    same = (here.person_id, here.sha256, here.length) == (person.pk, meta.sha256, length)
    if not same:
        raise OtherPhoto
    _let_go_of_old_pieces(person)
    return here


def _let_go_of_old_pieces(person: User) -> None:
    """Of the photos that never came to an end only the newest keep their pieces.

    Nothing is lost by it: the tablet has the photo, asks how much is here, and begins anew.
    """
    started = PhotoUpload.objects.filter(person=person, status=Status.RECEIVING, offset__gt=0)
    for key in started.order_by("-created_at", "pk").values_list("pk", flat=True)[MOST_STARTED:]:
        with transaction.atomic():
            upload = _locked(key, person)
            if upload.status == Status.RECEIVING:
                upload.pieces.all().delete()
                upload.offset = 0
                upload.save(update_fields=["offset"])


def append_piece(
    *, upload_id: UUID, person: User, offset: int, content: bytes, checksum: bytes | None
) -> PhotoUpload:
    """Keep the next bytes of a photo; a piece that is broken or out of place changes nothing.

    Raises:
        PhotoUpload.DoesNotExist: no such upload of this person. WrongOffset, WrongChecksum.
        TooLarge: more than announced, or a piece over 1 MiB.
    """
    if len(content) > MAX_PIECE:
        raise TooLarge
    if checksum is not None and hashlib.sha256(content).digest() != checksum:
        raise WrongChecksum
    with transaction.atomic():
        upload = _locked(upload_id, person)
        if offset != upload.offset:
            raise WrongOffset
        if offset + len(content) > upload.length:
            raise TooLarge
        if content:
            PhotoPiece.objects.create(upload=upload, offset=offset, bytes=content)
            upload.offset += len(content)
            upload.save(update_fields=["offset"])
    return upload


def finish_upload(*, upload_id: UUID, person: User, at: datetime, may_bind: bool) -> PhotoUpload:
    """Check and keep a photo whose last byte is here; anything else stays as it is.

    ``may_bind`` False: the device came with its key; the photo waits for its signed-in person.

    Raises:
        WrongChecksum: the whole is not what was announced; it is expected once more from the start.
    """
    whole = False
    try:
        with transaction.atomic():
            upload = _locked(upload_id, person)
            whole = upload.status == Status.RECEIVING and upload.offset == upload.length
            if whole:
                _finish(upload, at, may_bind)
            elif may_bind and upload.status == Status.RECEIVED and upload.photo is None:
                bind_kept(upload, at=at)
    except Refused as refused:
        return _refuse(upload_id, person, at, str(refused))
    if whole and upload.offset == 0:
        raise WrongChecksum
    return upload


def receive_whole(
    *, person: User, meta: PhotoMeta, content: bytes, at: datetime, device: FieldDevice | None
) -> PhotoUpload:
    """Take in a photo that comes in one piece (from a file).

    Raises:
        TooLarge, OtherPhoto: as create_upload. WrongChecksum: not the bytes that were announced.
    """
    if hashlib.sha256(content).hexdigest() != meta.sha256:
        raise WrongChecksum
    upload = create_upload(person=person, meta=meta, length=len(content), device=device)
    if upload.status == Status.RECEIVING:
        with transaction.atomic():
            upload = _locked(upload.pk, person)
            rest = content[upload.offset :]
            if rest:
                PhotoPiece.objects.create(upload=upload, offset=upload.offset, bytes=rest)
                upload.offset = upload.length
                upload.save(update_fields=["offset"])
    return finish_upload(upload_id=upload.pk, person=person, at=at, may_bind=True)


def received_sha256(upload: PhotoUpload) -> str:
    """SHA-256 of the bytes that arrived: what was announced, but for a photo that came changed."""
    if upload.file and upload.status == Status.UNSETTLED:
        with upload.file.open("rb") as handle:
            return hashlib.sha256(handle.read()).hexdigest()
    return upload.sha256


def _locked(upload_id: UUID, person: User) -> PhotoUpload:
    """The person's upload, locked, so that two requests cannot write the same bytes."""
    rows = PhotoUpload.objects.select_for_update(of=("self",)).select_related("person", "photo")
    return rows.get(pk=upload_id, person=person)


def _finish(upload: PhotoUpload, at: datetime, may_bind: bool) -> None:
    """All bytes are here: compare, check, and keep them."""
    content = b"".join(bytes(piece.bytes) for piece in upload.pieces.order_by("offset"))
    upload.received_at = at
    if hashlib.sha256(content).hexdigest() != upload.sha256:
        _came_changed(upload, content)
        return
    if may_bind:
        bind(upload, content, at=at)
    else:
        upload.status, upload.sentence = Status.RECEIVED, ""
    if upload.photo is None:
        check_photo(content=content)
        _keep_file(upload, content)
    upload.pieces.all().delete()


def _came_changed(upload: PhotoUpload, content: bytes) -> None:
    """Ask for the photo once more; when it comes changed again, keep it as it is for the office."""
    if upload.sentence:
        upload.status = Status.UNSETTLED
        upload.sentence = _(
            "Das Foto kam zweimal verändert an (Prüfsumme). Es ist gesichert, wie es ankam."
        )
        _keep_file(upload, content)
    else:
        upload.offset, upload.received_at = 0, None
        upload.sentence = _("Das Foto kam verändert an und wird noch einmal gesendet.")
        upload.save()
    upload.pieces.all().delete()


def _keep_file(upload: PhotoUpload, content: bytes) -> None:
    """Put the bytes aside until their tree is here."""
    upload.file.save(f"{upload.sha256[:2]}/{upload.pk}", ContentFile(content), save=False)
    upload.save()


def _refuse(upload_id: UUID, person: User, at: datetime, sentence: str) -> PhotoUpload:
    """Say why the bytes are no photo; nothing of them is kept."""
    with transaction.atomic():
        upload = _locked(upload_id, person)
        upload.status, upload.received_at = Status.REFUSED, at
        upload.sentence = sentence[:300]
        upload.save()
        upload.pieces.all().delete()
    return upload
