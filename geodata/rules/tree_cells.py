"""Numbers of the small squares in which trees are counted for far zooms; for tiles/kept_cells.py.

A square is a tile of zoom 17 (about 184 m in the north-west). Its number weaves column and row bit
by bit, so that all squares inside a tile of a lower zoom have numbers in one unbroken row.
"""

from typing import Final

from geodata.rules.tilemath import Tile

#: Zoom of the squares that are counted.
CELL_ZOOM: Final = 17


def woven(tile: Tile) -> int:
    """The number of a tile among those of its zoom: bits of row and column by turns."""
    number = 0
    for bit in range(tile.z):
        number |= (tile.x >> bit & 1) << 2 * bit | (tile.y >> bit & 1) << 2 * bit + 1
    return number


def cells_of(tile: Tile) -> tuple[int, int]:
    """The first number of the squares inside a tile, and the first one after them."""
    shift = 2 * (CELL_ZOOM - tile.z)
    first = woven(tile) << shift
    return first, first + (1 << shift)
