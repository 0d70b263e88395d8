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


class Request:
    """A request while it is answered: its name and address for lines of the log, its time."""

    def __init__(self, said: str, route: str) -> None:
        """``said``: how a known proxy has named it."""
        self.name = said if GOOD_ID.fullmatch(said) else uuid.uuid4().hex
        self.route = route
        self.method, self.status, self.seconds = "", 0, 0.0

    def __enter__(self) -> "Request":
        self._tokens = request_id.set(self.name), request_route.set(self.route)
        self._begun = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        request_id.reset(self._tokens[0])
        request_route.reset(self._tokens[1])

    def answered(self, method: str, status: int) -> None:
        """Count it: the answer begins now."""
        self.method, self.status = method, status
        self.seconds = time.perf_counter() - self._begun
        observe(method=method, route=self.route, status=status, seconds=self.seconds)

    def say(self, person: User | None) -> None:
        """Its line, when the answer is out."""
        if not settings.LOG_REQUESTS or self.route in SILENT:
            return
        milliseconds = round(self.seconds * 1000)
        fields = {
            "method": self.method,
            "route": self.route,
            "status": self.status,
            "ms": milliseconds,
            "role": person.role if person else "",
            "visitor": pseudonym(person) if person else "",
        }
        parts = (self.method, self.route, self.status, milliseconds, fields["role"])
        token = request_id.set(self.name)
        try:
            logger.info("%s /%s %s %s ms %s", *parts, extra=fields)
        finally:
            request_id.reset(token)


class Observed:
    """One per process."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then say what was answered; the line is written when the answer is out."""
        with Request(request.META.get("HTTP_X_REQUEST_ID", ""), "") as seen:
            answer = self.get_response(request)
            seen.route = route_of(request)
            seen.answered(request.method or "", answer.status_code)
            answer.headers["X-Request-ID"] = seen.name
            note_answer(request, answer)
            line = partial(_say, seen, request)
            if answer.streaming:
                line()  # a stream may be cut off, and its line must not be lost with it
            else:
                # Called by Django's close(), which the web server calls when all is sent: a tenth
                # of a small answer's time, and nobody waits for it.
                answer._resource_closers.append(line)  # type: ignore[attr-defined]
            return answer

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """From here on lines of the log may name the address."""
        request_route.set(route_of(request))


def _say(seen: Request, request: HttpRequest) -> None:
    """Who it was is known better when all is done."""
    seen.say(person_of(request))


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
