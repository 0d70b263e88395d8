"""Middleware around all others: request id, one log line, counters, refusals and exports."""

import hashlib
import hmac
import logging
import re
import time
import uuid
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from baumkataster.logs import request_id, request_route
from baumkataster.metrics import observe
from baumkataster.models import User
from baumkataster.web.access_log import note_answer, person_of

logger = logging.getLogger("baumkataster.request")
#: What a proxy may call a request.
GOOD_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
#: Asked every few seconds by machines; counted, not logged.
SILENT = frozenset(["healthz", "metrics"])
UNKNOWN = "unknown"


class Observed:
    """One per process."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then say what was answered; the line is written when the answer is out."""
        said = request.META.get("HTTP_X_REQUEST_ID", "")
        name = said if GOOD_ID.fullmatch(said) else uuid.uuid4().hex
        tokens = request_id.set(name), request_route.set("")
        begun = time.perf_counter()
        try:
            answer = self.get_response(request)
            seconds = time.perf_counter() - begun
            answer.headers["X-Request-ID"] = name
            observe(
                method=request.method or "",
                route=route_of(request),
                status=answer.status_code,
                seconds=seconds,
            )
            note_answer(request, answer)
            line = partial(_say, request, answer.status_code, seconds, name)
            if answer.streaming:
                line()  # a stream may be cut off, and its line must not be lost with it
            else:
                # Called by Django's close(), which the web server calls when all is sent: a tenth
                # of a small answer's time, and nobody waits for it.
                answer._resource_closers.append(line)  # type: ignore[attr-defined]
            return answer
        finally:
            request_id.reset(tokens[0])
            request_route.reset(tokens[1])

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """From here on lines of the log may name the address."""
        request_route.set(route_of(request))


def _say(request: HttpRequest, status: int, seconds: float, name: str) -> None:
    """The line of an answer that began after so many seconds."""
    route = route_of(request)
    if not settings.LOG_REQUESTS or route in SILENT:
        return
    person = person_of(request)
    milliseconds = round(seconds * 1000)
    fields = {
        "method": request.method or "",
        "route": route,
        "status": status,
        "ms": milliseconds,
        "role": person.role if person else "",
        "visitor": pseudonym(person) if person else "",
    }
    parts = (fields["method"], route, status, milliseconds, fields["role"])
    token = request_id.set(name)
    try:
        logger.info("%s /%s %s %s ms %s", *parts, extra=fields)
    finally:
        request_id.reset(token)


def route_of(request: HttpRequest) -> str:
    """The address as it stands in the url lists: no keys, no search words."""
    match = getattr(request, "resolver_match", None)
    return UNKNOWN if match is None else str(match.route)


def pseudonym(person: User) -> str:
    """Follows one person through the lines of one day, and no further."""
    return _pseudonym(f"{timezone.localdate()}:{person.pk}", settings.SECRET_KEY)


@lru_cache(maxsize=2048)
def _pseudonym(text: str, key: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:10]
