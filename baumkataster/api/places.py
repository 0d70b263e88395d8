"""Places, sites and groups in the API; places are corrected by planners, sites through their tree."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.gis.db.models.functions import Transform
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.api.entries import Entry
from baumkataster.api.features import FeatureSerializer, FeatureView
from baumkataster.api.geometry import WGS84, LonLatField
from baumkataster.api.parameters import text_parameter, uuids
from baumkataster.api.versions import IF_MATCH, version_asked, with_etag
from baumkataster.models import (
    Expectation,
    Place,
    PlaceKind,
    Site,
    Tree,
    TreeGroup,
    TreeGroupShare,
    Unit,
)
from baumkataster.permissions import Door, Visitor
from baumkataster.services import correct_place


class PlaceSerializer(FeatureSerializer):
    """A street or ground; its geometry is null where the city has drawn none."""

    geom = None  # type: ignore[assignment]
    area = LonLatField(source="lonlat", allow_null=True)

    class Meta:
        """All columns."""

        model = Place
        geo_field = "area"
        id_field = "id"
        fields = [
            "id", "kind", "name", "street_key", "expectation", "unit", "active", "version",
            "changed_at", "area",
        ]  # fmt: skip
        read_only_fields = fields


class PlaceEntry(Entry):
    """What may be corrected about a place."""

    kind = serializers.ChoiceField(PlaceKind.choices, required=False)
    name = serializers.CharField(required=False, max_length=160)
    street_key = serializers.CharField(required=False, allow_blank=True, max_length=20)
    expectation = serializers.ChoiceField(Expectation.choices, required=False)
    unit = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.all(), required=False)
    active = serializers.BooleanField(required=False)


def places_seen_by(visitor: Visitor) -> QuerySet[Place]:
    """Places with at least one tree that the visitor may see; people of the city see all."""
    if getattr(visitor, "role", "") != "contractor":
        return Place.objects.all()
    trees = Tree.objects.visible_to(visitor)
    return Place.objects.filter(pk__in=trees.values("site__place_id"))


class PlaceView(FeatureView):
    """Streets and grounds."""

    queryset = Place.objects.none()
    serializer_class = PlaceSerializer
    bbox_filter_field = "area"
    doors: ClassVar[dict[str, Door]] = {
        "partial_update": Door.CORRECT_PLACE,
        "*": Door.VIEW_TREE,
    }

    def rows(self) -> QuerySet[Any]:
        """Filter ``kind``, ``unit`` and ``q`` (part of the name)."""
        query = self.request.query_params
        rows = places_seen_by(self.request.user).order_by("name", "id")
        if kinds := query.getlist("kind"):
            rows = rows.filter(kind__in=kinds)
        if units := uuids(query, "unit"):
            rows = rows.filter(unit_id__in=units)
        if text := text_parameter(query, "q"):
            rows = rows.filter(name__icontains=text)
        return rows

    @extend_schema(request=PlaceEntry, responses=PlaceSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Correct a place; a new safety expectation moves the due dates of its trees."""
        place = correct_place(
            by=request.user,
            day=timezone.localdate(),
            place_id=pk,
            version=version_asked(request),
            changes=PlaceEntry.read(request),
        )
        row = self.get_queryset().get(pk=place.pk)
        return with_etag(Response(self.get_serializer(row).data), row)


class SiteSerializer(FeatureSerializer):
    """A numbered spot and the tree that stands there now, if one does."""

    place_name = serializers.CharField(source="place.name", read_only=True)
    standing_tree = serializers.SerializerMethodField()

    class Meta:
        """All columns but the source's keys."""

        model = Site
        geo_field = "geom"
        id_field = "id"
        fields = [
            "id", "place", "place_name", "number", "district", "house_number", "side",
            "open_soil_m2", "remarks", "active", "version", "changed_at", "standing_tree", "geom",
        ]  # fmt: skip
        read_only_fields = fields

    def get_standing_tree(self, site: Site) -> UUID | None:
        """Key of the standing tree."""
        found: UUID | None = getattr(site, "standing_tree_id", None)
        return found


class SiteView(FeatureView):
    """Sites with and without a tree."""

    queryset = Site.objects.none()
    serializer_class = SiteSerializer

    def rows(self) -> QuerySet[Any]:
        """Filter ``place``, ``district`` and ``empty=1``."""
        query = self.request.query_params
        standing = Tree.objects.standing().filter(site=OuterRef("pk"))
        rows = (
            Site.objects.select_related("place")
            .defer("place__area")
            .order_by("place__name", "number", "id")
        )
        rows = rows.annotate(standing_tree_id=Subquery(standing.values("pk")[:1]))
        if getattr(self.request.user, "role", "") == "contractor":
            trees = Tree.objects.visible_to(self.request.user)
            rows = rows.filter(pk__in=trees.values("site_id"))
        for name in ("place", "district"):
            if keys := uuids(query, name):
                rows = rows.filter(**{f"{name}_id__in": keys})
        if query.get("empty") == "1":
            rows = rows.filter(standing_tree_id__isnull=True, active=True)
        return rows


class ShareSerializer(serializers.ModelSerializer[TreeGroupShare]):
    """One species of a group."""

    botanical_name = serializers.CharField(source="species.botanical_name", read_only=True)
    german_name = serializers.CharField(source="species.german_name", read_only=True)

    class Meta:
        """Species and percent."""

        model = TreeGroupShare
        fields = ["species", "botanical_name", "german_name", "percent"]


class GroupSerializer(FeatureSerializer):
    """Many small trees recorded as one; the point is its label, the polygon its extent."""

    place_name = serializers.CharField(source="place.name", read_only=True)
    shares = ShareSerializer(many=True, read_only=True)
    area = LonLatField(source="area_lonlat")

    class Meta:
        """All columns but the source's keys."""

        model = TreeGroup
        geo_field = "geom"
        id_field = "id"
        fields = [
            "id", "place", "place_name", "number", "district", "tree_count", "species_as_given",
            "duty", "remarks", "origin", "source", "active", "version", "changed_at", "shares",
            "area", "geom",
        ]  # fmt: skip
        read_only_fields = fields


class GroupView(FeatureView):
    """Tree groups."""

    queryset = TreeGroup.objects.none()
    serializer_class = GroupSerializer
    doors: ClassVar[dict[str, Door]] = {"*": Door.VIEW_INSPECTIONS}

    def rows(self) -> QuerySet[Any]:
        """Filter ``place`` and ``district``."""
        rows = TreeGroup.objects.select_related("place").prefetch_related("shares__species")
        rows = rows.annotate(area_lonlat=Transform("area", WGS84)).order_by("place__name", "number")
        for name in ("place", "district"):
            if keys := uuids(self.request.query_params, name):
                rows = rows.filter(**{f"{name}_id__in": keys})
        return rows
