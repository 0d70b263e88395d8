"""The stand of the demo city: numbers, kinds and sizes that an arborist would believe."""

import hashlib
import json
import math
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest
from shapely import Point, STRtree

from geodata.demo.city import make_city
from geodata.demo.growth import phase_at, size_at
from geodata.demo.taxa import read_taxa
from geodata.demo.workdays import SHEDDING

SPECIES = Path(__file__).parents[2] / "fixtures" / "species.csv"
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def city():
    return make_city(trees=6000, seed=1, day=DAY, species=SPECIES)


@pytest.fixture(scope="module")
def standing(city):
    return [tree for tree in city.stand.trees if tree.standing]


def digest(city) -> str:
    """One hash over all that is random."""
    words = [
        *(str((t.id, t.x, t.y, t.taxon.name, t.size, t.status)) for t in city.stand.trees),
        *(str((i.id, i.at, i.vitality, i.findings)) for i in city.evidence.inspections),
        *(str((m.id, m.kind, m.state, m.done_on)) for m in city.evidence.measures),
        *(str((f.name, f.line.wkt)) for f in city.plan.streets),
    ]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def test_same_seed_and_day_give_the_same_city():
    first = make_city(trees=300, seed=5, day=DAY, species=SPECIES)
    again = make_city(trees=300, seed=5, day=DAY, species=SPECIES)
    other = make_city(trees=300, seed=6, day=DAY, species=SPECIES)
    assert digest(first) == digest(again) != digest(other)


@pytest.mark.parametrize("number", [50, 51, 400, 2500])
def test_the_number_of_standing_trees_is_exact(number):
    city = make_city(trees=number, seed=2, day=date(2026, 6, 2), species=SPECIES)
    assert sum(tree.standing for tree in city.stand.trees) == number


@pytest.mark.parametrize("number", [0, 49, 50_001])
def test_other_numbers_are_refused(number):
    with pytest.raises(ValueError, match="50"):
        make_city(trees=number, seed=1, day=DAY, species=SPECIES)


def test_about_120_kinds_with_city_like_shares(standing):
    kinds = Counter(tree.taxon.name for tree in standing)
    assert 105 <= len(kinds) <= 130
    genera = Counter(tree.taxon.genus for tree in standing)
    assert {"Acer", "Tilia", "Quercus"} == {genus for genus, _ in genera.most_common(3)}
    for genus in ("Betula", "Fraxinus", "Platanus", "Aesculus", "Carpinus"):
        assert genera[genus] > 60, genus
    assert max(kinds.values()) < 0.09 * len(standing)


def test_evergreen_conifers_stand_in_cemeteries_and_parks_not_in_streets(standing):
    share = {}
    for kind in ("street", "cemetery"):
        here = [t for t in standing if t.site.place.kind == kind]
        needles = [t for t in here if t.taxon.leaf_type == "conifer"]
        evergreen = [t for t in needles if t.taxon.genus not in SHEDDING]
        share[kind] = len(evergreen) / len(here)
    assert share["street"] < 0.05 and share["cemetery"] > 0.15


def test_sizes_stay_within_the_limits_of_the_kind_and_fit_each_other(standing):
    for tree in standing:
        size, taxon = tree.size, tree.taxon
        assert 6 <= size.girth_cm <= taxon.max_girth
        assert 1 <= size.height_m <= taxon.max_height
        assert 0.5 <= size.crown_m <= taxon.max_crown
        assert 0 <= size.crown_base_m < size.height_m
        assert list(size.stems) == sorted(size.stems, reverse=True)
        assert not size.stems or size.stems[0] == size.girth_cm


def test_older_trees_are_larger(standing):
    limes = [t for t in standing if t.taxon.genus == "Tilia" and not t.size.stems]
    young = [t.size.girth_cm for t in limes if DAY.year - t.planted_year < 15]
    old = [t.size.girth_cm for t in limes if DAY.year - t.planted_year > 60]
    assert sum(young) / len(young) < 55
    assert 110 < sum(old) / len(old) < 220


@pytest.mark.parametrize(
    ("years", "girth", "height"), [(0, (16, 22), (3.5, 6)), (60, (110, 190), (13, 25))]
)
def test_a_street_lime_grows_as_books_say(years, girth, height):
    lime = next(t for t in read_taxa(SPECIES) if t.name == "Tilia cordata")
    sizes = [size_at(lime, years, Random(n), in_street=True) for n in range(60)]
    assert girth[0] <= sum(s.girth_cm for s in sizes) / 60 <= girth[1]
    assert height[0] <= sum(s.height_m for s in sizes) / 60 <= height[1]


def test_phases_follow_standing_years(standing):
    for tree in standing:
        assert tree.phase == phase_at(tree.taxon, DAY.year - tree.planted_year)
    phases = Counter(tree.phase for tree in standing)
    assert 0.08 < phases["youth"] / len(standing) < 0.25
    assert phases["mature"] > phases["aging"] > phases["youth"] * 0.5


def test_numbers_are_unique_in_their_place_and_one_tree_stands_on_a_site(city, standing):
    numbers = Counter((str(s.place.id), s.number) for s in city.stand.sites)
    assert max(numbers.values()) == 1
    assert max(Counter(tree.site.id for tree in standing).values()) == 1


def test_avenues_are_rows_at_even_spacing_beside_the_carriageway(city, standing):
    lines = {street.name: street for street in city.plan.streets}
    rows: dict[tuple[str, str, str], list[float]] = {}
    for tree in standing:
        street = lines.get(tree.site.place.name)
        if street is None:
            continue
        point = Point(tree.x, tree.y)
        away = street.line.distance(point)
        assert street.carriageway / 2 + 0.5 < away < street.corridor / 2 + 1.5
        key = (street.name, tree.site.side, tree.taxon.name)
        rows.setdefault(key, []).append(street.line.project(point))
    gaps = [
        round(b - a)
        for row in rows.values()
        for a, b in zip(sorted(row), sorted(row)[1:], strict=False)
        if len(row) > 8
    ]
    usual = Counter(gaps)
    assert sum(usual[g] for g in range(7, 16)) > 0.7 * len(gaps)


def test_no_trunk_stands_in_water_in_a_house_or_on_a_road(city, standing):
    points = [Point(t.x, t.y) for t in standing]
    ponds = [pond for ground in city.plan.grounds for pond in ground.ponds]
    solid = [city.plan.river, *ponds, *city.plan.houses]
    roads = [s.line.buffer(s.carriageway / 2) for s in city.plan.streets]
    hits, _ = STRtree([*solid, *roads]).query(points, predicate="within")
    assert len(hits) == 0


def test_trees_of_grounds_stand_on_them(city, standing):
    for tree in standing:
        area = tree.site.place.area
        assert area is None or area.contains(Point(tree.x, tree.y))


def test_all_lives_are_told(city, standing):
    status = Counter(tree.status for tree in city.stand.trees)
    assert set(status) == {
        "planned",
        "planted",
        "standing",
        "felled",
        "stump",
        "vanished",
        "unverified",
    }
    duty = Counter(tree.duty for tree in standing)
    assert duty["city"] > 0.95 * len(standing)
    assert min(duty["other_owner"], duty["stand"], duty["none"]) > 0
    assert all(tree.duty == "city" or tree.duty_reason for tree in standing)
    assert all(
        (t.felled_on is None) == (t.standing or t.status == "planned") for t in city.stand.trees
    )
    occupied = {tree.site.id for tree in standing}
    assert sum(site.id not in occupied for site in city.stand.sites) > 100


def test_replacements_follow_their_predecessor_on_the_same_site(city):
    by_id = {tree.id: tree for tree in city.stand.trees}
    young = [tree for tree in city.stand.trees if tree.replaces is not None]
    assert len(young) > 100
    for tree in young:
        before = by_id[tree.replaces]
        assert before.site is tree.site and before.status == "felled"
        assert before.felled_on < tree.planted_on <= DAY


def test_groups_have_whole_shares_and_keep_off_single_trees(city, standing):
    assert len(city.stand.groups) >= 8
    tree = STRtree([Point(t.x, t.y) for t in standing])
    for group in city.stand.groups:
        assert sum(percent for _, percent in group.shares) == 100
        assert len({taxon.name for taxon, _ in group.shares}) == len(group.shares)
        assert group.area.is_valid and group.tree_count >= 4
        assert len(tree.query(group.area, predicate="contains")) == 0


def test_bylaw_marks_large_deciduous_trees(standing):
    for tree in standing:
        if "bylaw" in tree.protection:
            assert sum(tree.size.stems) >= 100 or tree.size.girth_cm >= 100
    assert sum("natural_monument" in t.protection for t in standing) > 5


def test_the_city_grows_with_its_trees(city):
    small = make_city(trees=400, seed=1, day=DAY, species=SPECIES)
    assert small.plan.radius < city.plan.radius / 2
    assert math.isclose(city.plan.radius, 1300, rel_tol=0.3)
