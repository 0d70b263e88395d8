"""Tells a tablet which of its delivered entries this server does not know (any more)."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.api.entries import Entry
from baumkataster.permissions import signed_in
from inspections.api.field.areas import FieldView
from inspections.sync.lost import lost

#: Keys of one question; the tablet asks again for the next ones.
MOST = 500


class DeliveredInput(Entry):
    """Keys of what the tablet holds as delivered by the person who is signed in."""

    entries = serializers.ListField(child=serializers.UUIDField(), max_length=MOST)
    photos = serializers.ListField(child=serializers.UUIDField(), max_length=MOST)


class LostView(FieldView):
    """What has to be sent again."""

    @extend_schema(request=DeliveredInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """The keys that are not here: a backup was put back that is older than they are."""
        found = lost(person=signed_in(request.user), **DeliveredInput.read(request))
        return Response({"entries": found.entries, "photos": found.photos})
