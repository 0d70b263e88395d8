"""Lists that change seldom: districts, species, units, base maps; read only in the API."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.mixins import RetrieveModelMixin

from baumkataster.api.features import FeatureSerializer, FeatureView, ListView
from baumkataster.api.paging import Pages
from baumkataster.api.parameters import text_parameter
from baumkataster.models import BaseMap, District, Species, Unit, User
from baumkataster.permissions import Door


class DistrictSerializer(FeatureSerializer):
    """Ortsteil with its polygon."""

    class Meta:
        """All columns."""

        model = District
        geo_field = "geom"
        id_field = "id"
        fields = ["id", "code", "name", "geom"]


class DistrictView(FeatureView):
    """Districts."""

    queryset = District.objects.none()
    serializer_class = DistrictSerializer

    def rows(self) -> QuerySet[Any]:
        """All."""
        return District.objects.order_by("name")


class SpeciesSerializer(serializers.ModelSerializer[Species]):
    """A species with its limits."""

    class Meta:
        """All columns."""

        model = Species
        fields = [
            "id", "genus", "hybrid", "species", "infraspecific", "cultivar", "botanical_name",
            "german_name", "leaf_type", "phase_limit_years", "max_height_m", "max_girth_cm",
            "max_crown_m", "synonyms", "active",
        ]  # fmt: skip


class ManyPages(Pages):
    """Forms load the whole species list at once."""

    default_limit = 1000
    max_limit = 5000


class SpeciesView(ListView, RetrieveModelMixin):
    """Species; ``q`` is part of a botanical, German or older name."""

    queryset = Species.objects.none()
    serializer_class = SpeciesSerializer
    pagination_class = ManyPages

    def get_queryset(self) -> QuerySet[Any]:
        """In alphabetical order."""
        rows = Species.objects.order_by("botanical_name")
        if text := text_parameter(self.request.query_params, "q"):
            rows = rows.filter(
                Q(botanical_name__icontains=text)
                | Q(german_name__icontains=text)
                | Q(synonyms__icontains=text)
            )
        return rows


class PersonSerializer(serializers.ModelSerializer[User]):
    """Who somebody is, for people of the office."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        """Name and role only."""

        model = User
        fields = ["id", "name", "role", "organisation"]


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """Revier and its people."""

    supervisor = PersonSerializer(read_only=True, allow_null=True)
    deputy = PersonSerializer(read_only=True, allow_null=True)
    members = PersonSerializer(many=True, read_only=True)

    class Meta:
        """All columns."""

        model = Unit
        fields = ["id", "code", "name", "supervisor", "deputy", "members"]


class UnitView(ListView):
    """Units."""

    queryset = Unit.objects.none()
    serializer_class = UnitSerializer
    doors: ClassVar[dict[str, Door]] = {"*": Door.VIEW_INSPECTIONS}

    def get_queryset(self) -> QuerySet[Any]:
        """With their people in three queries."""
        rows = Unit.objects.select_related("supervisor", "deputy").prefetch_related("members")
        return rows.order_by("code")


class ContractorView(ListView):
    """Contractors that a measure can be given to."""

    queryset = User.objects.none()
    serializer_class = PersonSerializer
    doors: ClassVar[dict[str, Door]] = {"*": Door.ORDER_MEASURE}

    def get_queryset(self) -> QuerySet[Any]:
        """Active ones."""
        return User.objects.filter(role="contractor", is_active=True).order_by("organisation", "pk")


class BaseMapSerializer(serializers.ModelSerializer[BaseMap]):
    """A background map."""

    class Meta:
        """What a map needs to show it."""

        model = BaseMap
        fields = [
            "id", "name", "kind", "url", "layers", "attribution", "max_zoom", "offline_allowed",
            "position",
        ]  # fmt: skip


class BaseMapView(ListView):
    """Background maps that can be chosen, the first is the default."""

    queryset = BaseMap.objects.none()
    serializer_class = BaseMapSerializer
    doors: ClassVar[dict[str, Door]] = {"*": Door.VIEW_MAP}

    def get_queryset(self) -> QuerySet[Any]:
        """Active ones in the city's order."""
        return BaseMap.objects.filter(active=True).order_by("position", "name")
