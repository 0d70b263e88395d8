"""Plane geometry that all drawing of the demo city shares: noise by angle, smooth curves, splits."""

import math
from collections.abc import Callable, Iterator
from random import Random

from shapely import LineString, Point, Polygon
from shapely.ops import split

#: Middle of the city in EPSG:25832, metres (53.14 N 8.21 E).
CENTRE = (447_155.0, 5_888_136.0)
Xy = tuple[float, float]


def wobble(rng: Random, strength: float, waves: int = 5) -> Callable[[float], float]:
    """A smooth factor around 1 by angle: 1 ± about ``strength``."""
    parts = [
        (k, rng.uniform(0.3, 1.0) / math.pow(k, 0.6), rng.uniform(0, math.tau))
        for k in range(2, waves)
    ]
    total: float = sum(weight for _, weight, _ in parts)

    def factor(angle: float) -> float:
        return 1 + strength * sum(w * math.cos(k * angle + p) for k, w, p in parts) / total * 2

    return factor


def polar(angle: float, radius: float) -> Xy:
    """The point at ``angle`` (radians from east, anticlockwise) and ``radius`` from the centre."""
    return CENTRE[0] + radius * math.cos(angle), CENTRE[1] + radius * math.sin(angle)


def angle_of(point: Point) -> float:
    """Direction from the centre, radians in 0 … 2π."""
    return math.atan2(point.y - CENTRE[1], point.x - CENTRE[0]) % math.tau


def loop(radius: Callable[[float], float], points: int = 90) -> Polygon:
    """The closed shape whose radius depends on the angle."""
    angles = [math.tau * i / points for i in range(points)]
    return Polygon([polar(a, radius(a)) for a in angles])


def smooth(controls: list[Xy], steps: int = 12) -> LineString:
    """A Catmull-Rom curve through the control points."""
    padded = [controls[0], *controls, controls[-1]]
    points: list[Xy] = []
    for i in range(1, len(padded) - 2):
        a, b, c, d = padded[i - 1 : i + 3]
        for step in range(steps):
            t = step / steps
            points.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    points.append(controls[-1])
    return LineString(points)


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    """One coordinate of the Catmull-Rom curve between b and c."""
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def axes(area: Polygon) -> tuple[Xy, float, float]:
    """Direction of the long axis (unit vector), length and width of the tightest rectangle."""
    corners = list(area.minimum_rotated_rectangle.exterior.coords)
    (ax, ay), (bx, by), (cx, cy) = corners[0][:2], corners[1][:2], corners[2][:2]
    first, second = math.hypot(bx - ax, by - ay), math.hypot(cx - bx, cy - by)
    if first >= second:
        return ((bx - ax) / first, (by - ay) / first), first, second
    return ((cx - bx) / second, (cy - by) / second), second, first


def cross_line(area: Polygon, rng: Random, share: float, bend: float, tilt: float) -> LineString:
    """A slightly bent line across the long axis of ``area`` at ``share`` of its length."""
    (ux, uy), length, width = axes(area)
    middle = area.minimum_rotated_rectangle.centroid
    x = middle.x + ux * length * (share - 0.5)
    y = middle.y + uy * length * (share - 0.5)
    turn = math.atan2(uy, ux) + math.pi / 2 + rng.gauss(0, tilt)
    vx, vy, reach = math.cos(turn), math.sin(turn), width * 0.75 + 30
    sway = rng.uniform(-bend, bend) * width
    wave = rng.uniform(-bend, bend) * width * 0.5
    controls = [
        (x - vx * reach, y - vy * reach),
        (x - vx * reach / 3 + ux * (sway + wave), y - vy * reach / 3 + uy * (sway + wave)),
        (x + vx * reach / 3 + ux * (sway - wave), y + vy * reach / 3 + uy * (sway - wave)),
        (x + vx * reach, y + vy * reach),
    ]
    return smooth(controls, 6)


def halves(area: Polygon, line: LineString) -> list[Polygon]:
    """The pieces into which a line cuts an area."""
    return [part for part in split(area, line).geoms if isinstance(part, Polygon)]


def longest(shape: object) -> LineString | None:
    """The longest line of whatever an intersection left."""
    lines = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, LineString)]
    return max((line for line in lines if not line.is_empty), key=lambda x: x.length, default=None)


def polygons(shape: object) -> list[Polygon]:
    """The polygons of whatever an operation left."""
    parts = getattr(shape, "geoms", [shape])
    return [part for part in parts if isinstance(part, Polygon) and not part.is_empty]


def biggest(shape: object) -> Polygon | None:
    """The largest polygon of whatever a difference left."""
    return max(polygons(shape), key=lambda x: x.area, default=None)


def stations(line: LineString, spacing: float, start: float) -> Iterator[tuple[float, Xy, Xy]]:
    """Chainage, point and unit normal (to the left) every ``spacing`` metres along a line."""
    chainage = start
    while chainage < line.length - 1:
        here = line.interpolate(chainage)
        ahead = line.interpolate(min(chainage + 0.5, line.length))
        back = line.interpolate(max(chainage - 0.5, 0))
        dx, dy = ahead.x - back.x, ahead.y - back.y
        norm = math.hypot(dx, dy) or 1
        yield chainage, (here.x, here.y), (-dy / norm, dx / norm)
        chainage += spacing


def scattered(area: Polygon, rng: Random, count: int, tries: int = 30) -> Iterator[Point]:
    """Up to ``count`` random points inside an area."""
    left, low, right, high = area.bounds
    for _ in range(count):
        for _ in range(tries):
            point = Point(rng.uniform(left, right), rng.uniform(low, high))
            if area.contains(point):
                yield point
                break
