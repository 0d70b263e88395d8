"""Splits the areas between the main streets into blocks and keeps the larger grounds for wishes."""

import math
from dataclasses import dataclass, field
from random import Random

from shapely import LineString, Polygon

from geodata.demo.plan import CityPlan
from geodata.demo.shapes import CENTRE, axes, cross_line, halves, longest


@dataclass(slots=True)
class Wish:
    """A ground that the city needs: hectares from/to, distance from the centre from/to (share of radius)."""

    kind: str
    hectares: tuple[float, float]
    reach: tuple[float, float] = (0.28, 1.0)


@dataclass(slots=True)
class Division:
    """What splitting leaves: local streets (kind, middle line), reserved grounds, building blocks."""

    streets: list[tuple[str, LineString]] = field(default_factory=list)
    reserved: list[tuple[str, Polygon]] = field(default_factory=list)
    blocks: list[Polygon] = field(default_factory=list)


def wishes(radius: float) -> list[Wish]:
    """What a city of this size has; larger grounds first."""
    base = (
        (1, Wish("forest", (7, 16), (0.55, 1))),
        (1, Wish("park", (6, 13), (0.3, 0.8))),
        (1, Wish("cemetery", (4, 8), (0.45, 1))),
        (2, Wish("sports", (3, 5.5), (0.45, 1))),
        (1, Wish("cemetery", (1.8, 3.6), (0.28, 0.6))),
        (3, Wish("park", (2.2, 4.5), (0.28, 0.95))),
        (1, Wish("compensation", (2, 5), (0.7, 1))),
        (5, Wish("school", (1.1, 2.4), (0.28, 0.95))),
        (5, Wish("park", (0.9, 2.0), (0.28, 0.95))),
    )
    factor = (radius / 1450) ** 2
    shrink = min(1.0, (radius / 1450) ** 1.5)
    found: list[Wish] = []
    for count, wish in base:
        size = (wish.hectares[0] * shrink, wish.hectares[1])
        found += [Wish(wish.kind, size, wish.reach)] * max(1, round(count * factor))
    return found


def divide(plan: CityPlan, areas: list[Polygon], rng: Random) -> Division:
    """Split all areas down to blocks, granting wishes on the way."""
    result = Division()
    open_wishes = wishes(plan.radius)
    waiting = sorted(areas, key=lambda area: (-round(area.area), area.centroid.x))
    while waiting:
        area = waiting.pop(0)
        granted = _grant(plan, area, open_wishes, result, rng)
        if granted:
            continue
        if area.area <= _target(plan, area) * rng.uniform(0.75, 1.35) or axes(area)[1] < 95:
            result.blocks.append(area)
            continue
        parts, street = _cut(area, rng)
        if street is None:
            result.blocks.append(area)
            continue
        large = area.area > 9 * _target(plan, area)
        result.streets.append(("collector" if large else "local", street))
        waiting += parts
    return result


def divide_old_town(area: Polygon, lanes: list[LineString], rng: Random) -> Division:
    """Small crooked blocks inside the rampart; ``lanes`` are already there and split first."""
    result = Division()
    waiting = [area]
    for lane in lanes:
        waiting = [part for piece in waiting for part in halves(piece, lane)]
    while waiting:
        piece = waiting.pop(0)
        if piece.area < 6200 * rng.uniform(0.7, 1.6) or axes(piece)[1] < 50:
            result.blocks.append(piece)
            continue
        parts, street = _cut(piece, rng, bend=0.1, tilt=0.2)
        if street is None:
            result.blocks.append(piece)
        else:
            result.streets.append(("lane", street))
            waiting += parts
    return result


def _target(plan: CityPlan, area: Polygon) -> float:
    """Usual block size in m²: denser near the middle."""
    middle = area.centroid
    share = math.hypot(middle.x - CENTRE[0], middle.y - CENTRE[1]) / plan.radius
    return 13_000 + 24_000 * max(share - 0.25, 0)


def _grant(
    plan: CityPlan, area: Polygon, open_wishes: list[Wish], result: Division, rng: Random
) -> bool:
    """Reserve ``area`` for the first open wish that it fits, not beside one of its kind."""
    middle = area.centroid
    share = math.hypot(middle.x - CENTRE[0], middle.y - CENTRE[1]) / plan.radius
    box = area.minimum_rotated_rectangle.area
    for number, wish in enumerate(open_wishes):
        low, high = wish.hectares
        if not low * 1e4 <= area.area <= high * 1e4 or area.area < 0.6 * box:
            continue
        if not wish.reach[0] <= share <= wish.reach[1] or rng.random() < 0.45:
            continue
        if any(
            kind == wish.kind and other.centroid.distance(middle) < 0.3 * plan.radius
            for kind, other in result.reserved
        ):
            continue
        result.reserved.append((wish.kind, area))
        del open_wishes[number]
        return True
    return False


def _cut(
    area: Polygon, rng: Random, *, bend: float = 0.06, tilt: float = 0.06
) -> tuple[list[Polygon], LineString | None]:
    """Split an area across its long axis by a new street; no street when every try made slivers."""
    for attempt in range(6):
        share = rng.uniform(0.38, 0.62) if attempt < 4 else 0.5
        line = cross_line(area, rng, share, bend if attempt < 4 else 0.0, tilt)
        parts = halves(area, line)
        if (
            len(parts) != 2
            or min(part.area for part in parts) < (0.26 if attempt < 4 else 0.12) * area.area
        ):
            continue
        street = longest(line.intersection(area))
        if street is not None and street.length > 35:
            return parts, street
    return [area], None


def carve(area: Polygon, square_metres: float, rng: Random) -> tuple[Polygon, Polygon] | None:
    """Cut a small ground off one end of a block: (ground, rest), or None when the block is too odd."""
    if area.area < square_metres * 1.4:
        return None
    share = square_metres / area.area
    line = cross_line(area, rng, share if rng.random() < 0.5 else 1 - share, 0.0, 0.0)
    parts = sorted(halves(area, line), key=lambda part: part.area)
    if len(parts) != 2 or parts[0].area < 0.45 * square_metres:
        return None
    small, rest = parts
    if small.area < 0.55 * small.minimum_rotated_rectangle.area:
        return None
    return small, rest
