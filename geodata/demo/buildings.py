"""Draws houses along the streets of each block: closed rows in the old town, gardens further out."""

import math
from random import Random

from shapely import LineString, Point, Polygon, STRtree

from geodata.demo.plan import CityPlan
from geodata.demo.shapes import CENTRE, biggest


def build_houses(plan: CityPlan, blocks: list[Polygon], rng: Random) -> None:
    """Fill ``plan.houses``; blocks are without their roads already."""
    for block in blocks:
        middle = block.centroid
        share = math.hypot(middle.x - CENTRE[0], middle.y - CENTRE[1]) / plan.radius
        if share < 0.26:
            plan.houses += _closed(block, rng)
        elif share < 0.42:
            plan.houses += _along(block, rng, front=(10, 17), depth=(10, 13), gap=(0, 4), setback=4)
        else:
            plan.houses += _along(block, rng, front=(9, 15), depth=(8, 12), gap=(5, 13), setback=6)


def _closed(block: Polygon, rng: Random) -> list[Polygon]:
    """A row of houses wall to wall around a yard, cut into fronts of 7 to 16 m."""
    outer = block.buffer(-1.2)
    yard = outer.buffer(-rng.uniform(10, 13))
    ring = outer.difference(yard)
    body = biggest(ring)
    if body is None:
        return []
    if yard.is_empty:
        return [body]
    return _along(block, rng, front=(7, 16), depth=(9, 13), gap=(0.3, 0.9), setback=1.2)


def _along(
    block: Polygon,
    rng: Random,
    *,
    front: tuple[float, float],
    depth: tuple[float, float],
    gap: tuple[float, float],
    setback: float,
) -> list[Polygon]:
    """Houses that face the block's edge, none over another or over the edge."""
    edge = block.simplify(1.5).exterior
    if edge is None or block.area < 500:
        return []
    line = LineString(edge.coords)
    houses: list[Polygon] = []
    row = setback + rng.uniform(-0.6, 0.9)
    inner = block.buffer(-setback * 0.55)
    position = rng.uniform(0, 6)
    while position < line.length - front[0]:
        width = rng.uniform(*front)
        house = _house(line, position, width, rng.uniform(*depth), row)
        position += width + rng.uniform(*gap)
        if house is not None and inner.contains(house):
            houses.append(house)
    return _apart(houses)


def _house(
    line: LineString, position: float, width: float, depth: float, setback: float
) -> Polygon | None:
    """A rectangle with its front parallel to the edge; None round a corner."""
    a = line.interpolate(position)
    b = line.interpolate(min(position + width, line.length))
    length = math.hypot(b.x - a.x, b.y - a.y)
    if length < width * 0.93:
        return None
    ux, uy = (b.x - a.x) / length, (b.y - a.y) / length
    # Exterior rings of shapely polygons may run either way; try the left side, then the right.
    for sign in (1, -1):
        nx, ny = -uy * sign, ux * sign
        probe = Point((a.x + b.x) / 2 + nx * setback, (a.y + b.y) / 2 + ny * setback)
        if Polygon(line.coords).contains(probe):
            x, y = a.x + nx * setback, a.y + ny * setback
            return Polygon(
                [
                    (x, y),
                    (x + ux * length, y + uy * length),
                    (x + ux * length + nx * depth, y + uy * length + ny * depth),
                    (x + nx * depth, y + ny * depth),
                ]
            )
    return None


def _apart(houses: list[Polygon]) -> list[Polygon]:
    """Leave out houses that would overlap one before them."""
    if len(houses) < 2:
        return houses
    tree = STRtree(houses)
    kept: set[int] = set()
    for number, house in enumerate(houses):
        around = tree.query(house, predicate="intersects")
        if not any(int(other) in kept for other in around if int(other) != number):
            kept.add(number)
    return [houses[number] for number in sorted(kept)]
