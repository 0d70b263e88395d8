"""A short way for map tiles: who was let through once is asked for in the tile's own statement.

Signing in, rights and filters cost more than a tile of a street. After a tile went the whole way
(settings.MIDDLEWARE, the view), this process remembers session and person for a minute; the next
tiles' statement itself asks the database whether the session is still there, unchanged, and the
person still active with the same role and password. If not, or if anything is out of the ordinary,
the request goes the whole way. So a locked account, another role, a new password and a sign-out
hold at once; only a second factor that has become mandatory is asked for after a minute at most.
"""

import re
import time
from collections.abc import Callable
from copy import copy
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.dateparse import parse_date

from baumkataster.models import Role, User
from geodata.rules.tilemath import Tile
from geodata.tiles import tree_tile
from geodata.tiles.statement import Known, NotKnownAnyMore
from geodata.web.tile_answers import NO_CACHE, seen_by, tile_answer
from inspections.filters import TreeFilter
from inspections.rules.states import RISK_ORDER

_PATH: Final = re.compile(r"/tiles/trees/(\d{1,2})/(\d{1,8})/(\d{1,8})\.mvt")
#: Names of the address that the short way understands.
_NAMES: Final = frozenset({"day", "state"})
REMEMBERED_SECONDS: Final = 60.0
_MOST: Final = 5000
#: Session key -> until when, what the database must still say, the person, the matched address.
_remembered: dict[str, tuple[float, Known, User, ResolverMatch]] = {}


def remember(request: HttpRequest, visitor: User) -> None:
    """Called by the view when a tile was drawn for a signed-in person."""
    key, match = request.session.session_key, request.resolver_match
    # Contractors see their own trees only: their tiles are not prepared statements for all.
    if key is None or match is None or visitor.role == Role.CONTRACTOR:
        return
    if request.session.get(SESSION_KEY) != str(visitor.pk):
        return
    row = Session.objects.filter(session_key=key).values_list("session_data", flat=True).first()
    if row is None:
        return
    if len(_remembered) >= _MOST:
        _remembered.clear()
    known = Known(
        session=key, data=row, person=visitor.pk, role=visitor.role, password=visitor.password
    )
    # Not the lazy one that hangs on this request.
    person = copy(visitor)
    _remembered[key] = (time.monotonic() + REMEMBERED_SECONDS, known, person, match)


class KnownTileVisitors:
    """Middleware before all that knows people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The tile the short way, else the whole one."""
        return _short(request) or self.get_response(request)


def _short(request: HttpRequest) -> HttpResponse | None:
    found = _PATH.fullmatch(request.path_info)
    if found is None or request.method != "GET" or not _NAMES.issuperset(request.GET):
        return None
    kept = _remembered.get(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    if kept is None or kept[0] < time.monotonic():
        return None
    _until, known, visitor, match = kept
    tile = Tile(*(int(part) for part in found.groups()))
    today = timezone.localdate()
    try:
        request.get_host()
        day = parse_date(request.GET["day"]) if "day" in request.GET else today
        states = tuple(request.GET.getlist("state"))
        # A state filter at street zooms is a queryset of its own.
        if day is None or not tile.exists or not set(RISK_ORDER).issuperset(states) or (
            states and tile.z >= 15
        ):  # fmt: skip
            return None
        drawn = tree_tile(
            tile,
            visitor=visitor,
            tree_filter=TreeFilter(states=states),
            day=day,
            keep=day == today,
            known=known,
            seen=seen_by(request),
        )
    except (NotKnownAnyMore, DisallowedHost, ValueError):
        _remembered.pop(known.session, None)
        return None
    request.user = visitor
    request.resolver_match = match
    answer = tile_answer(request, drawn.content, NO_CACHE, drawn.etag)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
