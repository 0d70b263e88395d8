"""Reads the headers of the tus protocol; asked by photos.py."""

import base64
import binascii
import re
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError

from inspections.sync.reading import Body, instant
from inspections.sync.reasons import Unsettled
from inspections.sync.uploads import PhotoMeta

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What Upload-Metadata says: the photo, whose it is and from which device."""

    photo: PhotoMeta
    person: UUID
    device: UUID | None


def metadata_of(header: str) -> Metadata:
    """Read ``key base64,key base64``.

    Raises:
        ParseError: something is missing or has another form.
    """
    values: dict[str, str] = {}
    try:
        for pair in filter(None, (part.strip() for part in header.split(","))):
            name, _blank, value = pair.partition(" ")
            values[name] = base64.b64decode(value.strip(), validate=True).decode()
        body = Body({name: text for name, text in values.items() if "\0" not in text})
        return _metadata(body)
    except (binascii.Error, ValueError, Unsettled) as error:
        raise ParseError(_("Die Angaben zum Foto sind nicht lesbar.")) from error


def _metadata(body: Body) -> Metadata:
    """The values in their types."""
    digest = body.text("sha256").lower()
    if not SHA256.fullmatch(digest):
        raise ValueError(digest)
    photo = PhotoMeta(
        id=body.needed_uuid("id"),
        tree=body.needed_uuid("tree"),
        sha256=digest,
        type=body.text("type"),
        caption=body.text("caption"),
        # A camera whose clock was never set must not keep its picture on the tablet for ever.
        taken_at=instant(body.values.get("taken_at")),
        entry=body.uuid("entry"),
        finding=body.uuid("finding"),
        measure=body.uuid("measure"),
    )
    return Metadata(photo=photo, person=body.needed_uuid("person"), device=body.uuid("device"))


def whole_number(header: str | None) -> int:
    """A header that counts bytes.

    Raises:
        ParseError: it is missing or no number.
    """
    if header is None or not header.isascii() or not header.isdigit() or len(header) > 15:
        raise ParseError(_("Die Angaben zum Foto sind nicht lesbar."))
    return int(header)


def checksum_of(header: str | None) -> bytes | None:
    """``sha256 <base64>``; None without.

    Raises:
        ParseError: another algorithm, or unreadable.
    """
    if not header:
        return None
    algorithm, _blank, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ParseError(_("Die Angaben zum Foto sind nicht lesbar.")) from error
    if algorithm != "sha256" or len(digest) != 32:
        raise ParseError(_("Die Angaben zum Foto sind nicht lesbar."))
    return digest
