"""The bytes of a tile, for tests that look at what is drawn."""

from typing import Any

from geodata.rules.tilemath import Tile
from geodata.tiles import tree_tile


def drawn(tile: Tile, **asked: Any) -> bytes:
    """As trees.tree_tile, for somebody who has no tile yet."""
    content = tree_tile(tile, **asked).content
    assert content is not None
    return content
