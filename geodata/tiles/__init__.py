"""Vector tiles, made whole by PostGIS: trees in their control state, and the own base map."""

from geodata.tiles.base_map import base_tile
from geodata.tiles.trees import tree_tile

__all__ = ["base_tile", "tree_tile"]
