"""A kept tile is taken again only while it is what drawing anew would give, whatever has changed."""

from collections.abc import Callable, Iterator
from datetime import date
from random import Random
from typing import Any

import psycopg
import pytest
from django.db import connection

from baumkataster.models import Site, Species, Tree, TreeGroup
from geodata.rules.tilemath import Tile
from geodata.tiles import marks, trees
from inspections.filters import TreeFilter
from inspections.models import ControlPlan, Measure
from tests.conftest import app_url
from tests.database.test_tiles import plan, tile_of
from tests.factories import (
    load_reference_data,
    make_place,
    make_site,
    make_species,
    make_tree,
    make_user,
    point,
)
from tests.server import cloned_database, on_database
from tests.tile_drawing import drawn

DAY = date(2026, 11, 23)
Deed = Callable[[Tree], Any]


def look(tile: Tile) -> bytes:
    """As somebody who sees all trees."""
    return drawn(tile, visitor=LOOKER[0], tree_filter=TreeFilter(), day=DAY)


def anew(tile: Tile) -> bytes:
    """Drawn without what is kept."""
    kept, trees.KEPT = trees.KEPT, marks.KeptTiles()
    try:
        return look(tile)
    finally:
        trees.KEPT = kept


#: The one who looks; a new one for each test.
LOOKER: list[Any] = []


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(trees, "KEPT", marks.KeptTiles())
    yield
    LOOKER.clear()


@pytest.fixture
def tree(db: None) -> Tree:
    load_reference_data()
    LOOKER.append(make_user("planner"))
    found = make_tree(number="1", species_as_given="", geom=point(0, 0))
    plan(found)
    make_site(number="leer", geom=point(3, 3), place=found.site.place)
    TreeGroup.objects.create(place=found.site.place, number="G1", geom=point(5, 5), tree_count=4)
    return found


def urgent(tree: Tree) -> None:
    Measure.objects.create(
        tree=tree, kind_id="felling", urgency_id="1", ordered_on=DAY, ordered_by=make_user()
    )


DEEDS: dict[str, Deed] = {
    "moved a little": lambda t: Tree.objects.update(geom=point(4, 0)),
    "felled": lambda t: Tree.objects.update(status="felled", felled_on=DAY),
    "a stump": lambda t: Tree.objects.update(status="stump"),
    "another species": lambda t: Tree.objects.update(
        species=make_species(botanical_name="Acer rubrum", german_name="Rot-Ahorn", genus="Acer")
    ),
    "species renamed": lambda t: Species.objects.update(german_name="Linde"),
    "a wider crown": lambda t: Tree.objects.update(crown_diameter_m=12),
    "a planned tree": lambda t: make_tree(place=t.site.place, number="2", geom=point(-3, 0)),
    "due": lambda t: ControlPlan.objects.update(
        due_on="2020-01-01", tolerance_until="2020-03-01", exempt_until=None, never=False
    ),
    "an immediate measure": urgent,
    "another number": lambda t: Site.objects.filter(pk=t.site_id).update(number="1a"),
    "another site": lambda t: Tree.objects.update(
        site=make_site(number="9", geom=point(500, 500), place=t.site.place)
    ),
    "an empty site": lambda t: make_site(number="3", geom=point(-5, 4), place=t.site.place),
    "an empty site given up": lambda t: Site.objects.filter(number="leer").update(active=False),
    "an empty site moved": lambda t: Site.objects.filter(number="leer").update(geom=point(9, 9)),
    "an empty site planted": lambda t: make_tree(
        site=Site.objects.get(number="leer"), geom=point(3, 3)
    ),
    "a group grown": lambda t: TreeGroup.objects.update(tree_count=5),
    "a group given up": lambda t: TreeGroup.objects.update(active=False),
    "another group": lambda t: TreeGroup.objects.create(
        place=t.site.place, number="G2", geom=point(-6, -6), tree_count=2
    ),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
def test_whatever_a_tile_shows_leaves_a_mark(tree: Tree, deed: Deed) -> None:
    tile = tile_of(tree, 17)
    before = look(tile)
    assert look(tile) is before
    deed(tree)
    assert look(tile) == anew(tile) != before


def test_an_urgency_that_becomes_immediate_marks_every_tile(tree: Tree) -> None:
    Measure.objects.create(
        tree=tree, kind_id="deadwood", urgency_id="3", ordered_on=DAY, ordered_by=make_user()
    )
    tile = tile_of(tree, 16)
    before = look(tile)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inspections_urgency SET immediate = true WHERE code = '3'")
    assert look(tile) == anew(tile) != before


def test_what_no_tile_shows_leaves_it_kept(tree: Tree) -> None:
    tile = tile_of(tree, 17)
    before = look(tile)
    Tree.objects.update(height_m=17, remarks="schief")
    ControlPlan.objects.update(interval_months=7)
    assert look(tile) is before


@pytest.mark.parametrize("z", [12, 14, 15, 16, 18, 20])
def test_neighbours_in_the_margin_count_too(tree: Tree, z: int) -> None:
    home = tile_of(tree, z)
    chance, place = Random(z), make_place()
    width = 40_075_017 / 2**z * 0.6
    others = [
        make_tree(
            place=place,
            number=f"n{number}",
            geom=point(chance.uniform(-width, width), chance.uniform(-width, width)),
        )
        for number in range(12)
    ]
    around = [Tile(z, home.x + dx, home.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    for other in others:
        for tile in around:
            look(tile)
        Tree.objects.filter(pk=other.pk).update(status="stump")
        assert [look(tile) for tile in around] == [anew(tile) for tile in around]


def test_a_browser_that_has_the_tile_is_told_so_without_drawing(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"visitor": LOOKER[0], "tree_filter": TreeFilter(), "day": DAY}
    tile = tile_of(tree, 16)
    first = trees.tree_tile(tile, **asked)
    # Another process has drawn nothing yet.
    monkeypatch.setattr(trees, "KEPT", marks.KeptTiles())
    monkeypatch.setattr(trees, "_street", None)
    again = trees.tree_tile(tile, **asked, seen=[first.etag])
    assert again == trees.Drawn(None, first.etag)
    monkeypatch.undo()
    assert trees.tree_tile(tile, **asked | {"day": date(2026, 11, 24)}).etag != first.etag


def test_words_are_gathered_and_no_mark_comes_back(tree: Tree, monkeypatch: Any) -> None:
    monkeypatch.setattr(marks, "GATHERED_FROM", 3)
    cells = marks.marked_cells(tile_of(tree, 15))
    seen = [marks.mark_now(cells, None)]
    with connection.cursor() as cursor:
        for _ in range(4):
            # In a test all is one transaction, whose marks would be one row.
            cursor.execute(
                "INSERT INTO geodata_tilemark (cell, by) SELECT %s, coalesce(max(by), 0) + 1"
                " FROM geodata_tilemark",
                [cells.strip("{}").split(",")[1]],
            )
            seen.append(marks.mark_now(cells, None))
    assert marks.gather_marks() == 1
    seen.append(marks.mark_now(cells, None))
    assert len(set(seen)) == len(seen)
    assert [mark.split(".")[0] for mark in seen[-2:]] == ["6", "2"]
    assert marks.gather_marks() == 0


def test_transactions_that_end_in_another_order_are_seen(
    template_database: str, django_db_blocker: Any
) -> None:
    """A begins, B begins and ends, a tile is kept, A ends; then all is gathered."""
    with (
        cloned_database("marks", template_database) as name,
        on_database(name, django_db_blocker),
    ):
        load_reference_data()
        LOOKER.append(make_user("planner"))
        one, other = make_tree(number="1"), make_tree(number="2")
        tile = tile_of(one, 16)
        with psycopg.connect(app_url(name)) as late:
            late.execute("UPDATE baumkataster_tree SET status = 'stump' WHERE id = %s", [one.pk])
            Tree.objects.filter(pk=other.pk).update(crown_diameter_m=3, status="stump")
            between = look(tile)
            assert look(tile) is between
        assert look(tile) == anew(tile) != between
        kept = trees.KEPT.get((tile, DAY))
        for turn in range(20):
            Tree.objects.filter(pk=one.pk).update(crown_diameter_m=turn + 1)
        assert marks.gather_marks() >= 1
        assert trees.KEPT.get((tile, DAY)) == kept
        assert look(tile) == anew(tile) != between


def test_a_process_keeps_no_more_than_it_may() -> None:
    kept = marks.KeptTiles(most_bytes=100)
    for number in range(5):
        kept.keep(number, "m", bytes(40))
    assert [kept.get(number) is not None for number in range(5)] == [False] * 3 + [True] * 2
    assert kept.get(3)
    kept.keep(5, "m", bytes(40))
    assert kept.get(3) and not kept.get(4)
    kept.keep(5, "n", bytes(20))
    assert kept.get(5) == ("n", bytes(20)) and kept.get(3)
