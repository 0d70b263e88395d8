"""Trees counted per small square and state, kept for far zooms; called by trees.py and tasks.py.

To count a million trees for one tile takes seconds. The counts of a square hold until a tree in it
changes (triggers leave a mark, migration 0005) or the first day on which one changes its state.
Squares whose counts do not hold are counted while the tile is drawn, so that no tile is ever wrong;
``refresh`` then keeps what was counted. Marks are taken away before the trees are read: a change
that comes in between leaves its own.
"""

from datetime import date
from typing import Any, Final

from django.db import connection, transaction

from geodata.rules.tilemath import WORLD, Tile
from geodata.rules.tree_cells import CELL_ZOOM, cells_of
from geodata.tiles.marks import MARK
from geodata.tiles.statement import CONDITIONS, Known, run
from geodata.tiles.tree_sql import EXTENT, ON_MAP, RANKED, layer
from inspections.rules.overdue import LATER_DAYS, SOON_DAYS
from inspections.sql_state import IMMEDIATE_TREES, rank_sql, state_sql

#: Keeping counts for more squares than these is worth a transaction.
WORTH_KEEPING: Final = 64
#: Key of the advisory lock under which counts are kept; whoever does not get it lets it be.
LOCK: Final = 7_305_912
#: Squares that are counted in one go.
BATCH: Final = 4000

_COUNTED = f"""
  SELECT s.cell, {state_sql("c")} AS state, count(*)::int AS trees,
    count(*) FILTER (WHERE t.id IN {IMMEDIATE_TREES})::int AS immediate,
    sum(ST_X(t.place)) AS x, sum(ST_Y(t.place)) AS y, min({{until}}) AS until
  FROM {{cells}}
  CROSS JOIN LATERAL (
    SELECT o.id, ST_Transform(o.geom, 3857) AS place FROM baumkataster_tree o
    WHERE o.geom && baum_cell_area(s.cell) AND baum_cell(o.geom) = s.cell
      AND o.status = ANY(%(on_map)s::text[]) OFFSET 0) t
  LEFT JOIN inspections_controlplan c ON c.tree_id = t.id
  GROUP BY 1, 2"""
_DAY = "%(day)s::date"
#: The next day on which a plan's state may be another one; NULLs count for nothing.
_UNTIL = "LEAST({})".format(
    ", ".join(
        f"CASE WHEN {threshold} > {_DAY} THEN {threshold} END"
        for threshold in (
            f"c.due_on - {LATER_DAYS}",
            f"c.due_on - {SOON_DAYS}",
            "c.due_on + 1",
            "c.tolerance_until + 1",
            "c.exempt_until + 1",
        )
    )
)
_IN_RANGE = "cell >= %(first)s::bigint AND cell < %(end)s::bigint"
_STALE = f"""
  SELECT cell FROM geodata_stalecell WHERE {_IN_RANGE}
  UNION SELECT cell FROM geodata_treecell
    WHERE {_IN_RANGE} AND NOT (day <= {_DAY} AND until > {_DAY})"""
TILE: Final = f"""
WITH stale AS MATERIALIZED ({_STALE}),
counts AS (
  SELECT k.cell, k.state, k.trees, k.immediate, k.x, k.y FROM geodata_treecell k
  WHERE {_IN_RANGE} AND k.cell NOT IN (SELECT cell FROM stale)
  UNION ALL
  SELECT cell, state, trees, immediate, x, y
  FROM ({_COUNTED.format(until=_DAY, cells="stale s")}) live),
cells AS (
  SELECT ST_MakePoint(
      round((sum(x) / sum(trees) - %(west)s::float8) * %(scale)s::float8),
      round((%(north)s::float8 - sum(y) / sum(trees)) * %(scale)s::float8)) AS geom,
    sum(trees)::int AS n, (ARRAY[{RANKED}])[max({rank_sql("state")}) + 1] AS worst,
    sum(immediate)::int AS imm
  FROM counts
  WHERE %(states)s::text[] IS NULL OR state = ANY(%(states)s::text[])
  GROUP BY cell >> %(shift)s::int ORDER BY cell >> %(shift)s::int)
SELECT {MARK}, (SELECT count(*) FROM stale), {layer("cells", "SELECT * FROM cells")} WHERE {CONDITIONS}"""
_KEEP = f"""
INSERT INTO geodata_treecell (cell, state, trees, immediate, x, y, day, until)
SELECT cell, state, trees, immediate, x, y, {_DAY},
  COALESCE(min(until) OVER (PARTITION BY cell), 'infinity')
FROM ({_COUNTED.format(until=_UNTIL, cells="unnest(%(cells)s::bigint[]) s(cell)")}) counted"""


def cell_layer(
    tile: Tile,
    *,
    side: int,
    day: date,
    states: tuple[str, ...],
    keep: bool,
    marked: str,
    known: Known | None = None,
) -> tuple[str, bytes]:
    """Layer ``cells`` of a tile for those who see all trees: number, worst state, immediate.

    With the mark of the squares ``marked`` (marks.py) in the same view of the database. ``side``
    cells lie along each side of the tile. ``keep``: ``day`` is today, so that what had to be
    counted is worth keeping.
    """
    first, end = cells_of(tile)
    width = 2 * WORLD / 2**tile.z
    params = {
        "first": first,
        "end": end,
        "day": day,
        "states": list(states) or None,
        "on_map": ON_MAP,
        "west": tile.x * width - WORLD,
        "north": WORLD - tile.y * width,
        "scale": EXTENT / width,
        "marked": marked,
        "shift": 2 * (CELL_ZOOM - tile.z - (side.bit_length() - 1)),
    }
    mark, stale, cells = run(TILE, params, known=known)
    if keep and stale > WORTH_KEEPING:
        refresh(day=day, first=first, end=end)
    return mark, bytes(cells)


def refresh(*, day: date, first: int = 0, end: int = 4**CELL_ZOOM) -> int:
    """Count the squares from ``first`` to before ``end`` whose counts do not hold; how many.

    Does nothing while somebody else is at it.
    """
    params: dict[str, Any] = {"day": day, "first": first, "end": end, "on_map": ON_MAP}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            f"WITH taken AS (DELETE FROM geodata_stalecell WHERE {_IN_RANGE})"
            f" SELECT cell FROM ({_STALE}) s ORDER BY 1",
            params,
        )
        cells = [cell for (cell,) in cursor.fetchall()]
        # Read only now, by statements of their own: they see all that the marks stood for.
        for start in range(0, len(cells), BATCH):
            part = params | {"cells": cells[start : start + BATCH]}
            cursor.execute("DELETE FROM geodata_treecell WHERE cell = ANY(%(cells)s)", part)
            cursor.execute(_KEEP, part)
    return len(cells)
