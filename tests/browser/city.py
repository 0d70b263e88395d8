"""Looks into the database of the browser tests' server; the app role is enough, nothing is written."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from tests.conftest import app_url

TREE = """
    SELECT t.id, s.number, p.name AS place, p.id AS place_id, t.version, t.height_m,
           ST_Y(ST_Transform(t.geom, 4326)) AS lat, ST_X(ST_Transform(t.geom, 4326)) AS lon
    FROM baumkataster_tree t
    JOIN baumkataster_site s ON s.id = t.site_id
    JOIN baumkataster_place p ON p.id = s.place_id
    LEFT JOIN inspections_controlplan c ON c.tree_id = t.id
    WHERE {condition}
    ORDER BY p.name, s.number, t.id
    OFFSET %(skip)s LIMIT 1
"""
#: Standing in the city's duty and overdue beyond tolerance.
OVERDUE = """t.status = 'standing' AND t.duty = 'city' AND c.required
    AND c.tolerance_until < current_date AND NOT c.never
    AND c.exempt_until IS NULL AND t.species_id IS NOT NULL"""
#: Standing and inspected in time.
SOUND = """t.status = 'standing' AND t.duty = 'city' AND c.required
    AND c.due_on > current_date + 200 AND t.species_id IS NOT NULL"""

#: Standing, with an open measure of the demo's contractor, no fell and no planting among them.
OF_FIRM = """t.status = 'standing' AND EXISTS (
    SELECT FROM inspections_measure m JOIN baumkataster_user u ON u.id = m.contractor_id
    WHERE m.tree_id = t.id AND u.username = 'firma' AND m.state = 'open')"""


@dataclass(frozen=True)
class Seen:
    """A tree as a journey needs it; lat and lon in degrees."""

    id: UUID
    number: str
    place: str
    place_id: UUID
    version: int
    height_m: float | None
    lat: float
    lon: float


class City:
    """Questions to the database, each in a connection of its own, so that nothing is cached."""

    def __init__(self, database: str) -> None:
        self.url = app_url(database)

    @property
    def day(self) -> date:
        """Today where the city lies."""
        return datetime.now(ZoneInfo("Europe/Berlin")).date()

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a SELECT."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement, values or None).fetchall()

    def value(self, statement: str, *values: Any) -> Any:
        """The one value of a SELECT."""
        (row,) = self.rows(statement, *values)
        return row[0]

    def tree(self, condition: str, skip: int = 0) -> Seen:
        """The tree that a condition finds; ``skip`` tells journeys apart that change theirs."""
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(TREE.format(condition=condition), {"skip": skip})
            row = cursor.fetchone()
            assert row is not None and cursor.description is not None, f"no tree: {condition}"
            names = [column.name for column in cursor.description]
        return Seen(**dict(zip(names, row, strict=True)))
