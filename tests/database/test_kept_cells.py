"""Kept counts of the map's far zooms are what counting anew gives: after any change, on any day."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from baumkataster.models import Tree
from geodata.rules.tilemath import Tile
from geodata.rules.tree_cells import CELL_ZOOM, cells_of, woven
from geodata.tiles import kept_cells, trees
from inspections.filters import TreeFilter, parse
from inspections.models import ControlPlan, Measure, RuleSet
from tests import mvt
from tests.factories import load_reference_data, make_place, make_tree, make_user, point
from tests.tile_drawing import drawn

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
#: Days around which states change.
DAYS = [DAY, DAY + timedelta(1), DAY + timedelta(31), DAY + timedelta(200), DAY - timedelta(40)]


@pytest.fixture(autouse=True)
def city() -> list[Tree]:
    """Trees over a few kilometres, most with a due date of their own."""
    load_reference_data()
    rng, place = Random(3), make_place()
    found = []
    for number in range(40):
        tree = make_tree(
            place=place, number=str(number), geom=point(rng.uniform(0, 1500), rng.uniform(0, 1500))
        )
        if number % 8:
            due = DAY + timedelta(days=rng.randint(-150, 250))
            ControlPlan.objects.filter(tree=tree).delete()
            ControlPlan.objects.create(
                tree=tree,
                required=True,
                due_on=due,
                tolerance_until=due + timedelta(days=90),
                exempt_until=DAY + timedelta(days=20) if number % 9 == 0 else None,
                never=number % 7 == 0,
                basis="inspection",
                rule_set=RuleSet.objects.get(),
            )
        found.append(tree)
    return found


def _home(tree: Tree, z: int) -> Tile:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT floor((ST_X(p) + %(w)s) / (2 * %(w)s) * %(n)s)::int,"
            " floor((%(w)s - ST_Y(p)) / (2 * %(w)s) * %(n)s)::int FROM"
            " (SELECT ST_Transform(geom, 3857) AS p FROM baumkataster_tree WHERE id = %(id)s) t",
            {"w": 20037508.342789244, "n": 2**z, "id": tree.pk},
        )
        return Tile(z, *cursor.fetchone())


def _tiles() -> list[Tile]:
    return sorted(
        {_home(tree, z) for tree in Tree.objects.all() for z in (8, 11, 14)},
        key=lambda t: (t.z, t.x, t.y),
    )


def _cells(content: bytes) -> Counter[tuple[Any, ...]]:
    return Counter(
        (c.properties["n"], c.properties["worst"], c.properties["imm"])
        for c in mvt.read(content).get("cells", [])
    )


def _differing(day: date, query: str = "") -> list[Tile]:
    """Tiles whose kept counts are not those of the live path."""
    planner = make_user("planner", username=f"p{Random().random()}")
    asked = parse(QueryDict(query), visitor=planner)
    allowed, params = trees._allowed(planner, asked, day)
    return [
        tile
        for tile in _tiles()
        if _cells(drawn(tile, visitor=planner, tree_filter=asked, day=day))
        != _cells(trees._cells(tile, allowed, params, day=day, side=trees.CELLS))
    ]


def _marks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT cell) FROM geodata_stalecell")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("day", DAYS)
def test_counts_kept_on_one_day_are_right_on_every_day(day: date) -> None:
    assert kept_cells.refresh(day=DAY) > 10
    assert _marks() == 0
    assert _differing(day) == []


@pytest.mark.parametrize("query", ["state=overdue", "state=ok&state=none", "q=Lindenallee"])
def test_filters_count_the_same_kept_or_live(query: str) -> None:
    kept_cells.refresh(day=DAY)
    assert _differing(DAY, query) == []


def test_a_change_is_seen_at_once_and_kept_with_the_next_counting(city: list[Tree]) -> None:
    kept_cells.refresh(day=DAY)
    moved, felled, late, urgent = city[1], city[2], city[3], city[4]
    Tree.objects.filter(pk=moved.pk).update(geom=point(9000, 9000))
    assert _marks() == 2 and _differing(DAY) == []
    Tree.objects.filter(pk=felled.pk).update(status="felled", felled_on=DAY)
    ControlPlan.objects.filter(tree=late).update(
        due_on="2020-01-01", tolerance_until="2020-04-01", exempt_until=None, never=False
    )
    Measure.objects.create(
        tree=urgent, kind_id="felling", urgency_id="1", ordered_on=DAY, ordered_by=make_user()
    )
    make_tree(place=city[0].site.place, number="neu", geom=point(700, 700))
    assert _marks() >= 4 and _differing(DAY) == []
    kept_cells.refresh(day=DAY)
    assert _marks() == 0 and _differing(DAY) == []


def test_what_the_map_does_not_show_leaves_no_mark(city: list[Tree]) -> None:
    kept_cells.refresh(day=DAY)
    Tree.objects.filter(pk=city[1].pk).update(height_m=12)
    ControlPlan.objects.filter(tree=city[3]).update(interval_months=24)
    Measure.objects.create(
        tree=city[4], kind_id="deadwood", urgency_id="3", ordered_on=DAY, ordered_by=make_user()
    )
    assert _marks() == 0


def test_the_next_day_only_what_changes_is_counted_anew() -> None:
    squares = kept_cells.refresh(day=DAY)
    again = kept_cells.refresh(day=DAY + timedelta(days=5))
    assert 0 < again < squares
    assert kept_cells.refresh(day=DAY + timedelta(days=5)) == 0


def test_a_reader_keeps_what_it_had_to_count_if_it_is_today(
    monkeypatch: pytest.MonkeyPatch, city: list[Tree]
) -> None:
    monkeypatch.setattr(kept_cells, "WORTH_KEEPING", 2)
    planner, home = make_user("planner"), _home(city[0], 8)
    drawn(home, visitor=planner, tree_filter=TreeFilter(), day=DAY)
    assert _marks() > 10
    drawn(home, visitor=planner, tree_filter=TreeFilter(), day=DAY, keep=True)
    assert _marks() == 0


def test_contractors_are_never_answered_from_kept_counts(city: list[Tree]) -> None:
    kept_cells.refresh(day=DAY)
    contractor = make_user("contractor")
    tile = _home(city[0], 8)
    assert drawn(tile, visitor=contractor, tree_filter=TreeFilter(), day=DAY) == b""


def test_squares_of_a_tile_have_numbers_in_one_row(city: list[Tree]) -> None:
    for z in (0, 6, 10, 14, 17):
        tile = _home(city[0], z)
        first, end = cells_of(tile)
        assert end - first == 4 ** (CELL_ZOOM - z)
        assert first <= woven(_home(city[0], CELL_ZOOM)) < end
    with connection.cursor() as cursor:
        cursor.execute("SELECT baum_cell(geom) FROM baumkataster_tree WHERE id = %s", [city[0].pk])
        assert cursor.fetchone() == (woven(_home(city[0], CELL_ZOOM)),)
