"""COPY of many rows in one go through the app role's own connection; called by starting_demo.py only."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from shapely import MultiPolygon, Polygon, set_srid, to_wkb
from shapely.geometry.base import BaseGeometry


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows into a table (triggers and constraints hold as ever); how many."""
    count = 0
    names = ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def refresh_statistics() -> None:
    """Let the planner know the loaded rows; sql/guards.sql says why it would not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT baum_analyze()")


def point(x: float, y: float) -> str:
    """A position as PostGIS reads it, to the centimetre."""
    return f"SRID={settings.SRID};POINT({x:.2f} {y:.2f})"


def shape(geometry: BaseGeometry) -> str:
    """Any geometry as hexadecimal EWKB."""
    return str(to_wkb(set_srid(geometry, settings.SRID), hex=True, include_srid=True))


def multi(area: Polygon | MultiPolygon) -> str:
    """An area as the multipolygon that the tables want."""
    return shape(MultiPolygon([area]) if isinstance(area, Polygon) else area)
