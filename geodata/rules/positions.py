"""Where a source row says its tree stands, proved or refused; called by the row rules."""

from __future__ import annotations

import re
from typing import Final

from geodata.rules.crs import to_stored, why_not
from geodata.rules.problems import gettext_noop
from geodata.rules.profiles import Profile
from geodata.rules.source_rows import SourceRow
from geodata.rules.values import CellError, parse_number

_NO_POSITION: Final = gettext_noop("Die Lage fehlt.")
_NO_POINT: Final = gettext_noop(
    "Die Geometrie ist %(value)s und kein Punkt. Bitte je Baum einen Punkt ausgeben."
)
#: What GeoJSON knows besides points; the reader of such files puts the word in place of a number.
_OTHER_SHAPES: Final = frozenset(
    {"MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)
_NO_WKT: Final = gettext_noop("„%(value)s“ ist kein Punkt der Form POINT(x y).")
#: Sources write a decimal comma and brackets round each number, too: the blank between the two
#: numbers is what tells them apart.
_NUMBER: Final = r"\(?(-?\d+(?:[.,]\d*)?)\)?"
_POINT: Final = re.compile(
    rf"(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*{_NUMBER}\s+{_NUMBER}(?:\s+{_NUMBER})?\s*\)?",
    re.IGNORECASE | re.ASCII,
)

Point = tuple[float, float]


def read_position(row: SourceRow, profile: Profile) -> Point | None:
    """The point in EPSG:25832, or nothing and at least one error told at the row."""
    source = _from_wkt(row, profile) if profile.wkt_column else _from_columns(row, profile)
    if source is None:
        return None
    point = to_stored(*source, epsg=profile.epsg)
    if profile.box.holds(*point):
        return point
    doubt = why_not(*source, epsg=profile.epsg, box=profile.box)
    columns = [profile.wkt_column] if profile.wkt_column else [profile.x_column, profile.y_column]
    value = " / ".join(row.text(column) for column in columns)
    row.refuse(" / ".join(columns), value, doubt.code, doubt.message, **doubt.params)
    return None


def _from_columns(row: SourceRow, profile: Profile) -> Point | None:
    x = _coordinate(row, profile.x_column, profile)
    y = _coordinate(row, profile.y_column, profile)
    return None if x is None or y is None else (x, y)


def _coordinate(row: SourceRow, column: str, profile: Profile) -> float | None:
    text = row.text(column)
    if not text:
        row.refuse(column, "", "no_position", _NO_POSITION)
        return None
    if text in _OTHER_SHAPES:
        row.refuse(column, text, "no_point", _NO_POINT, value=text)
        return None
    try:
        return parse_number(text, mark=profile.mark)
    except CellError as trouble:
        row.refuse(column, text, trouble.code, trouble.message, **trouble.params)
        return None


def _from_wkt(row: SourceRow, profile: Profile) -> Point | None:
    text = row.text(profile.wkt_column)
    match = _POINT.fullmatch(text)
    if match is not None:
        return float(match[1].replace(",", ".")), float(match[2].replace(",", "."))
    if text:
        row.refuse(profile.wkt_column, text, "no_wkt", _NO_WKT, value=text)
    else:
        row.refuse(profile.wkt_column, "", "no_position", _NO_POSITION)
    return None
