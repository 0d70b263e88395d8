"""Trees with their control in the API: list by the map's filters, card, history, counts, care."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.api.geometry import in_lonlat
from baumkataster.api.trees import TreeSerializer, TreeView
from baumkataster.api.versions import with_etag
from baumkataster.permissions import Door
from inspections.api.card import tree_card
from inspections.api.history import tree_history
from inspections.api.measure_entries import CareEntry
from inspections.api.measures import MeasureSerializer, measure_rows
from inspections.api.past import counts_of_states, past_card, seen_today
from inspections.filters import apply, parse
from inspections.models import Measure
from inspections.past_day import AskedDay, parse_day
from inspections.reports.past import looking_back
from inspections.rules.states import RISK_ORDER
from inspections.services import record_care
from inspections.sql_state import state_expression

FILTERS = [
    OpenApiParameter(name, OpenApiTypes.STR, many=many, description=words)
    for name, many, words in (
        ("district", True, _("Ortsteil (Kennung)")),
        ("place", True, _("Objekt (Kennung)")),
        ("species", True, _("Baumart (Kennung)")),
        ("unit", True, _("Revier (Kennung)")),
        ("state", True, format_lazy("{}: {}", _("Kontrollzustand"), ", ".join(RISK_ORDER))),
        ("status", True, _("Status des Baums")),
        ("due_until", False, _("fällig bis einschließlich (JJJJ-MM-TT)")),
        ("q", False, _("Nummer, Objekt oder Baumart")),
        ("mine", False, _("1: nur Bäume der eigenen Reviere")),
    )
]
PAST_DAY = [
    OpenApiParameter("stichtag", OpenApiTypes.DATE, description=_("Stichtag (JJJJ-MM-TT)")),
    OpenApiParameter(
        "lesart",
        OpenApiTypes.STR,
        enum=["damals", "heute"],
        description=_("wie damals bekannt, wie heute bekannt"),
    ),
]


class ControlledTreeSerializer(TreeSerializer):
    """A tree with its control state of today."""

    state = serializers.CharField(read_only=True)
    due_on = serializers.DateField(
        source="control_plan.due_on", default=None, allow_null=True, read_only=True
    )

    class Meta(TreeSerializer.Meta):
        """State and due date besides."""

        fields = [*TreeSerializer.Meta.fields, "state", "due_on"]
        read_only_fields = fields


class ControlledTreeView(TreeView):
    """All that the API does with trees."""

    serializer_class = ControlledTreeSerializer
    doors: ClassVar[dict[str, Door]] = {
        **TreeView.doors,
        "history": Door.VIEW_HISTORY,
        "care": Door.RECORD_CARE,
    }

    def rows(self) -> QuerySet[Any]:
        """Visible trees with their state of today."""
        return self.rows_on(timezone.localdate())

    def rows_on(self, day: date) -> QuerySet[Any]:
        """Visible trees with their state of ``day``."""
        rows = super().rows().select_related("control_plan")
        return rows.annotate(state=state_expression(day)).order_by(
            "site__place__name", "site__number", "id"
        )

    def filtered(self, rows: Any) -> Any:
        """Narrowed by the map's filters; the box is the list's own, exact filter."""
        tree_filter = parse(self.request.query_params, visitor=self.request.user)
        return apply(rows, tree_filter.without_box(), day=timezone.localdate())

    @extend_schema(parameters=FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Trees by the filters of the map."""
        rows = self.filtered(self.filter_queryset(self.get_queryset()))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses=OpenApiTypes.OBJECT, parameters=[*FILTERS, *PAST_DAY])
    @action(detail=False, url_path="state-counts", pagination_class=None)
    def state_counts(self, request: Request) -> Response:
        """Trees per control state, whatever state is chosen; ``immediate`` and ``total`` besides."""
        asked = parse_day(request.query_params, today=timezone.localdate())
        tree_filter = parse(request.query_params, visitor=request.user)
        with looking_back(asked, among=seen_today(request.user)):
            return Response(counts_of_states(request.user, tree_filter, asked.day))

    @extend_schema(responses=OpenApiTypes.OBJECT, parameters=PAST_DAY)
    @action(detail=True)
    def card(self, request: Request, pk: UUID) -> Response:
        """All that the tree's card shows; on a past day as it was."""
        asked = parse_day(request.query_params, today=timezone.localdate())
        if asked.is_past:
            return Response(self._past_card(UUID(str(pk)), asked))
        tree = self.get_object()
        return with_etag(
            Response(
                tree_card(
                    tree,
                    feature=self.get_serializer(tree).data,
                    visitor=request.user,
                    day=timezone.localdate(),
                )
            ),
            tree,
        )

    def _past_card(self, pk: UUID, asked: AskedDay) -> dict[str, Any]:
        """The card of a past day."""
        return past_card(
            self.visible(pk),
            rows=in_lonlat(self.rows_on(asked.day), self.bbox_filter_field),
            feature=lambda tree: self.get_serializer(tree).data,
            visitor=self.request.user,
            asked=asked,
        )

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def history(self, request: Request, pk: UUID) -> Response:
        """Every change of tree, site and measures: who, when, old, new."""
        return Response(tree_history(self.get_object()))

    @extend_schema(request=CareEntry, responses={200: MeasureSerializer, 201: MeasureSerializer})
    @action(detail=True, methods=["post"])
    def care(self, request: Request, pk: UUID) -> Response:
        """Record care that was done without an order."""
        entry = CareEntry.read(request)
        known = "id" in entry and Measure.objects.filter(pk=entry["id"]).exists()
        measure = record_care(
            by=request.user, day=timezone.localdate(), tree_id=self.visible(pk), **entry
        )
        row = measure_rows(request.user).get(pk=measure.pk)
        code = status.HTTP_200_OK if known else status.HTTP_201_CREATED
        return Response(MeasureSerializer(row).data, status=code)
