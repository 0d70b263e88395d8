"""Addresses of vector tiles: /tiles/trees/ for signed-in people, /grundkarte/ the drawn map."""

from datetime import date
from hashlib import sha256

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_date
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from baumkataster.errors import Refused
from baumkataster.permissions import Door, may
from geodata.rules.tilemath import Tile
from geodata.tiles import base_tile, tree_tile
from geodata.tiles.past import past_tile
from geodata.web.answers import refusal
from inspections.filters import parse
from inspections.past_day import parse_day

TILE_TYPE = "application/vnd.mapbox-vector-tile"
#: The drawn map changes with a new demo city only.
BASE_MAP_SECONDS = 3600


@require_safe
def trees(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Trees of one tile; query: ``day``, the map's filters (inspections/filters.py), ``stichtag``."""
    tile, visitor = Tile(z, x, y), request.user
    if isinstance(visitor, AnonymousUser) or not may(visitor, Door.VIEW_MAP):
        return refusal(_("Bitte melden Sie sich an, um die Karte zu sehen."), status=401)
    if not tile.exists:
        return refusal(_("Diese Kachel gibt es nicht."), status=404)
    try:
        day = day_of(request)
        tree_filter = parse(request.GET, visitor=visitor)
        asked = parse_day(request.GET, today=timezone.localdate())
        if asked.is_past:
            content = past_tile(tile, visitor=visitor, tree_filter=tree_filter, asked=asked)
            return _answer(request, content, "private, no-cache")
    except Refused as problem:
        return refusal(str(problem), status=400)
    keep = day == timezone.localdate()
    content = tree_tile(tile, visitor=visitor, tree_filter=tree_filter, day=day, keep=keep)
    return _answer(request, content, "private, no-cache")


@require_safe
def base_map(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """The drawn base map of one tile."""
    tile = Tile(z, x, y)
    if not may(request.user, Door.VIEW_MAP):
        return refusal(_("Bitte melden Sie sich an, um die Karte zu sehen."), status=401)
    if not tile.exists:
        return refusal(_("Diese Kachel gibt es nicht."), status=404)
    return _answer(request, base_tile(tile), f"private, max-age={BASE_MAP_SECONDS}")


def day_of(request: HttpRequest) -> date:
    """The asked ``day`` (or ``stichtag``), else today in the city's zone.

    Raises:
        Refused: not a date.
    """
    text = (request.GET.get("stichtag") or request.GET.get("day", "")).strip()
    if not text:
        return timezone.localdate()
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Refused({"day": [_("Bitte ein Datum der Form 2026-11-23 angeben.")]})
    return day


def _answer(request: HttpRequest, content: bytes, keep: str) -> HttpResponse:
    """The tile, or 304 when the browser has the same bytes."""
    etag = f'"{sha256(content).hexdigest()[:24]}"'
    answer: HttpResponse
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        answer = HttpResponseNotModified()
    else:
        answer = HttpResponse(content, content_type=TILE_TYPE)
    answer["ETag"] = etag
    answer["Cache-Control"] = keep
    patch_vary_headers(answer, ["Cookie"])
    return answer


trees.door = base_map.door = Door.VIEW_MAP  # type: ignore[attr-defined]
