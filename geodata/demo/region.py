"""Where the towns of a very large demo city lie, how they are turned and called; for multiplying.py.

A city of a million trees is one drawn town told many times: each copy is turned, every second one
mirrored, and they lie as seeds in a sunflower lie, so that no two rows of towns look alike.
"""

import math
from dataclasses import dataclass

from shapely.affinity import affine_transform
from shapely.geometry import Polygon

from geodata.demo.shapes import CENTRE

#: Turn from seed to seed of a sunflower.
_GOLDEN = math.pi * (3 - math.sqrt(5))
#: Distance of two neighbouring towns' centres, in outer radii: open land lies between some.
_DISTANCE = 2.02
#: Trees of one drawn town; more make more towns.
TOWN_TREES = 20_000
#: What the command takes.
FEWEST, MOST = 50, 2_000_000
_FIRST = (
    "Bargen", "Ellern", "Hasel", "Immen", "Jader", "Kolken", "Lohner", "Mittel", "Norder",
    "Oster", "Quaken", "Rüschen", "Sieden", "Tammer",
)  # fmt: skip
_LAST = ("loh", "brook", "wisch", "horst", "siel", "büttel", "rade", "moor")


@dataclass(frozen=True, slots=True)
class Town:
    """One copy: its number from 1, its name and the six numbers of its way over the plane."""

    number: int
    name: str
    #: x' = a·x + b·y + dx, y' = d·x + e·y + dy.
    a: float
    b: float
    d: float
    e: float
    dx: float
    dy: float

    def moved(self, area: Polygon) -> Polygon:
        """An area of the first town as it lies here."""
        found = affine_transform(area, [self.a, self.b, self.d, self.e, self.dx, self.dy])
        assert isinstance(found, Polygon)
        return found


def share(trees: int) -> tuple[int, int]:
    """How many trees stand in each town, and in how many towns; together about ``trees``."""
    number = math.ceil(trees / TOWN_TREES)
    return round(trees / number), number


def towns(count: int, *, outline: Polygon) -> list[Town]:
    """The ``count`` towns beside the first one, which has this outline; the same for the same."""
    reach = max(math.dist(CENTRE, corner) for corner in outline.exterior.coords)
    places = [_seed(number) for number in range(count + 1)]
    nearest = min((math.dist(p, q) for n, p in enumerate(places) for q in places[:n]), default=1.0)
    scale = _DISTANCE * reach / nearest
    return [_town(number, places[number], scale) for number in range(1, count + 1)]


def _seed(number: int) -> tuple[float, float]:
    """Where the seed of a number lies in the flower; the first in the middle."""
    radius = math.sqrt(number + 1.6) if number else 0.0
    return radius * math.cos(number * _GOLDEN), radius * math.sin(number * _GOLDEN)


def _town(number: int, place: tuple[float, float], scale: float) -> Town:
    """A town turned by its number about its own centre."""
    turn = number * 2.1 + 0.4
    mirror = -1 if number % 2 else 1
    cos, sin = math.cos(turn), math.sin(turn)
    a, b, d, e = mirror * cos, -sin, mirror * sin, cos
    x, y = CENTRE
    return Town(
        number=number,
        name=_name(number),
        a=a,
        b=b,
        d=d,
        e=e,
        dx=round(x + place[0] * scale - a * x - b * y, 2),
        dy=round(y + place[1] * scale - d * x - e * y, 2),
    )


def _name(number: int) -> str:
    """Invented, and another one for each of the first 112."""
    last = (number + number // len(_FIRST)) % len(_LAST)
    return _FIRST[number % len(_FIRST)] + _LAST[last]
