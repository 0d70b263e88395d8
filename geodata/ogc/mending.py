"""Mends django-gisserver where it answers wrongly in silence; applied once by service.py.

Each mending names its defect; tests/interfaces/test_wfs_*.py fail without it. Written for 2.5: a
newer version must be looked at before the number here is raised.
"""

import re
from typing import Any

import gisserver
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from gisserver import features
from gisserver.crs import CRS
from gisserver.parsers.ast import tag_registry
from gisserver.parsers.fes20.expressions import Literal
from gisserver.parsers.fes20.operators import BinaryComparisonOperator, LikeOperator
from gisserver.parsers.fes20.sorting import SortBy
from gisserver.parsers.gml import GEOSGMLGeometry
from gisserver.parsers.wfs20.adhoc import AdhocQuery
from gisserver.parsers.xml import xmlns
from gisserver.types import XsdTypes

from geodata.ogc.comparisons import compare, like
from geodata.ogc.geometries import read_bbox, read_geometry
from geodata.ogc.reference_systems import known_system

VERSION = "2.5."
_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d)T00:00(?::00)?(?:\.0+)?Z?$")


def apply() -> None:
    """Put every mending in its place; doing it twice changes nothing.

    Raises:
        ImproperlyConfigured: another version of the library than the one that was looked at.
    """
    if not gisserver.__version__.startswith(VERSION):
        raise ImproperlyConfigured(
            f"geodata/ogc/mending.py kennt django-gisserver {VERSION}x, nicht {gisserver.__version__}."
        )
    _replace(CRS, "from_string", classmethod(_system_from_string))
    _replace(GEOSGMLGeometry, "from_xml", classmethod(_geometry_from_xml))
    _replace(GEOSGMLGeometry, "from_bbox", classmethod(_geometry_from_bbox))
    _replace(BinaryComparisonOperator, "build_query", compare)
    _replace(LikeOperator, "build_query", like)
    if not hasattr(LikeOperator, "matchCase"):
        _keep_match_case()
        _sort_stably()
        _remember_query_system()
        _take_midnight_as_day()
        # Defect: of the older GML that OWSLib writes in filters only polygons were known.
        for tag in ("Envelope", "Box", "Point", "LineString", "LinearRing", "MultiPoint"):
            tag_registry.register(tag, xmlns.gml21, hidden=True)(GEOSGMLGeometry)
    # UUIDs would be described as xs:anyType, which no client can filter by.
    features.XSD_TYPES[models.UUIDField] = XsdTypes.string


def _replace(owner: type, name: str, function: Any) -> None:
    """Fails where the library no longer has what we mend."""
    if name not in vars(owner):
        raise ImproperlyConfigured(f"{owner.__name__}.{name} gibt es nicht mehr.")
    setattr(owner, name, function)


def _system_from_string(cls: type[CRS], uri: str | int) -> CRS:
    """Defect: a client's own text went to GDAL and PROJ."""
    return known_system(uri)


def _geometry_from_xml(cls: type, element: Any) -> Any:
    """Defect: GML text went to GDAL; an envelope without srsName was refused."""
    return read_geometry(element)


def _geometry_from_bbox(cls: type, bbox_value: str) -> Any:
    """Defect: EPSG:4326 was read latitude first here, longitude first everywhere else."""
    return read_bbox(bbox_value)


def _keep_match_case() -> None:
    """Defect: PropertyIsLike forgot its matchCase attribute."""
    original = LikeOperator.from_xml.__func__

    def from_xml(cls: type[LikeOperator], element: Any) -> LikeOperator:
        operator: LikeOperator = original(cls, element)
        operator.matchCase = element.get("matchCase")
        return operator

    LikeOperator.from_xml = classmethod(from_xml)
    LikeOperator.matchCase = None


def _take_midnight_as_day() -> None:
    """Defect: GDAL writes a day as 2026-03-01T00:00:00, which was no date."""
    original = Literal.bind_type

    def bind_type(self: Literal, type: XsdTypes) -> None:
        if type is XsdTypes.date and isinstance(self.raw_value, str):
            self.raw_value = _MIDNIGHT.sub(r"\1", self.raw_value.strip())
        original(self, type)

    Literal.bind_type = bind_type


def _sort_stably() -> None:
    """Defect: pages of rows with equal values overlapped; the key decides now."""
    original = SortBy.build_ordering

    def build_ordering(self: SortBy, compiler: Any) -> None:
        original(self, compiler)
        compiler.add_ordering(["pk"])

    SortBy.build_ordering = build_ordering


def _remember_query_system() -> None:
    """Geometries without srsName stand in the query's system; keep it where they are built."""
    original = AdhocQuery.build_query

    def build_query(self: AdhocQuery, compiler: Any) -> Any:
        compiler.query_crs = self.srsName
        return original(self, compiler)

    AdhocQuery.build_query = build_query
