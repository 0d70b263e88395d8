"""The small map of the report: districts and streets as lines, late trees as symbols; vectors only."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.gis.db.models import Extent
from django.db import connection
from django.db.models import QuerySet

from baumkataster.models import District

#: Size of the drawing in its own units, width and height.
WIDTH, HEIGHT = 520.0, 330.0
MARGIN: Final = 8.0
#: More symbols than this cannot be told apart: near ones are drawn once, the worst on top.
CELLS: Final = 90.0
#: Drawn from the ground up; buildings and paths are crumbs at this size.
_BASE_SQL: Final = """
    SELECT kind, ST_AsSVG(ST_Simplify(
        ST_TransScale(ST_Intersection(geom, box), %(dx)s, %(dy)s, %(k)s, %(k)s), 0.5), 0, 1)
    FROM baumkataster_basefeature,
        (SELECT ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 25832) AS box) b
    WHERE geom && box AND kind IN ('water', 'green', 'rail', 'road', 'main_road')
      AND (ST_Dimension(geom) < 2 OR ST_Area(geom) * %(k)s * %(k)s > 6)
    ORDER BY array_position(ARRAY['green', 'water', 'rail', 'road', 'main_road'], kind::text), id
    LIMIT 6000"""
_DISTRICT_SQL: Final = """
    SELECT ST_AsSVG(ST_SimplifyPreserveTopology(
        ST_TransScale(geom, %(dx)s, %(dy)s, %(k)s, %(k)s), 0.5), 0, 1)
    FROM baumkataster_district ORDER BY id"""


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One or more late trees at a spot: the worst state among them."""

    state: str
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class CityMap:
    """What the template draws; y downwards."""

    width: float
    height: float
    base: list[tuple[str, str]]
    districts: list[str]
    dots: list[Dot]


def city_map(trees: QuerySet[Any]) -> CityMap | None:
    """The map of late trees (annotated with ``state``); None without one."""
    spots = list(trees.order_by("pk").values_list("state", "geom"))
    if not spots:
        return None
    box = District.objects.aggregate(box=Extent("geom"))["box"]
    view = _View(box or _around([(geom.x, geom.y) for _state, geom in spots]))
    with connection.cursor() as cursor:
        cursor.execute(_BASE_SQL, view.parameters)
        base = [(kind, path) for kind, path in cursor.fetchall() if path]
        cursor.execute(_DISTRICT_SQL, view.parameters)
        districts = [path for (path,) in cursor.fetchall() if path]
    return CityMap(
        width=WIDTH, height=HEIGHT, base=base, districts=districts, dots=_dots(spots, view)
    )


class _View:
    """The scale of a map: metres of the city to units of the drawing."""

    def __init__(self, box: tuple[float, float, float, float]) -> None:
        west, south, east, north = box
        wide, high = max(east - west, 50.0), max(north - south, 50.0)
        self.k = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
        self.west = west - (WIDTH / self.k - wide) / 2
        self.north = north + (HEIGHT / self.k - high) / 2

    @property
    def parameters(self) -> dict[str, float]:
        """For SQL: ST_TransScale moves, then scales; ST_AsSVG turns y upside down."""
        return {
            "dx": -self.west,
            "dy": -self.north,
            "k": self.k,
            "west": self.west,
            "south": self.north - HEIGHT / self.k,
            "east": self.west + WIDTH / self.k,
            "north": self.north,
        }

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A point of the city in the drawing."""
        return (x - self.west) * self.k, (self.north - y) * self.k


#: Painted in this order, so that the worst lies on top.
_WORST = {"never": 0, "tolerance": 1, "overdue": 2}


def _dots(spots: list[tuple[str, Any]], view: _View) -> list[Dot]:
    """One symbol for each cell of a fine grid, the worst of its trees."""
    side = WIDTH / CELLS
    cells: dict[tuple[int, int], Dot] = {}
    for state, geom in spots:
        x, y = view.place(geom.x, geom.y)
        key = int(x / side), int(y / side)
        known = cells.get(key)
        if known is None or _WORST.get(state, -1) > _WORST.get(known.state, -1):
            cells[key] = Dot(state=state, x=round(x, 1), y=round(y, 1))
    return sorted(cells.values(), key=lambda dot: (_WORST.get(dot.state, -1), dot.x, dot.y))


def _around(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """A box around points, with a margin."""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    return min(xs) - 100, min(ys) - 100, max(xs) + 100, max(ys) + 100
