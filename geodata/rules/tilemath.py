"""Where a map tile lies: z/x/y of the usual web map grid to corners in EPSG:25832; for tiles/.

Trees belong to exactly one tile: neighbours share their corners, and the sides between two corners
are straight in EPSG:25832 for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geodata.rules.crs import to_stored

#: Half the side of the web map's square world in EPSG:3857, metres.
WORLD: Final = 20_037_508.342789244
#: Tiles below this zoom reach beyond EPSG:25832; nobody looks at a city from there.
MIN_ZOOM: Final = 6
MAX_ZOOM: Final = 22
#: Corners further away than this (easting, northing) are outside the reach of EPSG:25832.
_FAR: Final = 20_000_000.0


@dataclass(frozen=True, slots=True)
class Quad:
    """The corners of a tile in EPSG:25832, metres; nearly, but not quite, a turned square."""

    north_west: tuple[float, float]
    north_east: tuple[float, float]
    south_east: tuple[float, float]
    south_west: tuple[float, float]

    @property
    def wkt(self) -> str:
        """The quad as a polygon in well-known text."""
        ring = (
            self.north_west,
            self.north_east,
            self.south_east,
            self.south_west,
            self.north_west,
        )
        return "POLYGON((" + ",".join(f"{x!r} {y!r}" for x, y in ring) + "))"

    def axes(self) -> dict[str, float]:
        """Numbers ua … vc: u = ua·x + ub·y + uc and v = va·x + vb·y + vc.

        u runs from 0 (west) to 1 (east), v from 0 (north) to 1 (south): where in the tile a point
        lies, to a few centimetres at street zoom and a few metres for a whole city.
        """
        nw, ne, se, sw = self.north_west, self.north_east, self.south_east, self.south_west
        # The mean of both sides, about the middle: so the error at the rim is the least.
        ex, ey = ((ne[i] - nw[i] + se[i] - sw[i]) / 2 for i in (0, 1))
        sx, sy = ((sw[i] - nw[i] + se[i] - ne[i]) / 2 for i in (0, 1))
        x0, y0 = ((nw[i] + ne[i] + se[i] + sw[i]) / 4 for i in (0, 1))
        area = ex * sy - ey * sx
        ua, ub, va, vb = sy / area, -sx / area, -ey / area, ex / area
        uc, vc = 0.5 - (ua * x0 + ub * y0), 0.5 - (va * x0 + vb * y0)
        return {"ua": ua, "ub": ub, "uc": uc, "va": va, "vb": vb, "vc": vc}

    def sides(self) -> dict[str, float]:
        """Numbers wa … sc of the sides west, east, north, south: a·x + b·y + c is 0 on the side.

        Positive east of the west and east side, and south of the north and south side. Two
        neighbours get the very same numbers for the side between them, so that each point lies
        in exactly one of them.
        """
        numbers: dict[str, float] = {}
        for name, start, end, sign in (
            ("w", self.north_west, self.south_west, 1),
            ("e", self.north_east, self.south_east, 1),
            ("n", self.north_west, self.north_east, -1),
            ("s", self.south_west, self.south_east, -1),
        ):
            dx, dy = end[0] - start[0], end[1] - start[1]
            a, b = -dy * sign, dx * sign
            numbers |= {f"{name}a": a, f"{name}b": b, f"{name}c": -(a * start[0] + b * start[1])}
        return numbers


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of the web map's grid."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether there is such a tile among the zooms that are served."""
        side = 2**self.z if MIN_ZOOM <= self.z <= MAX_ZOOM else 0
        return 0 <= self.x < side and 0 <= self.y < side

    def quad(self) -> Quad | None:
        """Its corners in EPSG:25832; None where that system does not reach."""
        corners = (self._corner(0, 0), self._corner(1, 0), self._corner(1, 1), self._corner(0, 1))
        # Neither infinity nor "not a number" is less.
        if not all(abs(x) < _FAR and abs(y) < _FAR for x, y in corners):
            return None
        nw, ne, se, sw = corners
        (x0, y0), (x1, y1), (x2, y2) = nw, ne, sw
        turns_right = (x1 - x0) * (y2 - y0) - (y1 - y0) * (x2 - x0) < 0
        return Quad(nw, ne, se, sw) if turns_right else None

    def _corner(self, dx: int, dy: int) -> tuple[float, float]:
        """The corner that lies dx, dy tiles from the north-west one, in EPSG:25832."""
        side = 2 * WORLD / 2**self.z
        return to_stored((self.x + dx) * side - WORLD, WORLD - (self.y + dy) * side, epsg=3857)
