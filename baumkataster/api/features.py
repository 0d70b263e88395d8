"""What all lists of the API share: GeoJSON features with their reference system, doors and pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.contrib.rest_framework_gis import (
    GeoFeatureModelSerializerExtension,
    _inject_enum_collision_fix,
)
from drf_spectacular.plumbing import build_object_type
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from baumkataster.api.doors import DoorIsOpen
from baumkataster.api.geometry import ExactBBox, LonLatField, in_lonlat
from baumkataster.api.paging import FeaturePages, Pages
from baumkataster.api.versions import with_etag
from baumkataster.permissions import Door


class FeatureSchema(GeoFeatureModelSerializerExtension):
    """Describes features whose geometry comes from the query, not from a column of the model."""

    priority = 1

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A GeoJSON feature: geometry beside, all other fields below ``properties``."""
        _inject_enum_collision_fix(collection=False)
        inner = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        meta, own = self.target.Meta, inner["properties"]
        inner.pop("required", None)
        description = inner.pop("description", None)
        properties = {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": own.pop(meta.id_field),
            "geometry": own.pop(meta.geo_field),
            "properties": inner,
        }
        whole: dict[str, Any] = build_object_type(properties=properties, description=description)
        return whole


class FeatureSerializer(GeoFeatureModelSerializer):
    """A row as a GeoJSON feature in EPSG:4326; the query brings ``lonlat`` (in_lonlat)."""

    geom = LonLatField(source="lonlat")

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        """A choice that may be empty says so in the OpenAPI document, read only or not."""
        kind, options = super().build_standard_field(field_name, model_field)
        if model_field.blank and options.get("choices"):
            options["choices"] = [("", ""), *(c for c in options["choices"] if c[0] != "")]
        return kind, options


class ListView(viewsets.GenericViewSet, mixins.ListModelMixin):
    """A paged list behind doors."""

    permission_classes = [DoorIsOpen]
    pagination_class = Pages
    lookup_value_converter = "uuid"
    #: Action -> door; "*" for all others.
    doors: ClassVar[dict[str, Door]] = {"*": Door.VIEW_TREE}


class FeatureView(ListView, mixins.RetrieveModelMixin):
    """A paged FeatureCollection with ``bbox``, and one feature with its version as ETag."""

    pagination_class = FeaturePages
    filter_backends = [ExactBBox]
    bbox_filter_field = "geom"

    def get_queryset(self) -> QuerySet[Any]:
        """The view's rows that this person may see, in degrees."""
        return in_lonlat(self.rows(), self.bbox_filter_field)

    def rows(self) -> QuerySet[Any]:
        """Rows that this person may see."""
        raise NotImplementedError

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One feature."""
        row = self.get_object()
        answer = Response(self.get_serializer(row).data)
        return with_etag(answer, row) if hasattr(row, "version") else answer

    def describe(self, row: Any) -> Any:
        """The row as it is now, for answers to stale writes."""
        return self.get_serializer(self.get_queryset().get(pk=row.pk)).data
