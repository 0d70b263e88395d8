"""What lies on a ground: paths, ponds, school wings and pitches; called by grounds.py."""

import math
from random import Random

from shapely import LineString, Point, Polygon, affinity
from shapely.ops import unary_union

from geodata.demo.plan import Ground
from geodata.demo.shapes import axes, biggest, longest, smooth


def lay_park_paths(ground: Ground, rng: Random) -> None:
    """A winding circuit and two or three ways across."""
    circuit = biggest(ground.area.buffer(-16).simplify(6).buffer(-9).buffer(9))
    if circuit is not None and circuit.area > 1500:
        ground.paths.append(LineString(circuit.exterior.coords))
    edge = ground.area.exterior
    count = 2 if ground.area.area < 40_000 else 4
    for number in range(count):
        start = (number + rng.uniform(0, 0.5)) / count
        a = edge.interpolate(start % 1, normalized=True)
        b = edge.interpolate((start + rng.uniform(0.38, 0.6)) % 1, normalized=True)
        middle = ground.area.centroid
        sway = math.sqrt(ground.area.area) * 0.12
        via = (middle.x + rng.gauss(0, sway), middle.y + rng.gauss(0, sway))
        way = longest(smooth([(a.x, a.y), via, (b.x, b.y)]).intersection(ground.area))
        if way is not None:
            ground.paths.append(way)


def lay_pond(ground: Ground, rng: Random) -> None:
    """A pond with a soft edge near the middle."""
    core = biggest(ground.area.buffer(-math.sqrt(ground.area.area) * 0.22))
    if core is None:
        return
    size = math.sqrt(ground.area.area) * 0.13
    blob = unary_union(
        [
            Point(
                core.centroid.x + rng.gauss(0, size), core.centroid.y + rng.gauss(0, size)
            ).buffer(size * rng.uniform(0.6, 1.1))
            for _ in range(4)
        ]
    )
    shore = biggest(blob.buffer(10).buffer(-10).intersection(core))
    if shore is not None:
        ground.ponds.append(shore)


def lay_cemetery_paths(ground: Ground) -> None:
    """A main axis, a cross axis and narrower ways parallel to it."""
    (ux, uy), length, width = axes(ground.area)
    middle = ground.area.minimum_rotated_rectangle.centroid
    lanes = max(round(width / 38), 2)
    ways = [(ux, uy, -uy, ux, width * (i / lanes - 0.5)) for i in range(1, lanes)]
    cross = max(round(length / 55), 2)
    ways += [(-uy, ux, ux, uy, length * (i / cross - 0.5)) for i in range(1, cross)]
    inner = ground.area.buffer(-5)
    for dx, dy, ox, oy, shift in ways:
        x, y = middle.x + ox * shift, middle.y + oy * shift
        line = LineString([(x - dx * 900, y - dy * 900), (x + dx * 900, y + dy * 900)])
        way = longest(line.intersection(inner))
        if way is not None and way.length > 25:
            ground.paths.append(way)


def lay_wings(ground: Ground, rng: Random) -> None:
    """A school building of two or three wings along the long side."""
    (ux, uy), length, width = axes(ground.area)
    turn = math.degrees(math.atan2(uy, ux))
    middle = ground.area.centroid
    x, y = middle.x - uy * width * 0.16, middle.y + ux * width * 0.16
    size = min(length * 0.26, 36), min(width * 0.1, 9)
    body = Polygon(
        [(-size[0], -size[1]), (size[0], -size[1]), (size[0], size[1]), (-size[0], size[1])]
    )
    wing = affinity.translate(affinity.scale(body, 0.28, 2.1), -size[0] * 0.6, -size[1] * 1.6)
    shape = unary_union([body, wing, affinity.translate(wing, size[0] * rng.uniform(0.9, 1.25), 0)])
    placed = affinity.translate(affinity.rotate(shape, turn, origin=(0, 0)), x, y)
    house = biggest(placed.intersection(ground.area.buffer(-7)))
    if house is not None:
        ground.houses.append(house)


def lay_pitches(ground: Ground) -> None:
    """One or two football pitches (drawn as ways around them) along the long axis."""
    (ux, uy), length, _ = axes(ground.area)
    turn = math.degrees(math.atan2(uy, ux))
    count = 2 if length > 235 else 1
    inner = ground.area.buffer(-11)
    for number in range(count):
        shift = (number - (count - 1) / 2) * min(length / count, 118)
        centre = Point(ground.area.centroid.x + ux * shift, ground.area.centroid.y + uy * shift)
        half = (50.0, 32.0) if length > 150 else (33.0, 21.0)
        pitch = Polygon([(-half[0], -half[1]), (half[0], -half[1]), half, (-half[0], half[1])])
        placed = affinity.translate(affinity.rotate(pitch, turn, origin=(0, 0)), centre.x, centre.y)
        if placed.intersection(inner).area > 0.8 * placed.area:
            kept = biggest(placed.intersection(inner))
            if kept is not None:
                ground.paths.append(LineString(kept.exterior.coords))
