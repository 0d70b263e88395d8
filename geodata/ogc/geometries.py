"""Reads GML geometries of filters as plain numbers, so that no client text reaches GDAL.

Stands in for django-gisserver's own reader, which hands the text to GDAL and refuses envelopes
without srsName (GDAL sends exactly those).
"""

import math
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import (
    GEOSGeometry,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from django.utils.translation import gettext
from gisserver.crs import CRS
from gisserver.exceptions import ExternalParsingError
from gisserver.parsers.gml import GM_Object

from geodata.ogc.reference_systems import REACH, STORED, known_system
from inspections.filters import closed_ring

Pair = tuple[float, float]
#: More corners than these draw no area by hand.
MAX_CORNERS = 20_000
_LINES = {"LineString", "LinearRing"}
_COLLECTIONS = {"MultiPoint", "MultiLineString", "MultiCurve", "MultiPolygon", "MultiSurface"}


@dataclass(repr=False)
class PlainGeometry(GM_Object):
    """A geometry of a filter; ``parts`` holds pairs of numbers in the order of the text."""

    #: Box, Point, LineString, LinearRing, Polygon, or a collection of those.
    kind: str
    #: Pairs; for a polygon a list of rings, for a collection a list of PlainGeometry.
    parts: list[Any]
    system: CRS | None

    def build_rhs(self, compiler: Any) -> GEOSGeometry:
        """The geometry for the query, x before y, in a system that PostGIS turns to the stored one.

        Without srsName the query's own system holds, else the layer's.
        """
        layer = compiler.feature_types[0]
        system = self.system or getattr(compiler, "query_crs", None) or layer.crs
        system = layer.resolve_crs(system, locator="filter")
        swapped = system.is_north_east_order and not system.force_xy
        geometry = self._geometry(system.srid, swapped)
        geometry.srid = system.srid
        return geometry

    def _geometry(self, srid: int, swapped: bool) -> GEOSGeometry:
        def ordered(pairs: list[Pair]) -> list[Pair]:
            return [(y, x) for x, y in pairs] if swapped else pairs

        if self.kind == "Box":
            return _box(ordered(self.parts), srid)
        if self.kind == "Point":
            return Point(*ordered(self.parts)[0])
        if self.kind in _LINES:
            return LineString(ordered(self.parts))
        if self.kind == "Polygon":
            return Polygon(*(ordered(ring) for ring in self.parts))
        members = [part._geometry(srid, swapped) for part in self.parts]
        collection = {"Point": MultiPoint, "LineString": MultiLineString, "Polygon": MultiPolygon}
        return collection[members[0].geom_type](members)


def _box(corners: list[Pair], srid: int) -> Polygon:
    """A rectangle of its own system; its sides get many corners where that is not the stored one."""
    (west, south), (east, north) = corners
    if srid == STORED.srid:
        return Polygon.from_bbox((west, south, east, north))
    reach = REACH[srid]
    box = (max(west, reach[0]), max(south, reach[1]), min(east, reach[2]), min(north, reach[3]))
    if box[0] > box[2] or box[1] > box[3]:
        return Polygon()
    return Polygon(closed_ring(box))


def read_geometry(element: Any) -> PlainGeometry:
    """A gml:… element of a filter.

    Raises:
        ExternalParsingError: a kind that is not read, or no numbers where numbers belong.
    """
    named = [each.get("srsName") for each in element.iter() if each.get("srsName")]
    system = known_system(named[0]) if named else None
    if sum(1 for _ in element.iter()) > MAX_CORNERS:
        raise ExternalParsingError(gettext("Diese Geometrie hat zu viele Teile."))
    try:
        return _read(element, system)
    except (ValueError, IndexError, TypeError) as problem:
        raise ExternalParsingError(
            gettext("Diese Geometrie ist nicht lesbar: %s") % _name(element)
        ) from problem


def read_bbox(text: str) -> PlainGeometry:
    """The BBOX parameter: four numbers and, if need be, the name of their system.

    Raises:
        ExternalParsingError: anything else.
    """
    values = text.split(",")
    system = known_system(values[4]) if len(values) == 5 else None
    if len(values) not in (4, 5):
        raise ExternalParsingError(
            gettext("BBOX braucht vier Zahlen und höchstens ein Bezugssystem.")
        )
    try:
        numbers = _numbers(" ".join(values[:4]))
    except ValueError as problem:
        raise ExternalParsingError(gettext("BBOX braucht vier Zahlen.")) from problem
    return PlainGeometry("Box", [(numbers[0], numbers[1]), (numbers[2], numbers[3])], system)


def _read(element: Any, system: CRS | None) -> PlainGeometry:
    kind = _name(element)
    if kind in {"Envelope", "Box"}:
        corners = _pairs(element)
        if len(corners) != 2:
            raise ValueError("corners")
        return PlainGeometry("Box", corners, system)
    if kind == "Point":
        (pair,) = _pairs(element)
        return PlainGeometry(kind, [pair], system)
    if kind in _LINES:
        return PlainGeometry(kind, _pairs(element), system)
    if kind == "Polygon":
        rings = [_pairs(ring) for ring in element.iter() if _name(ring) == "LinearRing"]
        return PlainGeometry(kind, rings, system)
    if kind in _COLLECTIONS:
        members = [member for holder in element for member in holder]
        parts = [_read(member, system) for member in members]
        if len({part.kind for part in parts}) != 1:
            raise ValueError("members")
        return PlainGeometry(kind, parts, system)
    raise ExternalParsingError(gettext("Diese Art von Geometrie wird nicht gelesen: %s") % kind)


def _pairs(element: Any) -> list[Pair]:
    """All positions below an element, as pairs."""
    numbers: list[float] = []
    for each in element.iter():
        if each.get("srsDimension") not in (None, "2"):
            raise ValueError("dimension")
        if _name(each) in {"pos", "posList", "lowerCorner", "upperCorner"}:
            numbers += _numbers(each.text or "")
        elif _name(each) == "coordinates":
            numbers += _numbers((each.text or "").replace(",", " "))
    if not numbers or len(numbers) % 2 or len(numbers) > 2 * MAX_CORNERS:
        raise ValueError("numbers")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _numbers(text: str) -> list[float]:
    numbers = [float(word) for word in text.split()]
    if not all(math.isfinite(number) and abs(number) < 1e9 for number in numbers):
        raise ValueError("finite")
    return numbers


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
