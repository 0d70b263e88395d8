"""Spots for street trees: rows at even spacing on both sides of the carriageway, clear of junctions."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from shapely import Point, STRtree
from shapely.ops import unary_union
from shapely.prepared import prep

from geodata.demo.growth import spacing_of
from geodata.demo.plan import CityPlan, Street
from geodata.demo.shapes import stations
from geodata.demo.taxa import Assortment, Taxon

#: Kind of street -> share with trees, share with both sides, least and greatest height of the kind,
#: widest crown, distance of the trunk from the kerb (m).
HABITS: dict[str, tuple[float, float, tuple[int, int], int, float]] = {
    "main": (0.97, 0.9, (22, 45), 34, 2.4),
    "collector": (0.85, 0.8, (14, 40), 26, 2.0),
    "local": (0.8, 0.22, (6, 30), 17, 1.5),
    "lane": (0.06, 0.1, (4, 13), 8, 1.2),
}


@dataclass(slots=True)
class Spot:
    """Where a tree belongs, with what and since when."""

    x: float
    y: float
    taxon: Taxon
    year: int
    in_street: bool = False
    house_number: str = ""
    side: str = ""


@dataclass(slots=True)
class Stretch:
    """Spots of one planting in one street, in walking order."""

    street: Street
    spots: list[Spot]


class Clearance:
    """Answers whether a trunk may stand at a point beside a road."""

    def __init__(self, plan: CityPlan) -> None:
        """Index all streets, waters, rails and grounds once."""
        self._streets = plan.streets
        self._tree = STRtree([s.line for s in plan.streets])
        ponds = [pond for ground in plan.grounds for pond in ground.ponds]
        grounds = [ground.area for ground in plan.grounds]
        wet = [plan.river.buffer(3), plan.rail.buffer(7), *ponds, *grounds]
        self._blocked = prep(unary_union(wet))
        self._outline = prep(plan.outline.buffer(-4))

    def allows(self, x: float, y: float, own: Street) -> bool:
        """Outside water, rails and grounds, and with clear sight at every other street."""
        point = Point(x, y)
        if not self._outline.contains(point) or self._blocked.contains(point):
            return False
        for index in self._tree.query(point, predicate="dwithin", distance=16.0):
            other = self._streets[int(index)]
            if other is not own and other.line.distance(point) < other.carriageway / 2 + 7:
                return False
        return True


def street_stretches(
    plan: CityPlan, assortment: Assortment, rng: Random, *, year: int
) -> list[Stretch]:
    """All rows of the city; ``year`` is the present one."""
    clearance = Clearance(plan)
    found: list[Stretch] = []
    for street in plan.streets:
        share, both, height, crown, kerb = HABITS[street.kind]
        if rng.random() > share or street.line.length < 45:
            continue
        sides = (1, -1) if rng.random() < both else ((rng.choice((1, -1))),)
        for begin, end in _parts(street.line.length, rng):
            room = max(round((end - begin) / 10 * len(sides)), 1)
            taxon = assortment.choose("street", count=room, height=height, crown=crown)
            planted = min(street.established + rng.randint(0, 2), year - 1)
            offset = street.carriageway / 2 + kerb
            spots = [
                spot
                for side in sides
                for spot in _row(
                    street, clearance, rng, taxon=taxon, part=(begin, end), offset=side * offset
                )
            ]
            substitute = assortment.choose("street", height=height, crown=crown)
            _age(spots, rng, planted=planted, year=year, substitute=substitute)
            if len(spots) > 2:
                found.append(Stretch(street, spots))
    return found


def _parts(length: float, rng: Random) -> list[tuple[float, float]]:
    """Long streets were planted in parts of 250 to 500 m."""
    count = max(round(length / rng.uniform(250, 500)), 1)
    return [(length * i / count, length * (i + 1) / count) for i in range(count)]


def _row(
    street: Street,
    clearance: Clearance,
    rng: Random,
    *,
    taxon: Taxon,
    part: tuple[float, float],
    offset: float,
) -> Iterator[Spot]:
    """One side of one part; a drive here and there takes a spot."""
    spacing = spacing_of(taxon) * rng.uniform(0.95, 1.12)
    side = "links" if offset > 0 else "rechts"
    for chainage, (x, y), (nx, ny) in stations(street.line, spacing, part[0] + spacing * 0.6):
        if chainage > part[1] - spacing * 0.3:
            return
        away = offset + rng.gauss(0, 0.12)
        spot_x, spot_y = x + nx * away + rng.gauss(0, 0.15), y + ny * away + rng.gauss(0, 0.15)
        if rng.random() < 0.07 or not clearance.allows(spot_x, spot_y, street):
            continue
        number = 2 * int(chainage / 17) + (1 if offset > 0 else 2)
        yield Spot(spot_x, spot_y, taxon, 0, True, str(number), side)


def _age(spots: list[Spot], rng: Random, *, planted: int, year: int, substitute: Taxon) -> None:
    """Give the row its year; one in six was replaced later, some with another kind."""
    for spot in spots:
        spot.year = planted
        if rng.random() < 0.17 and year - planted > 8:
            spot.year = rng.randint(planted + 4, year - 1)
            if rng.random() < 0.35:
                spot.taxon = substitute
