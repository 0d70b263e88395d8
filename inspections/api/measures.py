"""Measures in the API: at the tree's position; ordered, done, cancelled and replaced by one deed each."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from baumkataster.api.features import FeatureView
from baumkataster.api.geometry import LonLatField, in_lonlat
from baumkataster.api.parameters import choices, day_parameter, uuids
from baumkataster.api.versions import IF_MATCH, version_asked, with_etag
from baumkataster.models import Photo, Tree
from baumkataster.permissions import Door, Visitor, measures_seen_by
from inspections.api.measure_entries import (
    CancellationEntry,
    CompletionEntry,
    OrderEntry,
    SuccessorEntry,
)
from inspections.models import Measure, MeasureState
from inspections.services import cancel_measure, complete_measure, order_measure, replace_measure


def measure_rows(visitor: Visitor) -> QuerySet[Any]:
    """Measures that the visitor may see, with what a row names, in one query."""
    rows = Measure.objects.filter(measures_seen_by(visitor)).with_deadline()
    rows = rows.select_related(
        "kind", "urgency", "contractor", "ended_by", "ordered_by", "tree__site__place"
    ).defer("tree__site__place__area")
    return in_lonlat(rows, "tree__geom")


class MeasureSerializer(serializers.ModelSerializer[Measure]):
    """A measure as plain values; names in the reader's language."""

    kind_name = serializers.CharField(source="kind.name", read_only=True)
    urgency_name = serializers.CharField(
        source="urgency.name", default=None, allow_null=True, read_only=True
    )
    immediate = serializers.BooleanField(source="urgency.immediate", default=False, read_only=True)
    deadline = serializers.DateField(source="effective_deadline", read_only=True)
    contractor_name = serializers.CharField(
        source="contractor", default=None, allow_null=True, read_only=True
    )
    ordered_by_name = serializers.CharField(source="ordered_by", read_only=True)
    ended_by_name = serializers.CharField(
        source="ended_by", default=None, allow_null=True, read_only=True
    )
    tree_number = serializers.CharField(source="tree.site.number", read_only=True)
    place_name = serializers.CharField(source="tree.site.place.name", read_only=True)

    class Meta:
        """All columns, and the names of what they point to."""

        model = Measure
        fields = [
            "id", "tree", "tree_number", "place_name", "inspection", "finding", "kind",
            "kind_name", "urgency", "urgency_name", "immediate", "ordered_on", "ordered_by_name",
            "deadline_on", "deadline", "contractor", "contractor_name", "note", "state", "done_on",
            "done_by", "done_note", "done_photo", "ended_by_name", "ended_at", "end_reason",
            "replaced_by", "version", "changed_at",
        ]  # fmt: skip
        read_only_fields = fields


class MeasureFeature(GeoFeatureModelSerializer, MeasureSerializer):
    """A measure at the position of its tree."""

    lonlat = LonLatField()

    class Meta(MeasureSerializer.Meta):
        """The geometry is the tree's."""

        geo_field = "lonlat"
        id_field = "id"
        fields = [*MeasureSerializer.Meta.fields, "lonlat"]
        read_only_fields = fields


class MeasureView(FeatureView):
    """Measures that the person may see; contractors only their own."""

    queryset = Measure.objects.none()
    serializer_class = MeasureFeature
    bbox_filter_field = "tree__geom"
    doors: ClassVar[dict[str, Door]] = {
        "create": Door.ORDER_MEASURE,
        "complete": Door.COMPLETE_MEASURE,
        "cancel": Door.CANCEL_MEASURE,
        "replace": Door.CANCEL_MEASURE,
        "*": Door.VIEW_TREE,
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Filter ``tree``, ``contractor``, ``state`` (repeatable) and ``due_until``."""
        query = self.request.query_params
        rows = measure_rows(self.request.user).order_by("deadline_on", "ordered_on", "id")
        for name in ("tree", "contractor"):
            if keys := uuids(query, name):
                rows = rows.filter(**{f"{name}_id__in": keys})
        if states := choices(query, "state", MeasureState.values):
            rows = rows.filter(state__in=states)
        if day := day_parameter(query, "due_until"):
            rows = rows.filter(state="open", effective_deadline__lte=day)
        return rows

    def answer(self, measure: Measure, *, code: int = status.HTTP_200_OK) -> Response:
        """The measure as it is now, as plain values, with its version."""
        row = measure_rows(self.request.user).get(pk=measure.pk)
        return with_etag(Response(MeasureSerializer(row).data, status=code), row)

    def describe(self, row: Measure) -> Any:
        """The measure as it is now, for answers to stale writes."""
        return MeasureSerializer(measure_rows(self.request.user).get(pk=row.pk)).data

    def visible(self, pk: UUID) -> Measure:
        """The measure, if this person may see it."""
        found = Measure.objects.filter(measures_seen_by(self.request.user), pk=pk).first()
        if found is None:
            raise NotFound
        return found

    @extend_schema(request=OrderEntry, responses={200: MeasureSerializer, 201: MeasureSerializer})
    def create(self, request: Request) -> Response:
        """Order a measure; the same id again answers 200 with what is there."""
        entry = OrderEntry.read(request)
        if not Tree.objects.visible_to(request.user).filter(pk=entry["tree_id"]).exists():
            raise NotFound
        known = "id" in entry and Measure.objects.filter(pk=entry["id"]).exists()
        measure = order_measure(by=request.user, day=timezone.localdate(), **entry)
        return self.answer(measure, code=status.HTTP_200_OK if known else status.HTTP_201_CREATED)

    @extend_schema(request=CompletionEntry, responses=MeasureSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: UUID) -> Response:
        """Mark as done."""
        measure = self.visible(pk)
        entry = CompletionEntry.read(request)
        if photo_id := entry.pop("photo", None):
            entry["photo"] = Photo.objects.filter(pk=photo_id, tree=measure.tree_id).first()
            if entry["photo"] is None:
                raise NotFound
        done = complete_measure(
            by=request.user,
            day=timezone.localdate(),
            measure_id=pk,
            version=version_asked(request),
            **entry,
        )
        return self.answer(done)

    @extend_schema(request=CancellationEntry, responses=MeasureSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Drop, with the reason."""
        self.visible(pk)
        ended = cancel_measure(
            by=request.user,
            day=timezone.localdate(),
            measure_id=pk,
            version=version_asked(request),
            **CancellationEntry.read(request),
        )
        return self.answer(ended)

    @extend_schema(
        request=SuccessorEntry, responses={201: MeasureSerializer}, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: UUID) -> Response:
        """Put another measure in its place; answers with the new one."""
        self.visible(pk)
        new = replace_measure(
            by=request.user,
            day=timezone.localdate(),
            measure_id=pk,
            version=version_asked(request),
            **SuccessorEntry.read(request),
        )
        return self.answer(new, code=status.HTTP_201_CREATED)
