"""The mark of a tile, and drawn tiles that are kept in this process for as long as it holds.

Triggers leave a random word in ``geodata_tilemark`` with whatever changes what a tile shows
(migration 0007), in the transaction of the change. The words of all squares that a tile touches are
read in microseconds: where they are those of a tile that was drawn before, by this process or for
the browser that asks, it need not be drawn again. Nothing here decides by time.
"""

import math
from collections import OrderedDict
from collections.abc import Hashable
from datetime import date
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import Final

from django.db import connection, transaction

from geodata.rules.tilemath import Tile
from geodata.rules.tree_cells import woven
from geodata.tiles.statement import CONDITIONS, Known, run

#: Zoom of the squares that are marked.
MARK_ZOOM: Final = 15
#: Below this zoom a tile touches so many squares that their marks are as dear as the tile.
FIRST_ZOOM: Final = 12
#: The square that belongs to every tile.
EVERYWHERE: Final = -1
#: Bytes of tiles that a process keeps.
MOST_BYTES: Final = 32 * 1024 * 1024
#: So many words of one square are replaced by one.
GATHERED_FROM: Final = 12
#: Key of the advisory lock of whoever gathers.
LOCK: Final = 7_305_913

#: SQL of a tile's mark: every word counts, none twice; what was gathered has a new word.
MARK: Final = """(SELECT count(*)::text || '.' || coalesce(bit_xor(word), 0)::text
    FROM geodata_tilemark WHERE cell = ANY(%(marked)s::int[]))"""
_MARK_ONLY: Final = f"SELECT {MARK} WHERE {CONDITIONS}"
_GATHERED: Final = """
DELETE FROM geodata_tilemark WHERE cell IN (
  SELECT cell FROM geodata_tilemark GROUP BY cell HAVING count(*) >= %s) RETURNING cell"""
_ONE_INSTEAD: Final = """
INSERT INTO geodata_tilemark (cell, by)
SELECT DISTINCT cell, pg_current_xact_id()::text::bigint FROM unnest(%s::int[]) cell"""


@lru_cache(maxsize=4096)
def marked_cells(tile: Tile, margin: float = 0) -> str:
    """Squares that a tile with its margin touches; ``margin`` in widths of the tile.

    As PostgreSQL writes an array: of a list psycopg would look at every number, at every tile.
    """
    side, all_of = 2**MARK_ZOOM, 2.0 ** (MARK_ZOOM - tile.z)
    columns, rows = (
        range(
            max(math.floor((n - margin) * all_of), 0),
            min(math.ceil((n + 1 + margin) * all_of), side),
        )
        for n in (tile.x, tile.y)
    )
    cells = [EVERYWHERE, *(woven(Tile(MARK_ZOOM, x, y)) for x in columns for y in rows)]
    return "{" + ",".join(map(str, cells)) + "}"


def mark_now(cells: str, known: Known | None) -> str:
    """The mark of these squares.

    Raises:
        NotKnownAnyMore: the visitor is not who they were.
    """
    (mark,) = run(_MARK_ONLY, {"marked": cells}, known=known)
    return str(mark)


def etag(mark: str, statement: str, day: date) -> str:
    """What a browser may send back to ask whether its tile is still true.

    ``statement``: another release draws other tiles. ``day``: of the states of crowded tiles.
    """
    return f'"{sha256(f"{mark} {day} {statement}".encode()).hexdigest()[:24]}"'


def gather_marks() -> int:
    """Replace the words of squares that have many by one new word each; how many squares.

    Tiles there are drawn once more, none is taken for another one.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_GATHERED, [GATHERED_FROM])
        cells = {cell for (cell,) in cursor.fetchall()}
        cursor.execute(_ONE_INSTEAD, [list(cells)])
    return len(cells)


class KeptTiles:
    """The newest drawn tiles of this process with their marks, at most so many bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._lock = Lock()
        self._tiles: OrderedDict[Hashable, tuple[str, bytes]] = OrderedDict()

    def get(self, key: Hashable) -> tuple[str, bytes] | None:
        """Mark and bytes, if the tile is kept."""
        with self._lock:
            found = self._tiles.get(key)
            if found is not None:
                self._tiles.move_to_end(key)
            return found

    def keep(self, key: Hashable, mark: str, content: bytes) -> None:
        """Keep a tile in place of an older one; those asked for longest ago make room."""
        with self._lock:
            self._drop(key)
            self._tiles[key] = mark, content
            self._size += len(content)
            while self._size > self._most:
                self._drop(next(iter(self._tiles)))

    def _drop(self, key: Hashable) -> None:
        found = self._tiles.pop(key, None)
        if found is not None:
            self._size -= len(found[1])
