"""Inspections and findings in the API: evidence, so they are added and read, never changed."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from baumkataster.api.features import FeatureView
from baumkataster.api.geometry import LonLatField, in_lonlat
from baumkataster.api.parameters import choices, day_parameter, uuids
from baumkataster.models import Tree
from baumkataster.permissions import Door, why_no_inspection
from baumkataster.services.locked_tree import TreeUnknown
from inspections.api.inspection_entries import InspectionInput, ProposalInput, ProposalOutput
from inspections.api.recorded import written_now
from inspections.models import Finding, FindingEnd, Inspection, Result
from inspections.services import propose, record_inspection


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """A finding with its words; ``photos`` are keys."""

    zone_name = serializers.CharField(source="zone.name", read_only=True)
    symptom_name = serializers.CharField(source="symptom.name", read_only=True)
    photos = serializers.SerializerMethodField()

    class Meta:
        """All columns."""

        model = Finding
        fields = [
            "id", "inspection", "zone", "zone_name", "symptom", "symptom_name", "severity", "note",
            "observation", "continues", "position", "photos",
        ]  # fmt: skip

    def get_photos(self, finding: Finding) -> list[str]:
        """Keys of the photos that show it."""
        return [str(link.photo_id) for link in finding.photo_links.all()]


class FindingEndSerializer(serializers.ModelSerializer[FindingEnd]):
    """An earlier finding that is no longer there, and what it was."""

    symptom_name = serializers.CharField(source="finding.symptom.name", read_only=True)

    class Meta:
        """Without a key of its own: nobody refers to it."""

        model = FindingEnd
        fields = ["finding", "symptom_name", "how"]


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    """An inspection with findings and the inspector as they were."""

    kind_name = serializers.CharField(source="kind.name", read_only=True)
    inspector_name = serializers.CharField(source="inspector.name", read_only=True)
    inspector_qualification = serializers.CharField(
        source="inspector.qualification", read_only=True
    )
    inspector_certificate = serializers.CharField(
        source="inspector.certificate_number", read_only=True
    )
    recorded_by_name = serializers.CharField(source="recorded_by", read_only=True)
    rule_set_version = serializers.IntegerField(source="rule_set.version", read_only=True)
    corrected_by = serializers.UUIDField(
        source="corrected_by.pk", default=None, allow_null=True, read_only=True
    )
    findings = FindingSerializer(many=True, read_only=True)
    endings = FindingEndSerializer(many=True, read_only=True)

    class Meta:
        """All columns but the key of the inspector's identity."""

        model = Inspection
        fields = [
            "id", "tree", "kind", "kind_name", "also_regular", "sets_regular_date", "inspected_at",
            "inspected_on", "received_at", "inspected_by", "inspector_name",
            "inspector_qualification", "inspector_certificate", "recorded_by_name", "device",
            "leaf_state", "weather", "limits", "limits_note", "vitality", "condition", "phase",
            "result", "note", "seen_number", "seen_place", "seen_species", "seen_girth_cm",
            "seen_girth_height_cm", "seen_height_m", "seen_expectation", "rule_set_version",
            "proposed_months", "set_months", "interval_reason", "next_due_on", "corrects",
            "correction_reason", "corrected_by", "findings", "endings", "immediate_action",
            "carried_over",
        ]  # fmt: skip
        read_only_fields = fields


class InspectionFeature(GeoFeatureModelSerializer, InspectionSerializer):
    """An inspection at the position where the tree was seen."""

    lonlat = LonLatField()

    class Meta(InspectionSerializer.Meta):
        """The geometry is seen_position."""

        geo_field = "lonlat"
        id_field = "id"
        fields = [*InspectionSerializer.Meta.fields, "lonlat"]
        read_only_fields = fields


class FindingFeature(GeoFeatureModelSerializer, FindingSerializer):
    """A finding at the position where the tree was seen."""

    tree = serializers.UUIDField(source="inspection.tree_id", read_only=True)
    inspected_on = serializers.DateField(source="inspection.inspected_on", read_only=True)
    lonlat = LonLatField()

    class Meta(FindingSerializer.Meta):
        """The geometry is the inspection's."""

        geo_field = "lonlat"
        id_field = "id"
        fields = [*FindingSerializer.Meta.fields, "tree", "inspected_on", "lonlat"]


def finding_rows() -> QuerySet[Finding]:
    """Findings with their words and photos."""
    rows = Finding.objects.select_related("zone", "symptom").prefetch_related("photo_links")
    return rows.order_by("position")


def inspection_rows() -> QuerySet[Inspection]:
    """Inspections with all that a row names, in a fixed number of queries, newest first."""
    rows = Inspection.objects.select_related(
        "kind", "inspector", "recorded_by", "rule_set", "corrected_by"
    ).prefetch_related(
        Prefetch("findings", finding_rows()),
        Prefetch("endings", FindingEnd.objects.select_related("finding__symptom")),
    )
    return rows.order_by("-inspected_at", "-received_at", "id")


class RecordedSerializer(serializers.Serializer[Any]):
    """What became of a recorded inspection."""

    inspection = InspectionSerializer()
    measures = serializers.ListField(child=serializers.UUIDField())
    due_on = serializers.DateField(allow_null=True)
    created = serializers.BooleanField()


class InspectionView(FeatureView):
    """Inspections."""

    queryset = Inspection.objects.none()
    serializer_class = InspectionFeature
    bbox_filter_field = "seen_position"
    doors: ClassVar[dict[str, Door]] = {
        "create": Door.INSPECT,
        "proposal": Door.INSPECT,
        "*": Door.VIEW_INSPECTIONS,
    }

    def rows(self) -> QuerySet[Any]:
        """Filter ``tree``, ``inspected_by``, ``result``, ``since`` and ``until``."""
        query = self.request.query_params
        rows = inspection_rows()
        for name in ("tree", "inspected_by"):
            if keys := uuids(query, name):
                rows = rows.filter(**{f"{name}_id__in": keys})
        if results := choices(query, "result", Result.values):
            rows = rows.filter(result__in=results)
        if day := day_parameter(query, "since"):
            rows = rows.filter(inspected_on__gte=day)
        if day := day_parameter(query, "until"):
            rows = rows.filter(inspected_on__lte=day)
        return rows

    @extend_schema(
        request=InspectionInput, responses={200: RecordedSerializer, 201: RecordedSerializer}
    )
    def create(self, request: Request) -> Response:
        """Record an inspection; the same id with the same content again answers 200."""
        if sentence := why_no_inspection(request.user, day=timezone.localdate()):
            raise PermissionDenied(sentence)
        entry = InspectionInput.entry(request)
        try:
            # Whoever may inspect sees every tree.
            recorded = record_inspection(by=request.user, entry=entry, received_at=timezone.now())
        except TreeUnknown as error:
            raise NotFound from error
        code = status.HTTP_201_CREATED if recorded.created else status.HTTP_200_OK
        body = {
            "inspection": written_now(recorded)
            or InspectionSerializer(inspection_rows().get(pk=recorded.inspection.pk)).data,
            "measures": [str(measure.pk) for measure in recorded.measures],
            "due_on": recorded.due_on,
            "created": recorded.created,
        }
        return Response(body, status=code)

    @extend_schema(request=ProposalInput, responses=ProposalOutput)
    @action(detail=False, methods=["post"])
    def proposal(self, request: Request) -> Response:
        """What the rule proposes for a tree that is seen in these words today."""
        entry = ProposalInput.read(request)
        trees = Tree.objects.visible_to(request.user).with_place()
        tree = trees.filter(pk=entry["tree"]).first()
        if tree is None:
            raise NotFound
        found = propose(
            tree=tree,
            day=timezone.localdate(),
            phase=entry["phase"],
            condition=entry["condition"],
            expectation=entry.get("expectation") or tree.effective_expectation,
        )
        return Response(ProposalOutput(found).data)


class FindingView(FeatureView):
    """Findings of all inspections, for questions across trees."""

    queryset = Finding.objects.none()
    serializer_class = FindingFeature
    bbox_filter_field = "inspection__seen_position"
    doors: ClassVar[dict[str, Door]] = {"*": Door.VIEW_INSPECTIONS}

    def get_queryset(self) -> QuerySet[Any]:
        """Filter ``tree`` and ``inspection``; ``symptom`` and ``zone`` by code."""
        query = self.request.query_params
        rows = finding_rows().select_related("zone", "symptom", "inspection")
        rows = rows.order_by("-inspection__inspected_at", "position", "id")
        if keys := uuids(query, "tree"):
            rows = rows.filter(inspection__tree_id__in=keys)
        if keys := uuids(query, "inspection"):
            rows = rows.filter(inspection_id__in=keys)
        for name in ("symptom", "zone"):
            if codes := [code for code in query.getlist(name) if code and "\0" not in code]:
                rows = rows.filter(**{f"{name}_id__in": codes})
        return in_lonlat(rows, "inspection__seen_position")
