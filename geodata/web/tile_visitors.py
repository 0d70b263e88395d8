"""A short way for map tiles: who was let through once is asked for in the tile's own statement.

Signing in, rights and filters cost more than a tile of a street, and so does what Django makes of a
request before the first of them is asked. After a tile went the whole way (settings.MIDDLEWARE, the
view), this process remembers session and person for a minute; the next tiles' statement itself asks
the database whether the session is still there, unchanged, and the person still active with the
same role and password. If not, or if anything is out of the ordinary, the request goes the whole
way. So a locked account, another role, a new password and a sign-out hold at once; only a second
factor that has become mandatory is asked for after a minute at most.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple

import psycopg
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import Error, connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import parse_etags

from baumkataster.models import Role, User
from baumkataster.web.observation import Request
from baumkataster.web.proxies import believed_request_id
from geodata.rules.tilemath import Tile
from geodata.tiles import tree_tile
from geodata.tiles.statement import Known, NotKnownAnyMore
from geodata.web.tile_answers import NO_CACHE, tile_answer
from inspections.filters import TreeFilter
from inspections.rules.states import RISK_ORDER

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_PATH: Final = re.compile(r"/tiles/trees/(\d{1,2})/(\d{1,8})/(\d{1,8})\.mvt")
#: What the short way understands of a query, as our map writes it.
_QUERY: Final = re.compile(r"(?:(?:day=\d{4}-\d\d-\d\d|state=[a-z_]{1,20})(?:&(?!$)|$)){0,12}")
_STATES: Final = frozenset(RISK_ORDER)
_SESSION: Final = re.compile(rf"(?:^|; ?){re.escape(settings.SESSION_COOKIE_NAME)}=([^;]*)")
REMEMBERED_SECONDS: Final = 60.0
_MOST: Final = 5000


class Remembered(NamedTuple):
    """Whom the whole way has let through."""

    until: float
    #: As the browser has named this server; another name is looked at anew.
    host: str
    route: str
    known: Known
    visitor: User


#: By session key.
_remembered: dict[str, Remembered] = {}


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
    _remembered[key] = Remembered(
        time.monotonic() + REMEMBERED_SECONDS,
        request.META.get("HTTP_HOST", ""),
        str(match.route),
        known,
        copy(visitor),  # not the lazy one that hangs on this request
    )


class KnownTileVisitors:
    """The WSGI application with the short way before it."""

    def __init__(self, whole: Application) -> None:
        self.whole = whole

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The tile the short way, else the whole one."""
        return _short(environ, start_response) or self.whole(environ, start_response)


class _Sent:
    """A body, and what is to be done when it is out."""

    __slots__ = ("_parts", "close")

    def __init__(self, parts: tuple[bytes, ...], close: Callable[[], None]) -> None:
        self._parts = parts
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)


def _short(environ: Environ, start_response: StartResponse) -> _Sent | None:
    found = _PATH.fullmatch(environ["PATH_INFO"])
    if found is None or environ["REQUEST_METHOD"] != "GET":
        return None
    kept = _remembered_of(environ)
    asked = None if kept is None else _asked(environ.get("QUERY_STRING", ""))
    if kept is None or asked is None:
        return None
    tile = Tile(*(int(part) for part in found.groups()))
    day, today, states = asked
    # A state filter at street zooms is a queryset of its own.
    if not tile.exists or (states and tile.z >= 15):
        return None
    said = environ.get("HTTP_IF_NONE_MATCH", "")
    seen = parse_etags(said) if said else []
    with Request(believed_request_id(environ), kept.route) as request:
        try:
            connection.close_if_unusable_or_obsolete()
            drawn = tree_tile(
                tile,
                visitor=kept.visitor,
                tree_filter=TreeFilter(states=states),
                day=day,
                keep=day == today,
                known=kept.known,
                seen=seen,
            )
        except NotKnownAnyMore:
            _remembered.pop(kept.known.session, None)
            return None
        except (Error, psycopg.Error):
            # The whole way says what is wrong, and connects anew where the database was away.
            connection.close()
            return None
        answer = tile_answer(seen, drawn.content, NO_CACHE, drawn.etag)
        request.answered("GET", answer.status_code)
    headers = [
        *answer.items(),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Request-ID", request.name),
    ]
    start_response(f"{answer.status_code} {answer.reason_phrase}", headers)
    return _Sent((answer.content,), partial(request.say, person=kept.visitor))


def _remembered_of(environ: Environ) -> Remembered | None:
    """Who asks, if they were let through a moment ago and by this server's same name."""
    sessions = _SESSION.findall(environ.get("HTTP_COOKIE", ""))
    kept = _remembered.get(sessions[0]) if len(sessions) == 1 else None
    if kept is None or kept.until < time.monotonic() or environ.get("HTTP_HOST") != kept.host:
        return None
    return kept


def _asked(query: str) -> tuple[date, date, tuple[str, ...]] | None:
    """The asked day, today, and the states; None: something else is asked for."""
    if not _QUERY.fullmatch(query):
        return None
    parts = [part.split("=") for part in query.split("&") if part]
    states = tuple(value for name, value in parts if name == "state")
    days = [value for name, value in parts if name == "day"]
    today = timezone.localdate()
    try:
        day = date.fromisoformat(days[-1]) if days else today
    except ValueError:
        return None
    return (day, today, states) if _STATES.issuperset(states) else None
