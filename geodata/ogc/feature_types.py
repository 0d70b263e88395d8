"""The feature types of the WFS, made from fields.py: public trees, and trees with due dates."""

from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from gisserver.features import FeatureField, FeatureType
from gisserver.geometries import WGS84BoundingBox

from baumkataster.permissions import Door, Visitor, may
from geodata.city_bounds import bounds_of_city
from geodata.fields import GEOMETRY, PUBLIC, SIGNED_IN, Column
from geodata.models import ControlTree, PublicTree
from geodata.ogc.reference_systems import OTHERS, STORED


class TreeType(FeatureType):
    """Trees of one view, in the order of their keys, so that pages neither overlap nor leave out."""

    def get_queryset(self) -> QuerySet[Any]:
        """All rows; each page of them is told apart by the key."""
        rows: QuerySet[Any] = super().get_queryset()
        return rows.order_by("pk")

    def get_bounding_box(self) -> WGS84BoundingBox:
        """The city's rectangle: to look at every tree for it would take seconds in a large city."""
        (south, west), (north, east) = bounds_of_city()
        return WGS84BoundingBox(west, south, east, north)


def _type(name: str, title: Any, model: Any, columns: tuple[Column, ...]) -> TreeType:
    fields = [FeatureField(GEOMETRY)]
    fields += [FeatureField(column.name, abstract=column.title) for column in columns]
    return TreeType(
        model._default_manager.all(),
        name=name,
        title=title,
        fields=fields,
        geometry_field_name=GEOMETRY,
        show_name_field=False,
        crs=STORED,
        other_crs=OTHERS,
    )


@lru_cache(maxsize=1)
def public_type() -> TreeType:
    """Standing trees of the city with the public columns."""
    return _type("baeume", _("Bäume"), PublicTree, PUBLIC)


@lru_cache(maxsize=1)
def control_type() -> TreeType:
    """All trees with due dates."""
    return _type("baeume_kontrolle", _("Bäume mit Kontrollterminen"), ControlTree, SIGNED_IN)


def types_for(visitor: Visitor) -> list[FeatureType]:
    """What a visitor may ask for at all; other types do not exist for them."""
    if may(visitor, Door.EXPORT):
        return [public_type(), control_type()]
    return [public_type()]
