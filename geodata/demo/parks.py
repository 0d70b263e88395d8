"""Spots for trees on grounds: avenues along paths, loose groups, lines between graves, edges of yards."""

import math
from collections.abc import Iterator
from random import Random

from shapely import LineString, Point, Polygon
from shapely.ops import unary_union
from shapely.prepared import prep

from geodata.demo.growth import spacing_of
from geodata.demo.plan import Ground
from geodata.demo.rows import Spot
from geodata.demo.shapes import scattered, stations
from geodata.demo.taxa import Assortment, Taxon

#: Kind of ground -> (trees per hectare, setting of the species).
DENSITY = {
    "park": (62.0, "park"),
    "cemetery": (78.0, "cemetery"),
    "school": (42.0, "yard"),
    "daycare": (58.0, "yard"),
    "playground": (70.0, "yard"),
    "sports": (26.0, "park"),
    "building": (45.0, "park"),
    "other": (55.0, "yard"),
    "forest": (16.0, "wood"),
    "compensation": (30.0, "wood"),
}


class Room:
    """Keeps trunks apart and off paths, ponds and houses."""

    def __init__(self, ground: Ground) -> None:
        """Prepare the free part of the ground once."""
        taken = unary_union(
            [
                *(path.buffer(1.9) for path in ground.paths),
                *(pond.buffer(1.2) for pond in ground.ponds),
                *(house.buffer(4.0) for house in ground.houses),
            ]
        )
        self._free = prep(ground.area.buffer(-1.6).difference(taken))
        self._cells: dict[tuple[int, int], list[tuple[float, float]]] = {}

    def take(self, x: float, y: float, apart: float) -> bool:
        """Whether a trunk fits here; if so, the room is taken."""
        if not self._free.contains(Point(x, y)):
            return False
        column, line = int(x // 8), int(y // 8)
        for i in range(column - 1, column + 2):
            for j in range(line - 1, line + 2):
                for other in self._cells.get((i, j), ()):
                    if math.hypot(other[0] - x, other[1] - y) < apart:
                        return False
        self._cells.setdefault((column, line), []).append((x, y))
        return True


def ground_spots(ground: Ground, assortment: Assortment, rng: Random, *, year: int) -> list[Spot]:
    """All spots of one ground in the order of a walk."""
    per_hectare, setting = DENSITY[ground.kind]
    goal = max(round(ground.area.area / 1e4 * per_hectare * rng.uniform(0.85, 1.15)), 2)
    if "ufer" in ground.name:
        setting = "wet"
    room = Room(ground)
    spots: list[Spot] = []
    if ground.kind in {"sports", "school", "compensation", "other"}:
        spots += _edge(ground, room, assortment, rng, setting=setting, limit=goal // 2)
    if ground.kind == "cemetery" or (ground.kind == "park" and ground.area.area > 9000):
        spots += _avenue(ground, room, assortment, rng, setting=setting, limit=goal // 3)
    missing = goal - len(spots)
    cluster = {"cemetery": 4, "forest": 7, "park": 5}.get(ground.kind, 2)
    for centre in scattered(ground.area, rng, max(missing * 3 // cluster, 4)):
        if len(spots) >= goal:
            break
        near = any(pond.distance(centre) < 14 for pond in ground.ponds)
        where = "wet" if near else setting
        spots += _cluster(centre, room, assortment, rng, setting=where, size=cluster)
    spots = spots[: max(goal, 1)]
    for spot in spots:
        spot.year = spot.year or _year(ground, rng, year)
    return sorted(spots, key=lambda s: _walk(ground.area, s))


def _avenue(
    ground: Ground, room: Room, assortment: Assortment, rng: Random, *, setting: str, limit: int
) -> list[Spot]:
    """Rows on both sides of the longest path (cemeteries: of the two longest)."""
    paths = sorted(ground.paths, key=lambda p: -p.length)
    straight = [p for p in paths if not p.is_ring] or paths
    spots: list[Spot] = []
    for path in straight[: 2 if ground.kind == "cemetery" else 1]:
        kind = "street" if ground.kind == "cemetery" and rng.random() < 0.6 else setting
        taxon = assortment.choose(kind, count=20, height=(14, 42))
        spacing = spacing_of(taxon) * rng.uniform(0.85, 1.0)
        year = ground.established + rng.randint(0, 3)
        for _, (x, y), (nx, ny) in stations(path, spacing, spacing / 2):
            for side in (3.4, -3.4):
                if len(spots) < limit and room.take(x + nx * side, y + ny * side, 4.5):
                    spots.append(Spot(x + nx * side, y + ny * side, taxon, year))
    return spots


def _edge(
    ground: Ground, room: Room, assortment: Assortment, rng: Random, *, setting: str, limit: int
) -> list[Spot]:
    """A row along the fence, two kinds taking turns by sides."""
    inner = ground.area.buffer(-3.8)
    rings = [p.exterior for p in getattr(inner, "geoms", [inner]) if isinstance(p, Polygon)]
    kinds = [
        assortment.choose(setting, count=max(limit // 2, 1), height=(12, 45)) for _ in range(2)
    ]
    spots: list[Spot] = []
    for ring in rings:
        if ring is None or ring.is_empty:
            continue
        line = LineString(ring.coords)
        spacing = max(line.length / max(limit, 1), spacing_of(kinds[0]))
        for chainage, (x, y), _ in stations(line, spacing, spacing / 2):
            taxon = kinds[int(chainage / line.length * 4) % 2]
            if len(spots) < limit and room.take(x, y, 5):
                spots.append(Spot(x, y, taxon, ground.established + rng.randint(0, 4)))
    return spots


def _cluster(
    centre: Point, room: Room, assortment: Assortment, rng: Random, *, setting: str, size: int
) -> Iterator[Spot]:
    """A loose group around a point: mostly one kind, at distances that its crown asks for."""
    count = max(1, round(rng.gammavariate(2.0, size / 2)))
    leading = assortment.choose(setting, count=count)
    apart = min(max(leading.max_crown * 0.34, 3.2), 8.0)
    spread = apart * math.sqrt(count) * 0.75
    for number in range(count):
        taxon = leading if number == 0 or rng.random() < 0.75 else assortment.choose(setting)
        for _ in range(4):
            x, y = rng.gauss(centre.x, spread), rng.gauss(centre.y, spread)
            if room.take(x, y, apart):
                yield Spot(x, y, taxon, 0)
                break


def _year(ground: Ground, rng: Random, year: int) -> int:
    """Most from the ground's first years, the rest whenever there was money."""
    if rng.random() < 0.55:
        planted = round(rng.gauss(ground.established + 3, 5))
    else:
        planted = round(rng.triangular(ground.established - 12, year - 1, year - 16))
    return min(max(planted, 1780), year - 1)


def _walk(area: Polygon, spot: Spot) -> tuple[int, float]:
    """Order of a walk in strips of 35 m, to and fro."""
    left, low, _, _ = area.bounds
    strip = int((spot.y - low) // 35)
    return strip, (spot.x - left) * (1 if strip % 2 == 0 else -1)


def veteran(taxon: Taxon) -> bool:
    """Whether the kind can be a remnant from before the city."""
    return taxon.genus in {"Quercus", "Tilia", "Fagus", "Taxus", "Castanea"}
