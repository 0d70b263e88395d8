"""Tells a loaded demo town many times, set-based: one INSERT … SELECT per table and town.

Called by starting_demo.py inside its transaction. Every constraint holds and the history has its
rows too: without them a large demo would be lighter than a large city (lightening.py says how the
owner of the tables makes that faster).

All days of a place are moved back by the same whole weeks, other weeks in each town: visits stay
on working days and in order, but due dates and states differ from town to town. Keys are made
from the first town's key and the town's number: the same arguments give the same city.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import connection

from geodata.demo.lightening import with_history
from geodata.demo.region import Town

_OF_SITE = "(SELECT s.place_id FROM baumkataster_site s WHERE s.id = r.site_id)"
_OF_TREE = (
    "(SELECT s.place_id FROM baumkataster_tree o JOIN baumkataster_site s ON s.id = o.site_id"
    " WHERE o.id = r.tree_id)"
)
#: Tables in the order of their references -> SQL of the place whose weeks a row moves by.
TABLES: dict[str, str] = {
    "baumkataster_district": "NULL::uuid",
    "baumkataster_place": "r.id",
    "baumkataster_site": "r.place_id",
    "baumkataster_tree": _OF_SITE,
    "baumkataster_treegroup": "r.place_id",
    "baumkataster_treegroupshare": "NULL::uuid",
    "baumkataster_basefeature": "NULL::uuid",
    "inspections_inspection": _OF_TREE,
    "inspections_finding": "NULL::uuid",
    "inspections_measure": _OF_TREE,
    "inspections_inheritedcontrol": _OF_TREE,
}
#: Columns that hold the key of a multiplied row.
KEYS = frozenset(
    (
        "id", "place_id", "site_id", "district_id", "tree_id", "inspection_id", "finding_id",
        "continues_id", "corrects_id", "replaces_id", "replaced_by_id", "group_id",
    )
)  # fmt: skip
#: Left to the database: it counts and dates by itself.
LEFT_OUT = frozenset({"version", "changed_at"})
#: A place's days are moved back by less than so many weeks.
WEEKS = 9
#: A row's columns with rules of their own; b is the first town's row, t the town, m the weeks.
_MONTHS = "(b.inspected_on + make_interval(months => b.set_months))::date"
_OWN: dict[str, str] = {
    "baumkataster_district.code": "t.number || '.' || b.code",
    "baumkataster_district.name": "t.name || '-' || b.name",
    "baumkataster_place.name": "b.name || ' (' || t.name || ')'",
    "baumkataster_place.unit_id": "t.unit_id",
    "baumkataster_place.street_key": "CASE WHEN b.street_key <> ''"
    " THEN lpad(t.number::text, 3, '0') || b.street_key ELSE '' END",
    "baumkataster_tree.planted_year": "COALESCE(extract(year FROM b.planted_on - m.days)::int,"
    " b.planted_year)",
    "baumkataster_tree.tag": "CASE WHEN b.tag <> '' THEN t.number || '-' || b.tag ELSE '' END",
    "inspections_inspection.seen_place": "b.seen_place || ' (' || t.name || ')'",
    "inspections_inspection.next_due_on": f"CASE WHEN b.next_due_on = {_MONTHS} THEN"
    " (b.inspected_on - m.days + make_interval(months => b.set_months))::date"
    " ELSE b.next_due_on - m.days END",
    # The qualification that was true on the day.
    "inspections_inspection.inspector_id": "COALESCE((SELECT i.id"
    " FROM baumkataster_inspectoridentity i WHERE i.user_id = b.inspected_by_id"
    " AND i.valid_from <= b.inspected_on - m.days ORDER BY i.valid_from DESC LIMIT 1),"
    " b.inspector_id)",
}
_TOWNS = """
CREATE TEMP TABLE demo_town (number int, name text, a float8, b float8, d float8, e float8,
  dx float8, dy float8, unit_id uuid) ON COMMIT DROP"""
_UNITS = """
INSERT INTO baumkataster_unit (id, code, name, supervisor_id, deputy_id)
SELECT t.unit_id, 'R' || t.number + u.units, 'Revier ' || t.name, u.supervisor_id, u.deputy_id
FROM demo_town t JOIN (SELECT *, row_number() OVER (ORDER BY code) - 1 AS turn,
  count(*) OVER () AS units FROM baumkataster_unit) u ON u.turn = t.number % u.units"""
_MEMBERS = """
INSERT INTO baumkataster_unit_members (unit_id, user_id)
SELECT t.unit_id, m.user_id FROM demo_town t
JOIN (SELECT id, row_number() OVER (ORDER BY code) - 1 AS turn, count(*) OVER () AS units
  FROM baumkataster_unit WHERE id NOT IN (SELECT unit_id FROM demo_town)) u
  ON u.turn = t.number % u.units
JOIN baumkataster_unit_members m ON m.unit_id = u.id"""
_WEEKS = f"""
CREATE TEMP TABLE demo_moved ON COMMIT DROP AS
SELECT p.id AS place_id, t.number,
  7 * (get_byte(decode(md5(p.id::text || t.number), 'hex'), 0) % {WEEKS}) AS days
FROM baumkataster_place p CROSS JOIN demo_town t"""
#: Nobody leaves a tree that must be seen to at once for weeks; the first town's are enough.
_SEEN_TO = """
UPDATE inspections_measure m SET state = 'done', done_on = m.ordered_on + 1,
  done_by = 'Baumkolonne Stadtgrün', ended_by_id = m.ordered_by_id,
  ended_at = m.ordered_on + 1 + time '15:30'
FROM inspections_urgency u WHERE u.code = m.urgency_id AND u.immediate AND m.state = 'open'
  AND m.ordered_on < %(day)s::date - 4"""


def multiply(
    towns: Sequence[Town], *, day: date, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Add ``towns`` to the one that is loaded; ``progress`` hears how many there are."""
    with connection.cursor() as cursor:
        # Checked town by town: a million rows of postponed checks would wait in memory.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _prepare(cursor, towns)
        statements = [_statement(cursor, table) for table in TABLES]
        for town in towns:
            for statement in statements:
                cursor.execute(statement, {"town": town.number})
            progress(town.number + 1)
        cursor.execute(_SEEN_TO, {"day": day})
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _prepare(cursor: Any, towns: Sequence[Town]) -> None:
    """The towns with their units and weeks, and the first town's rows apart from what is added."""
    cursor.execute(_TOWNS)
    for town in towns:
        values = asdict(town)
        names = ", ".join(values)
        places = ", ".join(f"%({name})s" for name in values)
        cursor.execute(
            f"INSERT INTO demo_town ({names}, unit_id)"
            f" VALUES ({places}, md5('unit' || %(number)s)::uuid)",
            values,
        )
    cursor.execute(_UNITS)
    cursor.execute(_MEMBERS)
    cursor.execute(_WEEKS)
    cursor.execute("ANALYZE demo_moved")
    for table, place in TABLES.items():
        cursor.execute(
            f"CREATE TEMP TABLE {_first(table)} ON COMMIT DROP AS"
            f" SELECT r.*, {place} AS demo_place FROM {table} r"
        )
        cursor.execute(f"ANALYZE {_first(table)}")


def _first(table: str) -> str:
    return f"demo_first_{table.partition('_')[2]}"


def _statement(cursor: Any, table: str) -> str:
    """INSERT … SELECT of one table's rows for the town %(town)s."""
    cursor.execute(
        "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a"
        " WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.attgenerated = '' ORDER BY a.attnum",
        [table],
    )
    columns = {
        name: _value(table, name, kind)
        for name, kind in cursor.fetchall()
        if name not in LEFT_OUT and (name, kind) != ("id", "bigint")
    }
    insert = (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
        f" FROM {_first(table)} b JOIN demo_town t ON t.number = %(town)s"
        " LEFT JOIN demo_moved m ON m.number = t.number AND m.place_id = b.demo_place"
    )
    return with_history(cursor, table, insert)


def _value(table: str, column: str, kind: str) -> str:
    """SQL of a column's value in another town."""
    own = _OWN.get(f"{table}.{column}")
    if own is not None:
        return own
    if column in KEYS:
        return f"md5(b.{column}::text || '/' || t.number)::uuid"
    if kind == "geometry":
        moved = f"ST_Affine(b.{column}, t.a, t.b, t.d, t.e, t.dx, t.dy)"
        return f"ST_SnapToGrid({moved}, 0.01)" if table in _POINTS else moved
    if kind == "date":
        return f"b.{column} - m.days"
    if kind == "timestamp with time zone":
        return f"b.{column} - make_interval(days => m.days)"
    return f"b.{column}"


#: Their positions are kept to the centimetre.
_POINTS = frozenset({"baumkataster_site", "baumkataster_tree", "inspections_inspection"})
