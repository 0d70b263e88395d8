"""Signs programs in by HTTP Basic with an application password: API (GET only), exports and WFS."""

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
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

from baumkataster.models import ApplicationPassword, User
from baumkataster.permissions import Door, may
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


def authenticate_basic(request: HttpRequest) -> tuple[User, ApplicationPassword] | None:
    """Who sends this request with an application password; None without a Basic header.

    Raises:
        exceptions.AuthenticationFailed: header unreadable, password wrong or revoked, user locked.
        exceptions.Throttled: too many refused passwords from this address.
    """
    scheme, _blank, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    throttle = FailedSignIns()
    if throttle.exhausted(request):
        raise exceptions.Throttled(
            detail=_("Zu viele falsche Anmeldungen. Bitte später noch einmal.")
        )
    password = _find(token)
    if password is None or not may(password.user, Door.APPLICATION_PASSWORDS):
        throttle.count(request)
        raise exceptions.AuthenticationFailed(
            _("Anmeldename oder Anwendungspasswort stimmt nicht, oder es wurde widerrufen.")
        )
    _note_use(password)
    return password.user, password


def _find(token: str) -> ApplicationPassword | None:
    """The valid application password that a Basic token names."""
    try:
        username, colon, secret = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    if not colon or "\0" in username:
        return None
    return (
        ApplicationPassword.objects.select_related("user")
        .filter(
            secret_hash=hash_secret(secret),
            revoked_at__isnull=True,
            user__username=username,
            user__is_active=True,
        )
        .first()
    )


def _note_use(password: ApplicationPassword) -> None:
    """Keep when the password was last used, roughly."""
    now = timezone.now()
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTE_USE_EVERY)
    if password.last_used_at is None or password.last_used_at < now - NOTE_USE_EVERY:
        ApplicationPassword.objects.filter(stale, pk=password.pk).update(last_used_at=now)


class ApplicationPasswordAuthentication(authentication.BaseAuthentication):
    """HTTP Basic for programs that only read."""

    def authenticate(self, request: Any) -> tuple[User, ApplicationPassword] | None:
        """DRF's door: as authenticate_basic, but refuses every method that writes."""
        found = authenticate_basic(request)
        if found is not None and request.method not in SAFE_METHODS:
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
    name = "applicationPassword"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """OpenAPI's own word for HTTP Basic."""
        return {"type": "http", "scheme": "basic"}


def accepts_application_password(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Decorator for plain views (WFS, exports): a Basic header signs the request in, or answers 401."""

    @wraps(view)
    def signed_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            found = authenticate_basic(request)
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
