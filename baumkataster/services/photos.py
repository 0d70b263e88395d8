"""Takes a photo of a tree: checks it, makes it smaller, drops what cameras hide in it, makes a preview."""

import hashlib
import io
import warnings
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Photo, Tree, User

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
    if len(content) > MAX_BYTES:
        raise Refused({"file": [_("Das Foto ist größer als 15 MB. Bitte kleiner aufnehmen.")]})
    picture = _open(content)
    taken_at = _taken_at(picture, received_at)
    picture = ImageOps.exif_transpose(picture).convert("RGB")
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    full = _jpeg(picture)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    digest = hashlib.sha256(full).hexdigest()
    with Image.open(io.BytesIO(full)) as stored:
        width, height = stored.size
    photo = Photo(
        tree=tree,
        sha256=digest,
        width=width,
        height=height,
        taken_at=taken_at,
        uploaded_by=by,
        caption=caption,
    )
    if id is not None:
        photo.pk = id
    name = PurePosixPath(digest[:2]) / f"{photo.pk}.jpg"
    with authored(by=by):
        photo.file.save(str(name), ContentFile(full), save=False)
        photo.thumbnail.save(str(name), ContentFile(_jpeg(picture)), save=False)
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
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
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
