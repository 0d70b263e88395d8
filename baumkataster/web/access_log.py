"""What goes into the log of access: sign-ins by signals, refusals and exports by what was answered."""

import logging
import time
from collections import deque
from collections.abc import Iterator
from ipaddress import ip_address
from threading import Lock
from typing import Any

from allauth.mfa import signals as factors
from axes.signals import user_locked_out
from django.contrib.auth import signals
from django.db import Error, connection
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.functional import LazyObject

from baumkataster.logs import request_id
from baumkataster.metrics import SIGN_INS
from baumkataster.models import AccessEvent, ApplicationPassword, User
from baumkataster.services.access import record_access

logger = logging.getLogger(__name__)
#: Names of addresses whose answers are data that leaves the house; PDF and further files end so, too.
EXPORTS = frozenset(
    [
        *("export_geojson", "export_csv", "export_gpkg", "wfs", "access_csv", "import_problems"),
        *("overdue_report_csv", "overdue_report_xlsx", "report_file"),
    ]
)
#: So many refusals of one sender are kept in a minute: the log must not be a way to fill the disk.
MOST, SECONDS = 30, 60.0
_recent: dict[str, deque[float]] = {}
_lock = Lock()


def note(request: Any, event: AccessEvent, person: User | None, **more: Any) -> None:
    """Add a line; a log that cannot be written never breaks what it tells of."""
    meta = getattr(request, "META", {})
    match = getattr(request, "resolver_match", None)
    SIGN_INS.labels(event.value).inc()
    try:
        record_access(
            event=event,
            person=person,
            route=str(match.route) if match else "",
            address=address_of(meta),
            request_id=request_id.get(),
            program=program_of(request),
            **more,
        )
    except Error:
        logger.exception("The log of access cannot be written.")


def address_of(meta: dict[str, Any]) -> str | None:
    """Where a request came from; None on a Unix socket."""
    try:
        return str(ip_address(meta.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def person_of(request: Any) -> User | None:
    """Who was found out to send this request; nobody is looked up for it."""
    found = vars(request).get("user")
    if isinstance(found, LazyObject):
        found = getattr(request, "_cached_user", None)
    return found if isinstance(found, User) else None


def program_of(request: Any) -> ApplicationPassword | None:
    """The application password that signed the request in."""
    found = getattr(request, "application_password", None)
    return found if isinstance(found, ApplicationPassword) else None


@receiver(signals.user_logged_in, dispatch_uid="baum.access.in")
def _signed_in(sender: Any, request: Any, user: User, **_: Any) -> None:
    """Whichever way it came, with its last step."""
    steps = request.session.get("account_authentication_methods") or [{}]
    way = {"mfa": str(steps[-1].get("type", "")), "socialaccount": "provider"}
    method = way.get(steps[-1].get("method", ""), "password")
    note(request, AccessEvent.SIGNED_IN, user, method=method[:12])


@receiver(signals.user_logged_out, dispatch_uid="baum.access.out")
def _signed_out(sender: Any, request: Any, user: User | None, **_: Any) -> None:
    if user is not None:
        note(request, AccessEvent.SIGNED_OUT, user)


@receiver(signals.user_login_failed, dispatch_uid="baum.access.failed")
def _failed(sender: Any, credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    """Whose account it was, if there is such an account."""
    if not _flooded(request):
        person = User.objects.filter(username=credentials.get("username") or "").first()
        note(request, AccessEvent.SIGN_IN_FAILED, person, method="password")


@receiver(user_locked_out, dispatch_uid="baum.access.locked")
def _locked_out(sender: Any, request: Any, username: str, **_: Any) -> None:
    if not _flooded(request):
        note(request, AccessEvent.LOCKED, User.objects.filter(username=username or "").first())


@receiver(factors.authentication_failed, dispatch_uid="baum.access.code")
def _code_failed(sender: Any, request: Any, user: User, **_: Any) -> None:
    note(request, AccessEvent.CODE_FAILED, user)


@receiver(
    [factors.authenticator_added, factors.authenticator_removed, factors.authenticator_reset],
    dispatch_uid="baum.access.factor",
)
def _factor_changed(sender: Any, request: Any, user: User, authenticator: Any, **_: Any) -> None:
    note(request, AccessEvent.FACTOR_CHANGED, user, method=str(authenticator.type)[:12])


def note_answer(request: HttpRequest, answer: HttpResponseBase) -> None:
    """Keep a refusal, a guessed key, or the end of an export."""
    person, match = person_of(request), getattr(request, "resolver_match", None)
    if match is None:
        return
    asked = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[0].lower()
    if answer.status_code == 401 and asked in {"basic", "bearer"}:
        event = AccessEvent.PASSWORD_FAILED
    elif answer.status_code == 403:
        event = AccessEvent.REFUSED
    elif answer.status_code == 404 and person is not None and match.kwargs:
        event = AccessEvent.NOT_FOUND
    else:
        if answer.status_code == 200 and match.url_name in EXPORTS and request.method != "HEAD":
            _note_export(request, answer, person)
        return
    if not _flooded(request):
        note(request, event, person)


def _note_export(request: HttpRequest, answer: HttpResponseBase, person: User | None) -> None:
    """Who took what away: kept when the last byte is out, or when the reader went away."""
    names = {name.upper(): name for name in request.GET}
    if "REQUEST" in names and request.GET[names["REQUEST"]].upper() != "GETFEATURE":
        return
    # Names of the filters only: values may be search words.
    details: dict[str, Any] = {"filters": sorted(request.GET)[:40]}
    details["type"] = answer.headers.get("Content-Type", "").partition(";")[0]
    if isinstance(answer, StreamingHttpResponse) and not answer.is_async:
        parts = iter(answer.streaming_content)  # type: ignore[arg-type]
        answer.streaming_content = _counted(request, parts, person, details)
    else:
        details |= {"bytes": len(getattr(answer, "content", b"")), "complete": True}
        note(request, AccessEvent.EXPORTED, person, details=details)


def _counted(
    request: HttpRequest, parts: Iterator[Any], person: User | None, details: dict[str, Any]
) -> Iterator[Any]:
    """The same bytes, counted."""
    size = lines = 0
    complete = False
    try:
        for part in parts:
            size += len(part)
            lines += part.count(b"\n" if isinstance(part, bytes) else "\n")
            yield part
        complete = True
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
        # A reader who goes away has the statement's connection cut.
        if not connection.in_atomic_block and not connection.is_usable():
            connection.close()
        details |= {"bytes": size, "lines": lines, "complete": complete}
        note(request, AccessEvent.EXPORTED, person, details=details)


def _flooded(request: Any) -> bool:
    """Whether this sender has filled its minute."""
    sender = getattr(request, "META", {}).get("REMOTE_ADDR", "")
    now = time.monotonic()
    with _lock:
        if len(_recent) > 10_000:
            _recent.clear()
        times = _recent.setdefault(sender, deque(maxlen=MOST))
        if len(times) == MOST and now - times[0] < SECONDS:
            return True
        times.append(now)
    return False
