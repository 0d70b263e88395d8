"""The axes of a tile stand for the web map's grid to less than one of its 4096 steps."""

import math
from random import Random

import pytest

from geodata.rules.crs import to_stored
from geodata.rules.tilemath import WORLD, Tile

#: Germany's outermost longitudes and latitudes.
WEST, EAST, SOUTH, NORTH = 5.8, 15.1, 47.2, 55.1
STEP = 1 / 4096


def tile_at(lon: float, lat: float, z: int) -> Tile:
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return Tile(z, int((lon + 180) / 360 * 2**z), int(y * 2**z))


@pytest.mark.parametrize("z", [15, 16, 17, 18, 22])
def test_axes_place_trees_to_a_fifth_of_a_step_everywhere_in_germany(z: int) -> None:
    chance = Random(z)
    corners = [(lon, lat) for lon in (WEST, EAST) for lat in (SOUTH, NORTH)]
    spread = [(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)) for _ in range(60)]
    for tile in (tile_at(lon, lat, z) for lon, lat in corners + spread):
        quad = tile.quad()
        assert quad is not None
        a, side = quad.axes(), 2 * WORLD / 2**z
        for u, v in ((-0.03, -0.03), (1.03, 0), (0.5, 0.5), (0, 1), (1.03, 1.03)):
            x, y = to_stored((tile.x + u) * side - WORLD, WORLD - (tile.y + v) * side, epsg=3857)
            assert a["ua"] * x + a["ub"] * y + a["uc"] == pytest.approx(u, abs=STEP / 5)
            assert a["va"] * x + a["vb"] * y + a["vc"] == pytest.approx(v, abs=STEP / 5)


def test_tiles_where_the_stored_system_does_not_reach_have_no_corners() -> None:
    assert tile_at(-160, 0, 15).quad() is None
    assert tile_at(100, 0, 8).quad() is None
