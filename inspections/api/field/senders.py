"""Who hands in: a signed-in person, or a device with its key while nobody is signed in."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.views import APIView

from baumkataster.api.doors import DoorIsOpen
from baumkataster.models import User
from baumkataster.permissions import Door, signed_in
from inspections.models import FieldKey
from inspections.sync.devices import find_key

SCHEME = "feldgeraet"


class DeviceKeyAuthentication(BaseAuthentication):
    """``Authorization: Feldgeraet <device>:<key>``: lets a device in, but nobody is signed in by it."""

    def authenticate(self, request: Any) -> tuple[AnonymousUser, FieldKey] | None:
        """The key, or None without such a header.

        Raises:
            AuthenticationFailed: the key is unknown or revoked.
        """
        scheme, _blank, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        device, _colon, secret = token.strip().partition(":")
        try:
            key = find_key(device_id=UUID(device), secret=secret)
        except ValueError:
            key = None
        if key is None:
            raise AuthenticationFailed(
                gettext_lazy("Dieses Gerät ist hier nicht angemeldet. Bitte auf ihm anmelden.")
            )
        return AnonymousUser(), key

    def authenticate_header(self, request: Any) -> str:
        """For 401 answers."""
        return 'Feldgeraet realm="Baumkataster"'


class DeviceKeyScheme(OpenApiAuthenticationExtension):
    """Tells the OpenAPI page about device keys."""

    target_class = "inspections.api.field.senders.DeviceKeyAuthentication"
    name = "fieldDevice"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A header of our own form."""
        return {"type": "apiKey", "in": "header", "name": "Authorization"}


class SenderIsKnown(DoorIsOpen):
    """Lets in whom the door lets in, and devices by their key."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """A key is enough: what comes with it is only put aside."""
        return isinstance(request.auth, FieldKey) or super().has_permission(request, view)


class SenderView(APIView):
    """An address that takes things in from tablets."""

    authentication_classes = [SessionAuthentication, DeviceKeyAuthentication]
    permission_classes = [SenderIsKnown]
    doors: ClassVar[dict[str, Door]] = {"*": Door.FIELD}

    @property
    def key(self) -> FieldKey | None:
        """The device's key, where nobody is signed in."""
        return self.request.auth if isinstance(self.request.auth, FieldKey) else None

    @property
    def person(self) -> User:
        """Whose things are handed in."""
        return self.key.user if self.key is not None else signed_in(self.request.user)
