"""Tablets make themselves known to the server once per person who signs in on them."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.api.entries import Entry
from baumkataster.permissions import signed_in
from inspections.api.field.areas import FieldView
from inspections.api.field.session import described
from inspections.sync.devices import register_device


class DeviceInput(Entry):
    """The tablet's own key and the name that people call it."""

    id = serializers.UUIDField()
    name = serializers.CharField(max_length=80, allow_blank=True)


class DevicesView(FieldView):
    """Registration."""

    @extend_schema(
        request=DeviceInput, responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT}
    )
    def post(self, request: Request) -> Response:
        """201 for a new device, 200 for a known one; both with a new key, shown only here."""
        entry = DeviceInput.read(request)
        done = register_device(by=signed_in(request.user), at=timezone.now(), **entry)
        code = status.HTTP_201_CREATED if done.created else status.HTTP_200_OK
        return Response({**described(done.device), "key": done.key}, status=code)
