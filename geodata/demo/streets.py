"""The grown street network: outline, river, rail, ring, radials, then local streets by splitting blocks."""

import math
from random import Random

from shapely import LineString, Point, Polygon
from shapely.ops import polygonize, unary_union

from geodata.demo.names import LANES, NEIGHBOURS, RIVER, lane_names, street_names
from geodata.demo.plan import CityPlan, Street
from geodata.demo.shapes import (
    CENTRE,
    Xy,
    biggest,
    longest,
    loop,
    polar,
    smooth,
    wobble,
)

SIDES = ("Ost", "Nordost", "Nord", "Nordwest", "West", "Südwest", "Süd", "Südost")
GATES = ("Oster", "Norder", "Wester", "Süder", "Mühlen", "Wasser", "Neu", "Stau")


def draw_frame(rng: Random, radius: float) -> CityPlan:
    """Outline, built-up area, ring, river and rail of a city of about ``radius`` metres."""
    shape = wobble(rng, 0.11)
    edge = wobble(rng, 0.05, 14)
    outline = loop(lambda a: radius * shape(a) * edge(a), 64)
    inner = wobble(rng, 0.13, 11)
    built = loop(lambda a: radius * 0.86 * shape(a) * inner(a), 120)
    ring_shape = wobble(rng, 0.08, 4)
    ring = loop(lambda a: radius * 0.27 * ring_shape(a), 80)
    bend = [(-0.5, 1.3), (-0.72, 0.95), (-0.78, 0.7), (-1.2, 0.5), (-1.6, 0.39), (-2.1, 0.40)]
    bend += [(-2.5, 0.52), (-2.62, 0.74), (-2.9, 0.9), (-2.95, 1.3)]
    course = smooth([polar(a + rng.gauss(0, 0.05), radius * r) for a, r in bend], 14)
    river = course.buffer(max(15.0, radius * 0.0115)).intersection(outline)
    track = [(2.75, 1.3), (2.3, 0.70), (1.57, 0.56), (0.95, 0.72), (0.62, 1.3)]
    rail = smooth([polar(a, radius * r) for a, r in track], 14).intersection(outline)
    return CityPlan(
        radius=radius,
        outline=outline,
        built=built,
        ring=ring,
        river=biggest(river) or Polygon(),
        water=[(RIVER, biggest(river) or Polygon())],
        rail=longest(rail) or LineString(),
    )


def old_town(plan: CityPlan) -> Polygon:
    """The area inside the former rampart."""
    return biggest(plan.ring.buffer(-min(68.0, plan.radius * 0.047))) or plan.ring


def draw_main_streets(plan: CityPlan, rng: Random) -> None:
    """Ring road, radials to the neighbour towns, an outer ring that was never finished."""
    _ring_road(plan)
    count = 7 if plan.radius < 2400 else 9
    turns = [math.tau * (i + rng.uniform(-0.2, 0.2)) / count + 0.25 for i in range(count)]
    for number, turn in enumerate(turns):
        _radial(plan, rng, turn, f"{NEIGHBOURS[number]} Straße", number)
    _outer_ring(plan, rng, 0.60, "{}tangente", "collector", gaps=1)
    if plan.radius > 2400:
        _outer_ring(plan, rng, 0.42, "{}ring", "collector", gaps=2)


def _ring_road(plan: CityPlan) -> None:
    """The road around the rampart in four named parts."""
    edge = list(plan.ring.exterior.coords)
    quarter = len(edge) // 4
    for number, name in enumerate(("Norderwall", "Westerwall", "Süderwall", "Osterwall")):
        end = (number + 1) * quarter + 1 if number < 3 else len(edge)
        line = LineString(edge[number * quarter : end])
        plan.streets.append(Street(name=name, kind="main", line=line, established=1925))


def _radial(plan: CityPlan, rng: Random, turn: float, name: str, number: int) -> None:
    """One road from the ring to the city limits, and its old beginning inside the rampart."""
    drift = rng.uniform(-0.16, 0.16)
    shares = (0.2, 0.4, 0.6, 0.8, 1.25)
    way: list[Xy] = [
        polar(turn + drift * i / 4 + rng.gauss(0, 0.025), plan.radius * share)
        for i, share in enumerate(shares)
    ]
    line = longest(smooth(way).difference(plan.ring).intersection(plan.outline))
    if line is None:
        return
    plan.streets.append(Street(name=name, kind="main", line=line, established=1935))
    gate = Point(line.coords[0])
    market = polar(turn + 0.4, plan.radius * 0.028)
    inward = smooth([(gate.x, gate.y), polar(turn + rng.gauss(0, 0.2), plan.radius * 0.14), market])
    kind = "lane" if number % 2 else "local"
    plan.streets.append(
        Street(name=f"{GATES[number % 8]}torstraße", kind=kind, line=inward, established=1900)
        if number < 8
        else Street(name="Am Neuen Tor", kind=kind, line=inward, established=1900)
    )


def _outer_ring(
    plan: CityPlan, rng: Random, share: float, form: str, kind: str, *, gaps: int
) -> None:
    """Pieces of an outer ring between the radials; some were never built."""
    radials = [s for s in plan.streets if s.kind == "main" and not s.name.endswith("wall")]
    shape = wobble(rng, 0.07, 6)
    whole = loop(lambda a: plan.radius * share * shape(a), 100).exterior
    pieces = whole.difference(unary_union([s.line.buffer(0.01) for s in radials]))
    parts = sorted(
        (p for p in getattr(pieces, "geoms", [pieces]) if p.length > 60),
        key=lambda p: math.atan2(p.centroid.y - CENTRE[1], p.centroid.x - CENTRE[0]),
    )
    left_out = set(rng.sample(range(len(parts)), min(gaps, max(len(parts) - 2, 0))))
    seen: dict[str, int] = {}
    for number, part in enumerate(parts):
        if number in left_out:
            continue
        turn = math.atan2(part.centroid.y - CENTRE[1], part.centroid.x - CENTRE[0]) % math.tau
        name = form.format(SIDES[round(turn / math.tau * 8) % 8])
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name = f"Alte {name}" if "tangente" in name else f"Alter {name}"
        plan.streets.append(Street(name=name, kind=kind, line=LineString(part), established=1965))


def superblocks(plan: CityPlan) -> list[Polygon]:
    """The areas between main streets, river and rail, outside the rampart and inside the built area."""
    lines = [s.line for s in plan.streets] + [plan.built.exterior, plan.ring.exterior]
    barriers = unary_union([plan.river.buffer(9), plan.rail.buffer(9)])
    reach = [line.intersection(plan.built.buffer(1)) for line in lines]
    faces = polygonize(unary_union(reach))
    blocks: list[Polygon] = []
    for face in faces:
        if plan.ring.contains(face.representative_point()):
            continue
        open_ = face.difference(barriers)
        blocks += [
            part
            for part in getattr(open_, "geoms", [open_])
            if isinstance(part, Polygon) and part.area > 900
        ]
    return blocks


def name_streets(plan: CityPlan, drawn: list[tuple[str, LineString]], rng: Random) -> None:
    """Give the local streets names whose theme changes from quarter to quarter, and their years."""
    names = street_names(rng)
    lanes = lane_names(rng)
    taken = {street.name for street in plan.streets} | set(LANES)
    ordered = sorted(drawn, key=lambda pair: _sweep(pair[1]))
    for kind, line in ordered:
        free = lanes if kind == "lane" else (name for _, name in names if name not in taken)
        name = next(free)
        plan.streets.append(
            Street(name=name, kind=kind, line=line, established=_established(plan, line, rng))
        )


def _sweep(line: LineString) -> tuple[int, float]:
    """Order in which neighbouring streets follow each other: sector by sector, outwards."""
    middle = line.centroid
    turn = math.atan2(middle.y - CENTRE[1], middle.x - CENTRE[0]) % math.tau
    return int(turn * 5), math.hypot(middle.x - CENTRE[0], middle.y - CENTRE[1])


def _established(plan: CityPlan, line: LineString, rng: Random) -> int:
    """The further out, the younger; here and there rebuilt."""
    middle = line.centroid
    share = math.hypot(middle.x - CENTRE[0], middle.y - CENTRE[1]) / plan.radius
    year = rng.gauss(1938 + 66 * share, 11)
    if rng.random() < 0.2:
        year = rng.uniform(1985, 2021)
    return round(min(max(year, 1890), 2021))
