"""Reads a tablet's outgoing file, the last resort of a device without a net; for a supervisor's page."""

import base64
import binascii
import json
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import User
from inspections.models import FieldDevice, FieldEntry, PhotoUpload
from inspections.sync.reading import Body, instant
from inspections.sync.reasons import Unsettled
from inspections.sync.receiving import Receipt, accept_entries
from inspections.sync.uploads import (
    OtherPhoto,
    PhotoMeta,
    TooLarge,
    WrongChecksum,
    receive_whole,
)

logger = logging.getLogger(__name__)
FORMAT, VERSION = "baumkataster-ausgang", 1


@dataclass(frozen=True, kw_only=True)
class PhotoReceipt:
    """What became of one photo of a file."""

    index: int
    #: As the file calls it; empty where that cannot be read.
    id: str
    #: received, unsettled or refused.
    status: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class OutboxReport:
    """What became of a file."""

    entries: list[Receipt] = field(default_factory=list)
    photos: list[PhotoReceipt] = field(default_factory=list)

    def count(self, status: str) -> int:
        """How many entries have a status; ``known``: were here before."""
        if status == "known":
            return sum(receipt.known for receipt in self.entries)
        return sum(receipt.status == status for receipt in self.entries)


def read_outbox(*, by: User, content: bytes, received_at: datetime) -> OutboxReport:
    """Take in all entries and photos of a file; reading it twice changes nothing.

    Raises:
        Refused: the bytes are no such file.
    """
    data = _parsed(content)
    device = _device(data.get("device"))
    receipts = accept_entries(
        texts=data["entries"],
        received_at=received_at,
        by=by,
        device=device,
        via=FieldEntry.Via.FILE,
    )
    photos = [_photo(index, each, device, received_at) for index, each in enumerate(data["photos"])]
    return OutboxReport(entries=receipts, photos=photos)


def _parsed(content: bytes) -> dict[str, Any]:
    """The file's object."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused({"file": [_("Das ist keine Ausgangsdatei eines Tablets.")]}) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Refused({"file": [_("Das ist keine Ausgangsdatei eines Tablets.")]})
    if data.get("version") != VERSION:
        raise Refused({"file": [_("Die Datei stammt von einer neueren Fassung der App.")]})
    entries, photos = data.get("entries", []), data.get("photos", [])
    if not isinstance(entries, list) or not isinstance(photos, list):
        raise Refused({"file": [_("Die Datei ist unvollständig.")]})
    if any(not isinstance(text, str) for text in entries):
        raise Refused({"file": [_("Die Datei ist unvollständig.")]})
    return {"device": data.get("device"), "entries": entries, "photos": photos}


def _device(value: Any) -> FieldDevice | None:
    """The registered device, named by key or by an object with one."""
    key = value.get("id") if isinstance(value, dict) else value
    try:
        return FieldDevice.objects.filter(pk=Body({"id": key}).needed_uuid("id")).first()
    except Unsettled:
        return None


def _photo(index: int, value: Any, device: FieldDevice | None, at: datetime) -> PhotoReceipt:
    """Take in one photo, or say why not; one that fails keeps no other from its place."""
    name = ""
    try:
        row = Body(value if isinstance(value, dict) else {})
        body = Body(row.object("meta"))
        name = body.text("id")
        content = base64.b64decode(row.text("base64"), validate=True)
        upload = receive_whole(
            person=_person(body), meta=_meta(body), content=content, at=at, device=device
        )
        return PhotoReceipt(
            index=index, id=str(upload.pk), status=upload.status, sentence=upload.sentence
        )
    except (Unsettled, Refused) as problem:
        sentence = str(problem)
    except (binascii.Error, ValueError):
        sentence = _("Das Foto ist nicht lesbar.")
    except OtherPhoto:
        sentence = _("Unter dieser Kennung ist schon ein anderes Foto gespeichert.")
    except TooLarge:
        sentence = _("Das Foto ist größer als 15 MB. Bitte kleiner aufnehmen.")
    except WrongChecksum:
        sentence = _("Das Foto ist in der Datei verändert (Prüfsumme).")
    except Exception:
        logger.exception("photo %s of an outgoing file failed", name)
        sentence = _("Beim Übernehmen ist ein Fehler aufgetreten.")
    refused = PhotoUpload.Status.REFUSED
    return PhotoReceipt(index=index, id=name, status=refused, sentence=sentence)


def _person(body: Body) -> User:
    """Whose photo it is."""
    person = User.objects.filter(pk=body.needed_uuid("person")).first()
    if person is None:
        raise Refused(_("Diese Person ist hier nicht bekannt."))
    return person


def _meta(body: Body) -> PhotoMeta:
    """What the file says of the photo."""
    return PhotoMeta(
        id=body.needed_uuid("id"),
        tree=body.needed_uuid("tree"),
        sha256=body.text("sha256"),
        type=body.text("type"),
        caption=body.text("caption"),
        taken_at=instant(body.values.get("taken_at")),
        entry=body.uuid("entry"),
        finding=body.uuid("finding"),
        measure=body.uuid("measure"),
    )
