"""The drawn demo city holds together as a map: no gap between quarters, no ground over a road."""

from collections import Counter
from itertools import combinations

import pytest
from shapely import Point, STRtree
from shapely.ops import unary_union

from geodata.demo.basemap import features
from geodata.demo.town import draw_city


@pytest.fixture(scope="module", params=[1, 7])
def plan(request):
    return draw_city(seed=request.param, radius=1300)


def test_quarters_tessellate_the_city(plan):
    areas = [quarter.area for quarter in plan.quarters]
    assert 6 <= len(areas) <= 8
    assert len({quarter.name for quarter in plan.quarters}) == len(areas)
    assert all(area.is_valid for area in areas)
    assert unary_union(areas).symmetric_difference(plan.outline).area < 1
    assert sum(area.area for area in areas) == pytest.approx(plan.outline.area, abs=1)


def test_streets_have_names_of_their_own_and_form_one_net(plan):
    names = [street.name for street in plan.streets]
    assert len(names) == len(set(names))
    assert 150 <= len(names) <= 400
    assert Counter(street.kind for street in plan.streets)["main"] >= 9
    net = unary_union([street.line.buffer(0.5) for street in plan.streets])
    parts = sorted((part.area for part in getattr(net, "geoms", [net])), reverse=True)
    assert parts[0] > 0.9 * sum(parts)


def test_no_ground_lies_on_a_carriageway_in_the_river_or_on_another(plan):
    roads = unary_union([s.line.buffer(s.carriageway / 2) for s in plan.streets])
    for ground in plan.grounds:
        assert ground.area.is_valid and ground.area.area > 150, ground.name
        assert ground.area.intersection(roads).area < 1, ground.name
        assert ground.area.intersection(plan.river).area < 1, ground.name
    for one, other in combinations(plan.grounds, 2):
        assert one.area.intersection(other.area).area < 1, (one.name, other.name)


def test_every_kind_of_ground_is_there(plan):
    kinds = Counter(ground.kind for ground in plan.grounds)
    for kind in ("park", "school", "daycare", "playground", "cemetery", "sports"):
        assert kinds[kind] >= 1, kind
    names = [(ground.kind, ground.name) for ground in plan.grounds]
    assert len(names) == len(set(names))


def test_houses_stand_beside_the_roads_and_apart(plan):
    roads = unary_union([s.line.buffer(s.carriageway / 2) for s in plan.streets])
    assert len(plan.houses) > 1500
    assert not any(house.intersects(roads) for house in plan.houses)
    tree = STRtree(plan.houses)
    first, second = tree.query(plan.houses, predicate="overlaps")
    shared = sum(
        plan.houses[a].intersection(plan.houses[b]).area
        for a, b in zip(first, second, strict=True)
        if a < b
    )
    assert shared < 40


def test_old_town_is_denser_than_the_edge(plan):
    middle = plan.ring.centroid
    near = [h for h in plan.houses if h.centroid.distance(middle) < 250]
    assert unary_union(near).area / Point(middle).buffer(250).area > 0.15


def test_base_map_holds_only_valid_shapes(plan):
    found = list(features(plan))
    assert {kind for kind, _, _ in found} == {
        "water",
        "green",
        "building",
        "path",
        "road",
        "main_road",
        "rail",
    }
    assert all(shape.is_valid and not shape.is_empty for _, _, shape in found)
