"""Tiles of a past day: the same statements, while the names of the tables mean that day.

Empty sites and groups are left out: when they came and went is not rebuilt.
"""

from typing import Any

import psycopg
from django.db import connection

from baumkataster.models import Role, Tree, User
from baumkataster.prepared import named
from geodata.rules.tilemath import Quad, Tile
from geodata.tiles import tree_sql
from geodata.tiles.statement import NOBODY
from geodata.tiles.trees import CELLS, FINE_CELLS, MAX_TREES, TREE_ZOOM
from inspections.filters import TreeFilter, apply
from inspections.past_day import AskedDay
from inspections.reports.past import looking_back
from inspections.rules.past import Reading, end_of

#: Trees of the tile as they stand today, and those that stood elsewhere or have been taken back.
_NEAR = "SELECT t.id FROM public.baumkataster_tree t WHERE t.geom && {box} {visible}"
_MOVED = """
UNION SELECT c.row_id::uuid FROM public.baumkataster_change c
WHERE c.table_name = 'baumkataster_tree' AND c.operation <> 'insert' AND c.at >= '{end}'
  AND c.old ? 'geom' {visible}"""
#: Who may see a tree is decided by today's orders, also in the past.
_ORDERED = (
    "AND {id} IN (SELECT tree_id FROM public.inspections_measure WHERE contractor_id = '{pk}')"
)


def past_tile(tile: Tile, *, visitor: User, tree_filter: TreeFilter, asked: AskedDay) -> bytes:
    """The trees of a tile as they were; layers and properties as trees.tree_tile.

    Raises:
        Refused: the day lies before the first data of the city.
    """
    quad = tile.quad()
    if quad is None:
        return b""
    statuses = list(tree_filter.statuses) or tree_sql.ON_MAP
    with looking_back(asked, among=_among(tile, quad, visitor, asked)):
        allowed, params = _allowed(visitor, tree_filter, asked)
        params |= {"statuses": statuses, "day": asked.day}
        if tile.z >= TREE_ZOOM:
            hidden = {"groups": False, "sites": False, "districts": None, "places": None}
            own: dict[str, Any] = {
                "z": tile.z,
                "x": tile.x,
                "y": tile.y,
                "on_map": tree_sql.ON_MAP,
                **quad.axes(),
                **hidden,
            }
            _mark, number, layers = _run(
                tree_sql.street_tile(allowed, limit=MAX_TREES + 1), params | own
            )
            if number <= MAX_TREES:
                return bytes(layers)
        side = FINE_CELLS if tile.z >= TREE_ZOOM else CELLS
        own = {"quad": quad.wkt, **quad.axes(), **quad.sides()}
        (layer,) = _run(tree_sql.cell_tile(allowed, side=side), params | own)
    return bytes(layer)


def _among(tile: Tile, quad: Quad, visitor: User, asked: AskedDay) -> str:
    """SQL of the trees that can matter in the tile; empty where a kept day is asked for all of them."""
    only = visitor.role == Role.CONTRACTOR
    if tile.z < TREE_ZOOM and not only:
        return ""
    box = f"ST_GeomFromText('{quad.wkt}', 25832)"
    if tile.z >= TREE_ZOOM:
        margin = tree_sql.BUFFER / tree_sql.EXTENT
        envelope = f"ST_TileEnvelope({tile.z}, {tile.x}, {tile.y}, margin => {margin})"
        box = f"ST_Transform({envelope}, 25832)"
    names = {"near": "t.id", "moved": "c.row_id::uuid"}
    visible = {
        name: _ORDERED.format(id=column, pk=visitor.pk) if only else ""
        for name, column in names.items()
    }
    near = _NEAR.format(box=box, visible=visible["near"])
    if asked.reading is Reading.TODAY:
        return near
    return near + _MOVED.format(end=end_of(asked.day).isoformat(), visible=visible["moved"])


def _allowed(visitor: User, tree_filter: TreeFilter, asked: AskedDay) -> tuple[str, dict[str, Any]]:
    """SQL condition on t.id for what is asked for; what may be seen is settled before."""
    tree_filter = tree_filter.without_box()
    if tree_filter == TreeFilter():
        return "", {}
    rows = apply(Tree.objects.all(), tree_filter, day=asked.day).order_by().values("pk")
    text, values = named(rows)
    return f"AND t.id IN ({text})", values


def _run(sql: str, params: dict[str, Any]) -> tuple[Any, ...]:
    """The one row of a statement that is never prepared: a prepared one knows only today's tables."""
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, params | NOBODY, prepare=False)
        row = cursor.fetchone()
    assert row is not None
    return tuple(row)
