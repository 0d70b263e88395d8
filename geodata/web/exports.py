"""Addresses of files: /export/trees.geojson, .csv and .gpkg (the page is export_page.py).

Public columns of public trees for everybody while the city's setting is open; due dates besides for
people whose role opens the export, signed in by session or application password.
"""

import logging
import sqlite3
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from baumkataster.api.authentication import accepts_application_password, ask_for_password
from baumkataster.errors import Refused
from baumkataster.models import CitySettings, User
from baumkataster.permissions import Door, Visitor, may
from geodata import exporting, geopackage
from geodata.rules.crs import STORED
from geodata.web.answers import refusal
from geodata.web.old_dates import IN_NAME, OldDates, old_dates
from geodata.web.tiles import day_of
from inspections.filters import PUBLIC_NAMES, names_used, parse

logger = logging.getLogger(__name__)


@require_safe
@accepts_application_password
def trees_geojson(request: HttpRequest) -> HttpResponseBase:
    """Trees as GeoJSON; query: the map's filters and ``day``."""
    return _answer(request, "geojson")


@require_safe
@accepts_application_password
def trees_csv(request: HttpRequest) -> HttpResponseBase:
    """Trees as CSV; query besides: ``crs=25832``, ``dialect=plain``."""
    return _answer(request, "csv")


@require_safe
@accepts_application_password
def trees_gpkg(request: HttpRequest) -> HttpResponseBase:
    """Trees as GeoPackage; query besides: ``crs``, one of geopackage.SYSTEMS (25832)."""
    closed = _closed(request, "gpkg")
    if closed:
        return closed
    try:
        day = day_of(request)
        selection, srid, old = _selection(request, day), _srid(request), old_dates()
        file = BytesIO()
        if request.method == "GET":
            file = _written(selection, srid or STORED, old.words)  # type: ignore[assignment]
    except Refused as problem:
        return refusal(str(problem), status=400)
    except OSError as problem:
        logger.error("GeoPackage: %s", problem)
        return refusal(_("Auf dem Server ist kein Platz für diese Datei."), status=507)
    answer = FileResponse(file, content_type="application/geopackage+sqlite3")
    return _named(answer, day, "gpkg", old)


def _written(selection: exporting.Selection, srid: int, words: str) -> BinaryIO:
    """The finished file, open; it has no name any more and goes when it is closed.

    Raises:
        OSError: no room.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trees.gpkg"
        about = geopackage.About(_("Bäume"), words, timezone.now())
        try:
            geopackage.write(path, selection, srid=srid, about=about)
        except sqlite3.OperationalError as problem:
            raise OSError(str(problem)) from problem
        return path.open("rb")


def _answer(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Stream the file, or say in a sentence why not."""
    closed = _closed(request, kind)
    if closed:
        return closed
    try:
        day = day_of(request)
        selection = _selection(request, day)
        old = old_dates() if selection.has_due_dates else None
        rows = _rows(request, kind, selection, old.words if old else "")
        # The statement begins here, so that what it refuses is answered in words, not in mid-file.
        first = next(rows) if request.method == "GET" else b""
    except Refused as problem:
        return refusal(str(problem), status=400)
    types = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}
    answer = StreamingHttpResponse(_from(first, rows), content_type=types[kind])
    return _named(answer, day, kind, old)


def _named(
    answer: HttpResponseBase, day: date, kind: str, old: OldDates | None
) -> HttpResponseBase:
    """With the name under which a browser keeps the file, and for this visitor only.

    Name and header say where due dates in it are old: a line in a CSV would be a row to its readers.
    """
    name = _file_name(day)
    if old is not None:
        old.tell(answer)
        name += f"-{IN_NAME}" if old.words else ""
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    patch_vary_headers(answer, ["Cookie", "Authorization"])
    return answer


def _closed(request: HttpRequest, kind: str) -> HttpResponseBase | None:
    """Why this visitor gets nothing; None when they may go on."""
    if may(request.user, Door.EXPORT) or _is_public(kind):
        return None
    if request.user.is_authenticated:
        return refusal(_("Ihre Rolle darf keine Daten ausgeben."), status=403)
    if request.accepts("text/html") and "text/html" in request.headers.get("Accept", ""):
        return redirect_to_login(request.get_full_path())
    return ask_for_password(_("Diese Daten gibt es nur nach Anmeldung."))


def _is_public(kind: str) -> bool:
    """Whether the city has opened this door to everybody."""
    city = CitySettings.objects.first()
    return bool(city and getattr(city, f"public_{kind}", False))


def _selection(request: HttpRequest, day: date) -> exporting.Selection:
    """What the visitor asks for and may have."""
    visitor: Visitor = request.user
    tree_filter = parse(request.GET, visitor=visitor)
    if isinstance(visitor, User) and may(visitor, Door.EXPORT):
        return exporting.signed_in(visitor=visitor, tree_filter=tree_filter, day=day)
    hidden = sorted(names_used(request.GET) - PUBLIC_NAMES)
    if hidden:
        sentence = _("Dieser Filter steht nur nach Anmeldung offen: %(names)s")
        raise Refused({name: [sentence % {"names": name}] for name in hidden})
    return exporting.public(tree_filter=tree_filter, day=day)


def _rows(
    request: HttpRequest, kind: str, selection: exporting.Selection, words: str
) -> Iterator[bytes]:
    """The file as blocks of bytes; GeoJSON has a place for words about it."""
    dialect = request.GET.get("dialect", "excel")
    if kind == "geojson":
        if request.GET.get("crs", "") not in {"", "4326"}:
            raise Refused({"crs": [_("GeoJSON gibt es nur in EPSG:4326 (RFC 7946).")]})
        return exporting.geojson(selection, about=words)
    srid = _srid(request)
    if dialect not in {"excel", "plain"}:
        raise Refused({"dialect": [_("Mögliche Werte: excel und plain.")]})
    plain: exporting.Dialect = "plain" if dialect == "plain" else "excel"
    return exporting.csv(selection, dialect=plain, srid=srid)


def _srid(request: HttpRequest) -> int | None:
    """The asked reference system.

    Raises:
        Refused: not one of the known ones.
    """
    crs = request.GET.get("crs", "")
    if not crs:
        return None
    known = [str(number) for number in geopackage.SYSTEMS]
    if crs not in known:
        sentence = _("Mögliche Werte: %(values)s.") % {"values": ", ".join(known)}
        raise Refused({"crs": [sentence]})
    return int(crs)


def _from(first: bytes, rows: Iterator[bytes]) -> Iterator[bytes]:
    """The block already taken, then the rest."""
    yield first
    yield from rows


def _file_name(day: date) -> str:
    city = CitySettings.objects.first()
    name = slugify(city.name) if city else ""
    return "-".join(part for part in ("baeume", name, day.isoformat()) if part)


trees_geojson.door = trees_csv.door = Door.PUBLIC  # type: ignore[attr-defined]
trees_gpkg.door = Door.EXPORT  # type: ignore[attr-defined]
