"""Geometry in and out of the API: GeoJSON in EPSG:4326, read and written without GDAL's parsers.

Text of a client never reaches GDAL (Debian's GDAL is too old for that, see settings): coordinates
are read as plain numbers.
"""

import math
from typing import Any

from django.conf import settings
from django.contrib.gis.db.models.functions import Transform
from django.contrib.gis.geos import Point, Polygon
from django.db.models import BooleanField, Case, QuerySet, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework_gis.fields import GeometryField
from rest_framework_gis.filters import InBBoxFilter

WGS84 = 4326
#: Seven decimals of a degree are about one centimetre.
PRECISION = 7
#: Germany and its neighbours, for which EPSG:25832 holds: degrees west, south, east, north.
REACH = (0.0, 45.0, 18.0, 60.0)
#: The same in metres, as the tables check it: east from, north from, east to, north to.
WINDOW = (200_000, 5_200_000, 1_000_000, 6_150_000)
#: Points per side of a box: a parallel is curved in UTM; 64 chords keep it within millimetres.
_CHORDS = 64


def _rounded(coordinates: Any) -> Any:
    """Nested tuples of numbers, rounded."""
    if isinstance(coordinates, float | int):
        return round(coordinates, PRECISION)
    return [_rounded(part) for part in coordinates]


#: For the OpenAPI page.
GEOMETRY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "GeoJSON, EPSG:4326",
    "properties": {"type": {"type": "string"}, "coordinates": {"type": "array", "items": {}}},
}
POINT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "GeoJSON-Punkt, EPSG:4326",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"type": "string", "enum": ["Point"]},
        "coordinates": {"type": "array", "items": {"type": "number"}, "example": [8.21, 53.14]},
    },
}


@extend_schema_field(GEOMETRY_SCHEMA)
class LonLatField(GeometryField):
    """A geometry that the query has turned to EPSG:4326; read only."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("read_only", True)
        super().__init__(**kwargs)

    def to_representation(self, value: Any) -> dict[str, Any] | None:
        """GeoJSON geometry."""
        if value is None:
            return None
        return {"type": value.geom_type, "coordinates": _rounded(value.coords)}


@extend_schema_field(POINT_SCHEMA)
class PointInput(GeometryField):
    """A GeoJSON point in EPSG:4326 that becomes a Point in the stored reference system."""

    default_error_messages = {
        "form": gettext_lazy("Die Lage muss ein GeoJSON-Punkt mit Länge und Breite sein."),
        "reach": gettext_lazy("Die Lage liegt nicht in Deutschland; erwartet sind Grad (WGS 84)."),
    }

    def to_internal_value(self, value: Any) -> Point:
        """Check form and reach with plain numbers, then transform."""
        if not isinstance(value, dict) or value.get("type") != "Point":
            self.fail("form")
        numbers = value.get("coordinates")
        if not isinstance(numbers, list) or len(numbers) not in (2, 3):
            self.fail("form")
        if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
            self.fail("form")
        lon, lat = numbers[:2]
        west, south, east, north = REACH
        if not (west <= lon <= east and south <= lat <= north):
            self.fail("reach")
        point = Point(float(lon), float(lat), srid=WGS84)
        point.transform(settings.SRID)
        east_from, north_from, east_to, north_to = WINDOW
        if not (east_from <= point.x <= east_to and north_from <= point.y <= north_to):
            self.fail("reach")
        return point


def in_lonlat(rows: QuerySet[Any], geometry: str = "geom") -> QuerySet[Any]:
    """Annotate ``lonlat``: the geometry in EPSG:4326, transformed by PostGIS."""
    return rows.annotate(lonlat=Transform(geometry, WGS84))


def parse_bbox(text: str) -> tuple[float, float, float, float]:
    """Read ``minx,miny,maxx,maxy`` in degrees.

    Raises:
        ValidationError: not four numbers in order.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = math.nan
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValidationError(
            {
                "bbox": [
                    _("bbox muss minx,miny,maxx,maxy in Grad sein, zum Beispiel 8.1,53.1,8.3,53.2.")
                ]
            }
        )
    return west, south, east, north


def _densified(west: float, south: float, east: float, north: float) -> Polygon:
    """The box as a ring of many points, a hair wider, in the stored reference system."""
    hair = 1e-7
    west, south, east, north = west - hair, south - hair, east + hair, north + hair
    steps = [i / _CHORDS for i in range(_CHORDS)]
    width, height = east - west, north - south
    ring = [
        *((west + width * s, south) for s in steps),
        *((east, south + height * s) for s in steps),
        *((east - width * s, north) for s in steps),
        *((west, north - height * s) for s in steps),
    ]
    polygon = Polygon([*ring, ring[0]], srid=WGS84)
    polygon.transform(settings.SRID)
    return polygon


def within_box(
    rows: QuerySet[Any], box: tuple[float, float, float, float], geometry: str = "geom"
) -> QuerySet[Any]:
    """Rows whose geometry touches the box of degrees, exactly.

    The index serves the densified box in stored coordinates, the exact test is made in degrees
    (``&&`` compares float32 boxes, and a box of degrees has curved sides in UTM).
    """
    west, south, east, north = REACH
    near = (max(box[0], west), max(box[1], south), min(box[2], east), min(box[3], north))
    if near[0] >= near[2] or near[1] >= near[3]:
        return rows.none()
    exact = Polygon.from_bbox(box)
    exact.srid = WGS84
    # Written as CASE, because PostgreSQL takes a second ST_Intersects for far more selective than
    # it is, expects one row and joins by nested loops (6 s instead of 0.3 s for 4,000 trees).
    inside = Case(
        When(box_lonlat__intersects=exact, then=True), default=False, output_field=BooleanField()
    )
    return (
        rows.alias(box_lonlat=Transform(geometry, WGS84))
        .filter(**{f"{geometry}__intersects": _densified(*near)})
        .alias(inside_box=inside)
        .filter(inside_box=True)
    )


class ExactBBox(InBBoxFilter):
    """``?bbox=minx,miny,maxx,maxy`` in EPSG:4326; views name the column as ``bbox_filter_field``."""

    bbox_param = "bbox"

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Exact, by ST_Intersects."""
        text = request.query_params.get(self.bbox_param, "")
        if not text:
            return queryset
        return within_box(queryset, parse_bbox(text), view.bbox_filter_field)
