"""Turns reserved areas and ends of blocks into parks, schools, cemeteries … with paths, ponds and houses."""

import math
from random import Random

from shapely import LineString, Point, Polygon, affinity
from shapely.ops import unary_union

from geodata.demo.blocks import Division, carve
from geodata.demo.furniture import (
    lay_cemetery_paths,
    lay_park_paths,
    lay_pitches,
    lay_pond,
    lay_wings,
)
from geodata.demo.names import GroundNames
from geodata.demo.plan import CityPlan, Ground
from geodata.demo.shapes import CENTRE, axes, biggest, longest, polygons

#: Small grounds cut off building blocks: kind -> (square metres, how many in a city of 1,450 m radius).
SMALL = {"playground": (1900.0, 11), "daycare": (2300.0, 8), "building": (2600.0, 4)}


class Land:
    """What is left of an area once all roads, rails and waters have taken their width."""

    def __init__(self, plan: CityPlan) -> None:
        """Collect the corridors of all streets once."""
        roads = [s.line.buffer(s.corridor / 2) for s in plan.streets]
        self._taken = unary_union([*roads, plan.river.buffer(7), plan.rail.buffer(9)])

    def of(self, area: Polygon, inset: float = 0.0) -> Polygon | None:
        """The usable part of ``area``, its largest piece; None when next to nothing is left."""
        rest = biggest(area.difference(self._taken).buffer(-inset).buffer(0))
        return rest if rest is not None and rest.area > 150 else None

    def parts_of(self, area: Polygon) -> list[Polygon]:
        """Everything usable of ``area``, in pieces."""
        return polygons(area.difference(self._taken))


def lay_out_grounds(plan: CityPlan, division: Division, land: Land, rng: Random) -> list[Polygon]:
    """Make all grounds of the plan; returns the building blocks that remain (without their roads)."""
    names = GroundNames(rng)
    plan.grounds.append(_rampart(plan, land))
    for kind, area in division.reserved:
        usable = land.of(area, 1.0)
        if usable is not None:
            plan.grounds.append(_ground(kind, names.take(kind), usable, rng))
    blocks = [b for area in division.blocks if (b := land.of(area, 0.5)) is not None]
    blocks = _market(plan, blocks)
    blocks = _small_grounds(plan, blocks, names, rng)
    _riverside(plan)
    return blocks


def _rampart(plan: CityPlan, land: Land) -> Ground:
    """The belt park on the old rampart with its moat, all around the old town."""
    width = min(68.0, plan.radius * 0.047)
    belt = plan.ring.difference(plan.ring.buffer(-width))
    area = unary_union([piece for piece in land.parts_of(belt) if piece.area > 400])
    middle = plan.ring.buffer(-width * 0.55).exterior
    arc = LineString([middle.interpolate(i / 40, normalized=True) for i in range(3, 27)])
    wet = arc.buffer(width * 0.13).intersection(area)
    ground = Ground(kind="park", name="Wallanlagen", area=area, established=1932)
    ground.ponds = [
        p for p in getattr(wet, "geoms", [wet]) if isinstance(p, Polygon) and p.area > 90
    ]
    walk = plan.ring.buffer(-width * 0.26).exterior.intersection(area)
    ground.paths = [p for p in getattr(walk, "geoms", [walk]) if p.length > 25]
    return ground


def _ground(kind: str, name: str, area: Polygon, rng: Random) -> Ground:
    """One ground with the furniture of its kind."""
    ground = Ground(kind=kind, name=name, area=area, established=rng.randint(1938, 2004))
    if kind in {"park", "forest"}:
        lay_park_paths(ground, rng)
        if kind == "park" and area.area > 24_000:
            lay_pond(ground, rng)
    elif kind == "cemetery":
        lay_cemetery_paths(ground)
    elif kind == "school":
        lay_wings(ground, rng)
    elif kind == "sports":
        lay_pitches(ground)
    return ground


def _market(plan: CityPlan, blocks: list[Polygon]) -> list[Polygon]:
    """The two blocks nearest to the middle become market square and churchyard."""
    centre = Point(CENTRE)
    near = sorted((b for b in blocks if b.area > 900), key=lambda b: b.distance(centre))[:2]
    names = (("other", "Marktplatz"), ("other", "Kirchplatz St. Ansgar"))
    for (kind, name), area in zip(names, near, strict=False):
        ground = Ground(kind=kind, name=name, area=area, established=1950)
        if name.startswith("Kirch"):
            ground.houses.append(_box(area, 0.24, 0.17))
        plan.grounds.append(ground)
    return [b for b in blocks if not any(b is taken for taken in near)]


def _small_grounds(
    plan: CityPlan, blocks: list[Polygon], names: GroundNames, rng: Random
) -> list[Polygon]:
    """Cut playgrounds, day-care centres and public buildings off blocks, spread over the city."""
    rest = list(blocks)
    factor = max((plan.radius / 1450) ** 2, 0.2)
    for kind, (square_metres, count) in SMALL.items():
        placed: list[Point] = []
        apart = 0.25 * plan.radius / max(math.sqrt(factor), 1)
        for _ in range(round(count * factor) * 12):
            if len(placed) >= max(1, round(count * factor)) or not rest:
                break
            number = rng.randrange(len(rest))
            cut = carve(rest[number], square_metres * rng.uniform(0.75, 1.3), rng)
            if cut is None or any(cut[0].centroid.distance(p) < apart for p in placed):
                continue
            rest[number] = cut[1]
            placed.append(cut[0].centroid)
            area = biggest(cut[0].buffer(-1.5))
            if area is not None:
                ground = Ground(
                    kind=kind, name=names.take(kind), area=area, established=rng.randint(1955, 2015)
                )
                if kind != "playground":
                    ground.houses.append(_box(area, 0.2, 0.17 * rng.uniform(0.8, 1.1)))
                plan.grounds.append(ground)
    return rest


def _box(area: Polygon, long: float, wide: float) -> Polygon:
    """One simple building in the middle of a small ground; half sizes as shares of its axes."""
    (ux, uy), length, width = axes(area)
    turn = math.degrees(math.atan2(uy, ux))
    half = min(length * long, 18), min(width * wide, 9)
    box = Polygon([(-half[0], -half[1]), (half[0], -half[1]), half, (-half[0], half[1])])
    return affinity.translate(
        affinity.rotate(box, turn, origin=(0, 0)), area.centroid.x, area.centroid.y
    )


def _riverside(plan: CityPlan) -> None:
    """A green strip with a path on one bank of the river, outside the building blocks."""
    side = longest(plan.river.buffer(5.5).exterior.intersection(plan.built.buffer(-40)))
    if side is None:
        return
    streets = unary_union([s.line.buffer(s.corridor / 2) for s in plan.streets])
    taken = unary_union([g.area for g in plan.grounds])
    strip = side.buffer(6).difference(plan.river).difference(streets).difference(taken)
    pieces = [p for p in getattr(strip, "geoms", [strip]) if p.area > 700]
    if pieces:
        way = side.intersection(unary_union(pieces))
        ways = [p for p in getattr(way, "geoms", [way]) if p.length > 20]
        plan.grounds.append(
            Ground(
                kind="park",
                name="Leedeufer",
                area=unary_union(pieces),
                established=1978,
                paths=ways,
            )
        )
