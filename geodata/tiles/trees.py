"""Tiles of trees: single trees at street zoom, counted cells further out; called by web/tiles.py.

Trees carry due dates, not colours: the browser chooses the state of its day, so that a tile kept
overnight does not lie. Cells are counted by the database, with the states of the asked day.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from baumkataster.models import Role, Tree, User
from baumkataster.prepared import named
from geodata.rules.tilemath import Tile
from geodata.tiles import kept_cells, tree_sql
from geodata.tiles.kept_cells import cell_layer
from geodata.tiles.marks import FIRST_ZOOM, MARK, KeptTiles, etag, mark_now, marked_cells
from geodata.tiles.statement import Known, run
from geodata.tiles.tree_sql import ON_MAP
from inspections.filters import TreeFilter, apply

#: From these zooms on every tree and every empty site is drawn.
TREE_ZOOM, SITE_ZOOM = 15, 17
#: From here on with number, species and crown; the map draws them from the tiles of this zoom.
WORD_ZOOM = 17
#: More trees than these in one tile are counted in cells, so that no tile passes 500 kB.
MAX_TREES = 3500
#: Cells per side of a tile: far out, and where single trees stand too close together.
CELLS, FINE_CELLS = 8, 16


#: What changes with a release that draws other tiles.
_RELEASE = sha256(
    "".join(
        [
            *(
                tree_sql.street_tile(
                    "", limit=MAX_TREES + 1, words=words, planned_once=True, mark=MARK
                )
                for words in (False, True)
            ),
            tree_sql.cell_tile("", side=FINE_CELLS),
            kept_cells.TILE,
        ]
    ).encode()
).hexdigest()
#: As PostgreSQL writes an array: of a list psycopg would look at every word, at every tile.
_ON_MAP = "{" + ",".join(ON_MAP) + "}"
#: No filter at all.
_NOTHING = TreeFilter()
#: Tiles of this process; each is asked for its mark before it is used again.
KEPT = KeptTiles()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tile in the vector tile format, empty when nothing is there; None: it is as it was."""

    content: bytes | None
    #: What a browser may ask with next time; empty: known by its bytes only.
    etag: str = ""


def tree_tile(
    tile: Tile,
    *,
    visitor: User,
    tree_filter: TreeFilter,
    day: date,
    keep: bool = False,
    known: Known | None = None,
    seen: Container[str] = (),
) -> Drawn:
    """The trees of a tile that ``visitor`` may see.

    From zoom 15 layers ``trees``, ``groups`` (and from 17 ``sites``), before and for crowded tiles
    ``cells``; properties as docs/architecture.md says. ``day`` is the day of states and filters.
    ``keep``: it is today, so that counts may be kept for the next one who asks. ``known``: the
    statement itself asks whether the visitor is still who they were (web/tile_visitors.py).
    ``seen``: etags of what the browser has.

    Raises:
        NotKnownAnyMore: they are not.
    """
    if tile.z < TREE_ZOOM and _all_but_states(visitor, tree_filter):
        states = tree_filter.states
        cells = marked_cells(tile) if tile.z >= FIRST_ZOOM else "{}"

        def counted() -> tuple[str, bytes]:
            return cell_layer(
                tile, side=CELLS, day=day, states=states, keep=keep, marked=cells, known=known
            )

        if tile.z < FIRST_ZOOM:
            return Drawn(counted()[1])
        return _unless_kept((tile, day, states), cells, counted, known=known, seen=seen)
    if tile.z < TREE_ZOOM:
        allowed, params = _allowed(visitor, tree_filter, day)
        return Drawn(_cells(tile, allowed, params, day=day, side=CELLS))

    def drawn() -> tuple[str, bytes]:
        return _street(tile, visitor, tree_filter, cells, day=day, known=known)

    cells = marked_cells(tile, tree_sql.BUFFER / tree_sql.EXTENT)
    if not _sees_all(visitor, tree_filter):
        return Drawn(drawn()[1])
    return _unless_kept((tile, day), cells, drawn, known=known, seen=seen)


def _unless_kept(
    key: tuple[Tile, date] | tuple[Tile, date, tuple[str, ...]],
    cells: str,
    draw: Callable[[], tuple[str, bytes]],
    *,
    known: Known | None,
    seen: Container[str],
) -> Drawn:
    """A tile that is the same for all who may see it; drawn only if something has changed there."""
    day, kept = key[1], KEPT.get(key)
    if kept or seen:
        mark = mark_now(cells, known)
        tag = etag(mark, _RELEASE, day)
        if tag in seen:
            return Drawn(None, tag)
        if kept and kept[0] == mark:
            return Drawn(kept[1], tag)
    mark, content = draw()
    KEPT.keep(key, mark, content)
    return Drawn(content, etag(mark, _RELEASE, day))


def _street(
    tile: Tile,
    visitor: User,
    tree_filter: TreeFilter,
    marked: str,
    *,
    day: date,
    known: Known | None,
) -> tuple[str, bytes]:
    """Every tree, or cells where there are too many; with the mark if all trees may be seen.

    The mark is read in one view of the database with the trees; cells that are counted after it may
    only be newer than it says.
    """
    quad = tile.quad()
    if quad is None:
        return mark_now(marked, known), b""
    allowed, params = _allowed(visitor, tree_filter, day)
    params |= {"z": tile.z, "x": tile.x, "y": tile.y, **quad.axes()}
    params |= _other_layers(visitor, tree_filter, tile.z)
    if not allowed:
        params["marked"] = marked
    statement = tree_sql.street_tile(
        allowed,
        limit=MAX_TREES + 1,
        words=tile.z >= WORD_ZOOM,
        planned_once=not allowed,
        mark="''" if allowed else MARK,
    )
    mark, number, layers = run(statement, params, known=known)
    if number > MAX_TREES:
        return mark, _cells(tile, allowed, params, day=day, side=FINE_CELLS)
    return mark, bytes(layers)


def _sees_all(visitor: User, tree_filter: TreeFilter) -> bool:
    """Whether the tile is the same for all who see all trees and ask for nothing."""
    return visitor.role != Role.CONTRACTOR and tree_filter.without_box() == _NOTHING


def _all_but_states(visitor: User, tree_filter: TreeFilter) -> bool:
    """Whether kept counts answer: for who sees all trees and asks for nothing but states."""
    rest = TreeFilter(states=tree_filter.states)
    return visitor.role != Role.CONTRACTOR and tree_filter.without_box() == rest


def _cells(tile: Tile, allowed: str, params: dict[str, Any], *, day: date, side: int) -> bytes:
    """Layer ``cells``: number, worst state and open immediate measures per cell of the tile."""
    quad = tile.quad()
    if quad is None:
        return b""
    own = {"quad": quad.wkt, "day": day, **quad.axes(), **quad.sides()}
    (layer,) = run(tree_sql.cell_tile(allowed, side=side), params | own, heavy=True)
    return bytes(layer)


def _allowed(visitor: User, tree_filter: TreeFilter, day: date) -> tuple[str, dict[str, Any]]:
    """SQL condition on t.id for what the visitor may see and asks for, with its values."""
    tree_filter = tree_filter.without_box()
    params: dict[str, Any] = {"statuses": list(tree_filter.statuses) or _ON_MAP}
    if _sees_all(visitor, tree_filter):
        return "", params
    seen = Tree.objects.visible_to(visitor)
    rows = apply(seen, tree_filter, day=day).order_by().values("pk")
    text, values = named(rows)
    return f"AND t.id IN ({text})", params | values


def _other_layers(visitor: User, tree_filter: TreeFilter, z: int) -> dict[str, Any]:
    """Groups and sites know place and district only; other filters and contractors hide them."""
    rest = TreeFilter(districts=tree_filter.districts, places=tree_filter.places)
    shown = visitor.role != Role.CONTRACTOR and tree_filter.without_box() == rest
    return {
        "groups": shown,
        "sites": shown and z >= SITE_ZOOM,
        "districts": _keys(tree_filter.districts),
        "places": _keys(tree_filter.places),
        "on_map": _ON_MAP,
    }


def _keys(values: tuple[UUID, ...]) -> list[UUID] | None:
    return list(values) or None
