"""Takes a photo of a tree: checks it, makes it smaller, drops what cameras hide in it, makes a preview."""

import hashlib
import io
import warnings
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Photo, Tree, User
from baumkataster.rules.jpeg import is_plain_jpeg

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 15 * 1024 * 1024
#: A larger picture is a decompression bomb or a scan; cameras of 2026 stay below.
MAX_PIXELS = 80_000_000
LONG_SIDE = 1600
THUMBNAIL_SIDE = 320
#: An older date is a camera whose clock was never set; year 1 could not even be read back.
FIRST_CAMERA_YEAR = 1990
BERLIN = ZoneInfo("Europe/Berlin")


def add_photo(
    *,
    by: User,
    tree: Tree,
    upload: IO[bytes],
    received_at: datetime,
    caption: str = "",
    id: UUID | None = None,
) -> Photo:
    """Keep a photo of ``tree`` (≤ 1600 px, JPEG, upright, without EXIF) and its preview (≤ 320 px).

    ``id`` comes from a device that may send twice: a known id gives the photo that is there.

    Raises:
        Refused: not a JPEG, PNG or WebP picture, over 15 MB, or over 80 megapixels.
    """
    if id is not None and (known := Photo.objects.filter(pk=id).first()):
        return known
    content = upload.read(MAX_BYTES + 1)
    picture = check_photo(content=content)
    return _keep(by, tree, id, _encoded(picture), _taken_at(picture, received_at), caption)


def keep_photo(
    *,
    by: User,
    tree: Tree,
    content: bytes,
    received_at: datetime,
    taken_at: datetime | None = None,
    caption: str = "",
    id: UUID,
) -> Photo:
    """Keep a photo as a tablet made it: byte for byte where nothing but a small picture is in it.

    Anything else is treated as in ``add_photo``. ``taken_at`` is the tablet's word; without it the
    camera's counts. A known id gives the photo that is there.

    Raises:
        Refused: as add_photo.
    """
    if known := Photo.objects.filter(pk=id).first():
        return known
    picture = check_photo(content=content)
    if taken_at is None:
        taken_at = _taken_at(picture, received_at)
    elif taken_at.year < FIRST_CAMERA_YEAR:
        taken_at = received_at
    taken_at = min(taken_at, received_at)
    plain = picture.format == "JPEG" and picture.mode in {"RGB", "L"} and is_plain_jpeg(content)
    if plain and max(picture.size) <= LONG_SIDE:
        pair = Pair(content, *picture.size, _preview(picture))
    else:
        pair = _encoded(picture)
    return _keep(by, tree, id, pair, taken_at, caption)


def check_photo(*, content: bytes) -> Image.Image:
    """The decoded picture.

    Raises:
        Refused: not a JPEG, PNG or WebP picture, over 15 MB, or over 80 megapixels.
    """
    if len(content) > MAX_BYTES:
        raise Refused({"file": [_("Das Foto ist größer als 15 MB. Bitte kleiner aufnehmen.")]})
    return _open(content)


class Pair(NamedTuple):
    """The two files of a photo."""

    full: bytes
    width: int
    height: int
    thumbnail: bytes


def _encoded(picture: Image.Image) -> Pair:
    """Upright, ≤ 1600 px, JPEG, without anything that cameras hide in it."""
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((LONG_SIDE, LONG_SIDE))
    return Pair(_jpeg(upright), *upright.size, _preview(upright))


def _preview(picture: Image.Image) -> bytes:
    """The picture in small."""
    small = picture.convert("RGB")
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return _jpeg(small)


def _keep(
    by: User, tree: Tree, id: UUID | None, pair: Pair, taken_at: datetime, caption: str
) -> Photo:
    """Write both files and the row."""
    digest = hashlib.sha256(pair.full).hexdigest()
    photo = Photo(
        tree=tree,
        sha256=digest,
        width=pair.width,
        height=pair.height,
        taken_at=taken_at,
        uploaded_by=by,
        caption=caption,
    )
    if id is not None:
        photo.pk = id
    name = PurePosixPath(digest[:2]) / f"{photo.pk}.jpg"
    with authored(by=by):
        photo.file.save(str(name), ContentFile(pair.full), save=False)
        photo.thumbnail.save(str(name), ContentFile(pair.thumbnail), save=False)
        photo.save()
    return photo


def _open(content: bytes) -> Image.Image:
    """Decode a picture, refusing what is none or would fill the memory."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused({"file": [_("Das Bild hat zu viele Bildpunkte.")]})
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused({"file": [_("Das Bild hat zu viele Bildpunkte.")]}) from error
    except Refused:
        raise
    except Exception as error:  # a decoder may stumble over broken bytes in any way
        raise Refused(
            {"file": [_("Das ist kein lesbares Foto. Erlaubt sind JPEG, PNG und WebP.")]}
        ) from error
    return picture


def _taken_at(picture: Image.Image, received_at: datetime) -> datetime:
    """When the camera says it was taken (local time), unless that is missing, broken or in the future."""
    details = picture.getexif().get_ifd(ExifTags.IFD.Exif)
    text = str(details.get(ExifTags.Base.DateTimeOriginal, ""))
    try:
        taken = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=BERLIN)
    except ValueError:
        return received_at
    if taken.year < FIRST_CAMERA_YEAR:
        return received_at
    return min(taken, received_at)


def _jpeg(picture: Image.Image) -> bytes:
    """Encode without any metadata."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=82, optimize=True)
    return buffer.getvalue()
