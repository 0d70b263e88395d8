"""Addresses of vector tiles: /tiles/trees/ and /grundkarte/, for people and, in QGIS, programs."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from baumkataster.api.authentication import accepts_application_password
from baumkataster.errors import Refused
from baumkataster.permissions import Door, may
from geodata.rules.tilemath import Tile
from geodata.tiles import base_tile, tree_tile
from geodata.tiles.past import past_tile
from geodata.web.answers import refusal
from geodata.web.tile_answers import NO_CACHE, seen_by, tile_answer
from geodata.web.tile_visitors import remember
from inspections.filters import parse
from inspections.past_day import parse_day

#: The drawn map changes with a new demo city only.
BASE_MAP_SECONDS = 3600


@require_safe
@accepts_application_password
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
            return tile_answer(seen_by(request), content, NO_CACHE)
    except Refused as problem:
        return refusal(str(problem), status=400)
    keep = day == timezone.localdate()
    drawn = tree_tile(
        tile,
        visitor=visitor,
        tree_filter=tree_filter,
        day=day,
        keep=keep,
        seen=seen_by(request),
    )
    remember(request, visitor)
    return tile_answer(seen_by(request), drawn.content, NO_CACHE, drawn.etag)


@require_safe
@accepts_application_password
def base_map(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """The drawn base map of one tile."""
    tile = Tile(z, x, y)
    if not may(request.user, Door.VIEW_MAP):
        return refusal(_("Bitte melden Sie sich an, um die Karte zu sehen."), status=401)
    if not tile.exists:
        return refusal(_("Diese Kachel gibt es nicht."), status=404)
    return tile_answer(seen_by(request), base_tile(tile), f"private, max-age={BASE_MAP_SECONDS}")


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


trees.door = base_map.door = Door.VIEW_MAP  # type: ignore[attr-defined]
