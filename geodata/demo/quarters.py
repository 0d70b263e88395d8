"""Divides the city into named quarters along ring, river and radials without gap or overlap."""

import math
from random import Random
from uuid import UUID

from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.ops import polygonize, unary_union

from geodata.demo.names import QUARTERS
from geodata.demo.plan import CityPlan, Quarter
from geodata.demo.shapes import CENTRE, polar


def draw_quarters(plan: CityPlan, rng: Random) -> None:
    """The old town and six quarters around it; most borders follow the radial roads."""
    core = plan.ring
    borders = [_border(plan, turn) for turn in _turns(plan)]
    lines = [*borders, core.exterior, plan.outline.exterior]
    faces = [f for f in polygonize(unary_union(lines)) if plan.outline.buffer(1).contains(f)]
    outer = [f for f in faces if not core.contains(f.representative_point())]
    wedges: dict[int, list[Polygon]] = {}
    for face in outer:
        wedges.setdefault(_wedge(face.representative_point(), borders), []).append(face)
    shapes = [core, *(unary_union(wedges[key]) for key in sorted(wedges))]
    for number, shape in enumerate(shapes):
        if not isinstance(shape, (Polygon, MultiPolygon)):
            continue
        plan.quarters.append(
            Quarter(
                id=UUID(int=rng.getrandbits(128), version=4),
                code=f"{number + 1:02d}",
                name=QUARTERS[number],
                area=shape,
            )
        )


def _turns(plan: CityPlan) -> list[LineString]:
    """The roads that part quarters: all radials but one."""
    radials = [s.line for s in plan.streets if s.name.endswith(" Straße") and s.kind == "main"]
    return radials[:6] if len(radials) < 8 else radials[:7]


def _border(plan: CityPlan, road: LineString) -> LineString:
    """The road, lengthened inwards to the ring and outwards over the city limits."""
    start, end = Point(road.coords[0]), Point(road.coords[-1])
    turn = math.atan2(start.y - CENTRE[1], start.x - CENTRE[0])
    out = math.atan2(end.y - CENTRE[1], end.x - CENTRE[0])
    inner = polar(turn, plan.radius * 0.05)
    return LineString([inner, *road.coords, polar(out, plan.radius * 1.5)])


def _wedge(point: Point, borders: list[LineString]) -> int:
    """Number of the wedge between two neighbouring borders that holds a point.

    Each border is walked outwards; the point lies between the last one clockwise of it and the
    next. At the point's own distance from the centre the border's angle is compared.
    """
    distance = math.hypot(point.x - CENTRE[0], point.y - CENTRE[1])
    here = math.atan2(point.y - CENTRE[1], point.x - CENTRE[0])
    gaps: list[tuple[float, int]] = []
    for number, border in enumerate(borders):
        at = min(
            (border.interpolate(border.length * i / 200) for i in range(201)),
            key=lambda p: abs(math.hypot(p.x - CENTRE[0], p.y - CENTRE[1]) - distance),
        )
        angle = math.atan2(at.y - CENTRE[1], at.x - CENTRE[0])
        gaps.append(((here - angle) % math.tau, number))
    return min(gaps)[1]
