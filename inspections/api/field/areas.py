"""What a tablet takes along: how much an area weighs, what changed in it, and the trees themselves."""

from base64 import b64encode
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from baumkataster.api.doors import DoorIsOpen
from baumkataster.api.entries import Entry
from baumkataster.permissions import Door
from inspections.field.areas import parse
from inspections.field.changes import changes
from inspections.field.extent import Extent, extent_of, weigh
from inspections.field.tree_rows import MAX_IDS, tree_rows_json
from inspections.reports.rule_change import rule_change_today


class AreaInput(Entry):
    """Which trees: a district, a drawn ring, a filter or a tour."""

    area = serializers.JSONField(allow_null=True)


class ChangesInput(AreaInput):
    """An area and how far the tablet knows it."""

    cursor = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=100
    )


class TreesInput(Entry):
    """Trees by their keys."""

    ids = serializers.ListField(child=serializers.UUIDField(), max_length=MAX_IDS)


class FieldView(APIView):
    """Behind the door of the field app."""

    permission_classes = [DoorIsOpen]
    doors: ClassVar[dict[str, Door]] = {"*": Door.FIELD}


class AreaSizeView(FieldView):
    """What an area weighs."""

    @extend_schema(request=AreaInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Trees, previews and about how many bytes they are; where the area lies."""
        area = parse(AreaInput.read(request)["area"])
        asked: dict[str, Any] = {"visitor": request.user, "day": timezone.localdate()}
        weight = weigh(area, **asked)
        return Response(
            {
                "trees": weight.trees,
                "bytes": weight.bytes,
                "photos": weight.photos,
                "photo_bytes": weight.photo_bytes,
                **_place(extent_of(area, **asked)),
            }
        )


class AreaChangesView(FieldView):
    """What changed in an area."""

    @extend_schema(request=ChangesInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """All its trees and those that changed since ``cursor``, as base64 of 16 bytes each.

        ``old_dates`` is a sentence while some due dates do not follow the rule yet, else empty.
        """
        entry = ChangesInput.read(request)
        area = parse(entry["area"])
        asked: dict[str, Any] = {"visitor": request.user, "day": timezone.localdate()}
        # Before any tree is read: what is through by now comes along new.
        old_dates = rule_change_today(timezone.now())
        found = changes(area, cursor=entry.get("cursor"), **asked)
        return Response(
            {
                "cursor": found.cursor,
                "reset": found.reset,
                "count": found.count,
                "ids": b64encode(found.ids).decode(),
                "changed": b64encode(found.changed).decode(),
                "old_dates": old_dates,
                **_place(extent_of(area, **asked)),
            }
        )


class FieldTreesView(FieldView):
    """Trees with all that a tablet keeps of them."""

    @extend_schema(request=TreesInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> HttpResponse:
        """At most 250 trees; those that are not there are left out."""
        ids = TreesInput.read(request)["ids"]
        content = tree_rows_json(ids, visitor=request.user)
        return HttpResponse(content, content_type="application/json")


def _place(extent: Extent) -> dict[str, Any]:
    """Where an area lies."""
    return {"bbox": extent.bbox, "outline": extent.outline}
