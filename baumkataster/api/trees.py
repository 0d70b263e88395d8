"""Trees in the API: the feature, and what may be written; routed by inspections.api, which knows more."""

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

from baumkataster.api.features import FeatureSerializer, FeatureView
from baumkataster.api.tree_entries import (
    CorrectionEntry,
    FellingEntry,
    MoveEntry,
    PlantEntry,
    ReplacementEntry,
    VanishedEntry,
)
from baumkataster.api.versions import IF_MATCH, version_asked, with_etag
from baumkataster.models import Tree
from baumkataster.permissions import Door
from baumkataster.services import (
    correct_tree,
    fell_tree,
    move_tree,
    plant_tree,
    replace_tree,
    report_vanished,
)

#: Columns of the tree itself that every answer about a tree holds.
OWN_FIELDS = [
    "id",
    "status",
    "species_as_given",
    "position_accuracy_m",
    "position_source",
    "tag",
    "planted_on",
    "planted_year",
    "planted_year_source",
    "height_m",
    "crown_diameter_m",
    "crown_base_m",
    "girth_cm",
    "girth_height_cm",
    "stems",
    "phase",
    "expectation",
    "duty",
    "duty_reason",
    "owner",
    "protection",
    "felled_on",
    "felling_reason",
    "remarks",
    "origin",
    "source",
    "source_keys",
    "created_at",
    "changed_at",
    "version",
]


class TreeSerializer(FeatureSerializer):
    """A tree with the names of what it belongs to."""

    number = serializers.CharField(source="site.number", read_only=True)
    house_number = serializers.CharField(source="site.house_number", read_only=True)
    side = serializers.CharField(source="site.side", read_only=True)
    open_soil_m2 = serializers.DecimalField(
        6, 1, source="site.open_soil_m2", read_only=True, allow_null=True
    )
    soil_cover = serializers.CharField(source="site.soil_cover", read_only=True)
    parcel = serializers.CharField(source="site.parcel", read_only=True)
    cost_centre = serializers.CharField(source="site.cost_centre", read_only=True)
    surroundings = serializers.CharField(source="site.surroundings", read_only=True)
    utilities = serializers.CharField(source="site.utilities", read_only=True)
    site = serializers.UUIDField(source="site_id", read_only=True)
    place = serializers.UUIDField(source="site.place_id", read_only=True)
    place_name = serializers.CharField(source="site.place.name", read_only=True)
    species = serializers.UUIDField(source="species_id", read_only=True, allow_null=True)
    botanical_name = serializers.CharField(
        source="species.botanical_name", default=None, allow_null=True
    )
    german_name = serializers.CharField(source="species.german_name", default=None, allow_null=True)
    district = serializers.UUIDField(source="district_id", read_only=True, allow_null=True)
    district_name = serializers.CharField(source="district.name", default=None, allow_null=True)
    unit = serializers.UUIDField(source="unit_id", read_only=True, allow_null=True)
    responsible_unit = serializers.UUIDField(source="responsible_unit.pk", read_only=True)
    effective_expectation = serializers.CharField(read_only=True)
    replaces = serializers.UUIDField(source="replaces_id", read_only=True, allow_null=True)

    class Meta:
        """Read only: deeds have entries of their own."""

        model = Tree
        geo_field = "geom"
        id_field = "id"
        fields = [
            *OWN_FIELDS,
            "number",
            "house_number",
            "side",
            "open_soil_m2",
            "soil_cover",
            "parcel",
            "cost_centre",
            "surroundings",
            "utilities",
            "site",
            "place",
            "place_name",
            "species",
            "botanical_name",
            "german_name",
            "district",
            "district_name",
            "unit",
            "responsible_unit",
            "effective_expectation",
            "replaces",
            "geom",
        ]
        read_only_fields = fields


class TreeView(FeatureView):
    """Trees that the person may see; every write is one deed."""

    queryset = Tree.objects.none()
    serializer_class = TreeSerializer
    doors: ClassVar[dict[str, Door]] = {
        "create": Door.PLANT,
        "partial_update": Door.CORRECT,
        "move": Door.MOVE,
        "fell": Door.FELL,
        "vanish": Door.FELL,
        "replace": Door.PLANT,
        "*": Door.VIEW_TREE,
    }

    def rows(self) -> QuerySet[Any]:
        """Visible trees with what a feature names, in one query."""
        rows = Tree.objects.visible_to(self.request.user).with_place()
        return rows.defer("district__geom", "site__place__area")

    def visible(self, pk: UUID) -> UUID:
        """The key, if this person may see the tree at all."""
        if not Tree.objects.visible_to(self.request.user).filter(pk=pk).exists():
            raise NotFound
        return pk

    def answer(self, tree: Tree, *, code: int = status.HTTP_200_OK) -> Response:
        """The tree as it is now, with its version."""
        row = self.get_queryset().get(pk=tree.pk)
        return with_etag(Response(self.get_serializer(row).data, status=code), row)

    @extend_schema(request=PlantEntry, responses={200: TreeSerializer, 201: TreeSerializer})
    def create(self, request: Request) -> Response:
        """Plant: record a tree at a position; the same id again answers 200 with what is there."""
        entry = PlantEntry.read(request)
        known = "id" in entry and Tree.objects.filter(pk=entry["id"]).exists()
        tree = plant_tree(by=request.user, day=timezone.localdate(), **entry)
        return self.answer(tree, code=status.HTTP_200_OK if known else status.HTTP_201_CREATED)

    @extend_schema(request=CorrectionEntry, responses=TreeSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Correct data of the tree, and number, house number, side, open soil of its site."""
        tree = correct_tree(
            by=request.user,
            day=timezone.localdate(),
            tree_id=self.visible(pk),
            version=version_asked(request),
            changes=CorrectionEntry.read(request),
        )
        return self.answer(tree)

    @extend_schema(request=MoveEntry, responses=TreeSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: UUID) -> Response:
        """Correct the position."""
        tree = move_tree(
            by=request.user,
            day=timezone.localdate(),
            tree_id=self.visible(pk),
            version=version_asked(request),
            **MoveEntry.read(request),
        )
        return self.answer(tree)

    @extend_schema(request=FellingEntry, responses=TreeSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def fell(self, request: Request, pk: UUID) -> Response:
        """Report as felled."""
        tree = fell_tree(
            by=request.user,
            day=timezone.localdate(),
            tree_id=self.visible(pk),
            version=version_asked(request),
            **FellingEntry.read(request),
        )
        return self.answer(tree)

    @extend_schema(request=VanishedEntry, responses=TreeSerializer, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def vanish(self, request: Request, pk: UUID) -> Response:
        """Report as no longer there."""
        tree = report_vanished(
            by=request.user,
            day=timezone.localdate(),
            tree_id=self.visible(pk),
            version=version_asked(request),
            **VanishedEntry.read(request),
        )
        return self.answer(tree)

    @extend_schema(request=ReplacementEntry, responses={201: TreeSerializer}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: UUID) -> Response:
        """Plant the successor on the same site; answers with the new tree."""
        tree = replace_tree(
            by=request.user,
            day=timezone.localdate(),
            tree_id=self.visible(pk),
            version=version_asked(request),
            **ReplacementEntry.read(request),
        )
        return self.answer(tree, code=status.HTTP_201_CREATED)
