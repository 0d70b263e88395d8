"""Reads polygons with properties from GeoJSON and GeoPackage into EPSG:25832; called by start_city.

Python's own json and sqlite3 read the files, PROJ only ever gets systems of the fixed list: no text
of a file reaches GDAL.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from shapely import MultiPolygon, Polygon, from_wkb, is_valid_reason, transform
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geodata.rules.crs import GERMANY, REFERENCES, to_stored

#: RFC 7946: GeoJSON without a word about it is in longitude and latitude.
GEOJSON_EPSG: Final = 4326
#: Bytes of the envelope in a GeoPackage header by its code.
ENVELOPES: Final = (0, 32, 48, 48, 64)


class AreaFileError(Exception):
    """The file cannot be used; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Area:
    """One feature of a file: its number (from 1), properties and valid polygons in EPSG:25832."""

    number: int
    properties: dict[str, Any]
    geometry: MultiPolygon


def read_areas(path: Path, *, layer: str = "", epsg: int | None = None) -> list[Area]:
    """All features of a file; ``epsg`` overrides what the file says of its reference system.

    Raises:
        AreaFileError: not readable, unknown reference system, no polygon, invalid, not in Germany.
    """
    try:
        raw = (
            list(_geopackage(path, layer))
            if path.suffix.lower() == ".gpkg"
            else list(_geojson(path))
        )
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error, ShapelyError) as error:
        raise AreaFileError(
            _("%(file)s ist nicht lesbar: %(error)s") % {"file": path.name, "error": error}
        ) from error
    if not raw:
        raise AreaFileError(_("%(file)s enthält keine Flächen.") % {"file": path.name})
    return [
        Area(number, properties, _stored(number, geometry, epsg or found))
        for number, (properties, geometry, found) in enumerate(raw, start=1)
    ]


def _geojson(path: Path) -> Iterator[tuple[dict[str, Any], BaseGeometry, int]]:
    """Features of a GeoJSON file; the older member ``crs`` is understood."""
    data = json.loads(path.read_text(encoding="utf-8-sig"))
    named = str(data.get("crs", {}).get("properties", {}).get("name", ""))
    code = re.search(r"EPSG:+(\d+)$", named)
    epsg = int(code.group(1)) if code else GEOJSON_EPSG
    for feature in data["features"] if data["type"] == "FeatureCollection" else [data]:
        yield feature.get("properties") or {}, shape(feature["geometry"]), epsg


def _geopackage(path: Path, layer: str) -> Iterator[tuple[dict[str, Any], BaseGeometry, int]]:
    """Features of a GeoPackage's layer; the only one if none is named."""
    if not path.is_file():
        raise FileNotFoundError(path.name)
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        layers = {
            row["table_name"]: row
            for row in database.execute(
                "SELECT g.table_name, g.column_name, s.organization_coordsys_id AS epsg"
                " FROM gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s USING (srs_id)"
            )
        }
        chosen = layer or (next(iter(layers)) if len(layers) == 1 else "")
        if chosen not in layers:
            raise ValueError(_("bitte eine Ebene nennen: %s") % ", ".join(sorted(layers)))
        column = layers[chosen]["column_name"]
        table = chosen.replace('"', '""')
        for row in database.execute(f'SELECT * FROM "{table}"'):
            if row[column] is not None:
                properties = {key: row[key] for key in row.keys() if key != column}  # noqa: SIM118
                yield properties, _wkb(row[column]), int(layers[chosen]["epsg"])


def _wkb(blob: bytes) -> BaseGeometry:
    """The geometry behind a GeoPackage header (OGC 12-128, 2.1.3)."""
    if blob[:2] != b"GP":
        raise ValueError(_("keine GeoPackage-Geometrie"))
    return from_wkb(blob[8 + ENVELOPES[blob[3] >> 1 & 7] :])


def _stored(number: int, geometry: BaseGeometry, epsg: int) -> MultiPolygon:
    """The geometry in EPSG:25832, checked."""
    if epsg not in REFERENCES:
        raise AreaFileError(
            _("Das Bezugssystem EPSG:%(epsg)s ist nicht vorgesehen. Vorgesehen: %(known)s.")
            % {"epsg": epsg, "known": ", ".join(str(code) for code in REFERENCES)}
        )
    if isinstance(geometry, Polygon):
        geometry = MultiPolygon([geometry])
    if not isinstance(geometry, MultiPolygon) or geometry.is_empty:
        raise AreaFileError(_("Objekt %d ist keine Fläche.") % number)
    moved = transform(geometry, lambda x, y: _each_stored(x, y, epsg), interleaved=False)
    left, low, right, high = moved.bounds
    if not (GERMANY.holds(left, low) and GERMANY.holds(right, high)):
        raise AreaFileError(
            _("Objekt %(number)d liegt mit EPSG:%(epsg)s nicht in Deutschland.")
            % {"number": number, "epsg": epsg}
        )
    if not moved.is_valid:
        raise AreaFileError(
            _("Objekt %(number)d ist keine gültige Fläche: %(reason)s")
            % {"number": number, "reason": is_valid_reason(moved)}
        )
    return moved


def _each_stored(x: Iterable[float], y: Iterable[float], epsg: int) -> tuple[list[float], ...]:
    """Columns of coordinates in EPSG:25832."""
    moved = [to_stored(a, b, epsg=epsg) for a, b in zip(x, y, strict=True)]
    return [point[0] for point in moved], [point[1] for point in moved]
