"""Signs programs in with an application password (HTTP Basic or Bearer): API, exports, WFS, tiles."""

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import SimpleRateThrottle

from baumkataster.models import ApplicationPassword, Scope, User
from baumkataster.permissions import Door, may, narrow
from baumkataster.second_factors import lacks_second_factor
from baumkataster.services.people import hash_secret

#: The use of a password is noted at most once in this time, so that reading does not write.
NOTE_USE_EVERY = timedelta(minutes=5)


class FailedSignIns(SimpleRateThrottle):
    """Counts refused application passwords per address of the sender."""

    scope = "application-password"

    def get_cache_key(self, request: Any, view: Any) -> str:
        """One counter per address."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}

    def exhausted(self, request: Any) -> bool:
        """Whether this address has failed too often; counts nothing."""
        return len(self._recent(request)) >= (self.num_requests or 0)

    def count(self, request: Any) -> None:
        """Note one more failure."""
        stamps = [self.timer(), *self._recent(request)]
        self.cache.set(self.get_cache_key(request, None), stamps, self.duration)

    def _recent(self, request: Any) -> list[float]:
        """Times of the failures that still count."""
        stamps = self.cache.get(self.get_cache_key(request, None), [])
        return [stamp for stamp in stamps if stamp > self.timer() - (self.duration or 0)]


def authenticate_program(request: HttpRequest) -> tuple[User, ApplicationPassword] | None:
    """Who sends this request with an application password; None without Basic or Bearer header.

    The person found opens only the doors of the password (``permissions.narrow``).

    Raises:
        exceptions.AuthenticationFailed: header unreadable, password wrong, revoked, expired or
            used from elsewhere, person locked or without the second factor that they must have.
        exceptions.Throttled: too many refused passwords from this address.
    """
    scheme, _blank, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() not in {"basic", "bearer"}:
        return None
    throttle = FailedSignIns()
    if throttle.exhausted(request):
        raise exceptions.Throttled(
            detail=_("Zu viele falsche Anmeldungen. Bitte später noch einmal.")
        )
    password = _find(scheme.lower(), token.strip())
    if password is None or not _is_good(password, request):
        throttle.count(request)
        raise exceptions.AuthenticationFailed(
            _("Anmeldename oder Anwendungspasswort stimmt nicht, oder es gilt nicht mehr.")
        )
    _note_use(password)
    # For the log of access, on the request that every middleware knows.
    setattr(getattr(request, "_request", request), "application_password", password)  # noqa: B010
    narrow(password.user, password.scopes)
    return password.user, password


def _find(scheme: str, token: str) -> ApplicationPassword | None:
    """The application password that a header names, not revoked."""
    rows = ApplicationPassword.objects.select_related("user").filter(revoked_at__isnull=True)
    if scheme == "bearer":
        return rows.filter(secret_hash=hash_secret(token)).first() if token else None
    try:
        username, colon, secret = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    if not colon or "\0" in username:
        return None
    return rows.filter(secret_hash=hash_secret(secret), user__username=username).first()


def _is_good(password: ApplicationPassword, request: HttpRequest) -> bool:
    """Whether it may be used now, from here, by a person with this role."""
    if password.expires_on is not None and password.expires_on < timezone.localdate():
        return False
    if password.networks and not _comes_from(request, password.networks.split()):
        return False
    person = password.user
    return may(person, Door.APPLICATION_PASSWORDS) and not lacks_second_factor(person)


def _comes_from(request: HttpRequest, networks: list[str]) -> bool:
    """Whether the sender's address lies in one of the networks."""
    try:
        sender = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(sender in ip_network(network) for network in networks)


def _note_use(password: ApplicationPassword) -> None:
    """Keep when the password was last used, roughly."""
    now = timezone.now()
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTE_USE_EVERY)
    if password.last_used_at is None or password.last_used_at < now - NOTE_USE_EVERY:
        ApplicationPassword.objects.filter(stale, pk=password.pk).update(last_used_at=now)


class ApplicationPasswordAuthentication(authentication.BaseAuthentication):
    """HTTP Basic and Bearer for programs."""

    def authenticate(self, request: Any) -> tuple[User, ApplicationPassword] | None:
        """DRF's door: as authenticate_program, but only passwords made for recording may write."""
        found = authenticate_program(request)
        if found is None:
            return None
        if request.method not in SAFE_METHODS and Scope.RECORD not in found[1].scopes:
            raise exceptions.PermissionDenied(
                _("Mit einem Anwendungspasswort kann nur gelesen werden.")
            )
        return found

    def authenticate_header(self, request: Any) -> str:
        """For 401 answers."""
        return 'Basic realm="Baumkataster"'


class ApplicationPasswordScheme(OpenApiAuthenticationExtension):
    """Tells the OpenAPI page about application passwords."""

    target_class = "baumkataster.api.authentication.ApplicationPasswordAuthentication"
    name = ["applicationPassword", "applicationToken"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """OpenAPI's own words for HTTP Basic and Bearer."""
        return [{"type": "http", "scheme": "basic"}, {"type": "http", "scheme": "bearer"}]


def accepts_application_password(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Decorator for plain views (WFS, exports): such a header signs the request in, or answers 401."""

    @wraps(view)
    def signed_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            found = authenticate_program(request)
        except exceptions.APIException as refusal:
            return ask_for_password(str(refusal.detail), status=refusal.status_code)
        if found is not None:
            request.user = found[0]
        return view(request, *args, **kwargs)

    return signed_in


def ask_for_password(sentence: str, *, status: int = 401) -> HttpResponse:
    """Answer of a plain view that needs a sign-in; programs then ask their user for a password."""
    answer = HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
    if status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="Baumkataster", charset="UTF-8"'
    answer["Content-Language"] = settings.LANGUAGE_CODE
    return answer
