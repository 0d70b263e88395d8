"""The drawn base map of the demo city: waters, greens, houses, paths, roads and the railway."""

from collections.abc import Iterator

from shapely.geometry.base import BaseGeometry

from geodata.demo.plan import CityPlan

#: Kinds of ground that a map paints green.
GREEN = {"park", "cemetery", "playground", "sports", "forest", "compensation"}
Feature = tuple[str, str, BaseGeometry]


def features(plan: CityPlan) -> Iterator[Feature]:
    """Kind, name and geometry of everything drawn; names only where a map shows them."""
    for name, area in plan.water:
        yield "water", name, area
    for ground in plan.grounds:
        if ground.kind in GREEN:
            yield "green", ground.name, ground.area
        for pond in ground.ponds:
            yield "water", "", pond
        for house in ground.houses:
            yield "building", ground.name, house
        for path in ground.paths:
            yield "path", "", path
    for house in plan.houses:
        yield "building", "", house
    for street in plan.streets:
        yield ("main_road" if street.kind == "main" else "road"), street.name, street.line
    yield "rail", "", plan.rail
