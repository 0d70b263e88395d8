"""Tree tiles say the truth: who sees what, every tree in exactly one cell, no tile too large."""

import math
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.http import QueryDict

from baumkataster.models import Tree
from geodata.rules.tilemath import Tile
from geodata.tiles import base_tile, trees
from geodata.tiles.statement import run
from geodata.tiles.tree_sql import ON_MAP, street_tile
from inspections.filters import TreeFilter, parse
from inspections.models import ControlPlan, Measure, RuleSet
from tests import mvt
from tests.factories import (
    load_reference_data,
    make_district,
    make_place,
    make_site,
    make_species,
    make_tree,
    make_unit,
    make_user,
    point,
)
from tests.tile_drawing import drawn

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


def tile_of(tree: Tree, z: int) -> Tile:
    """The tile in which a tree stands, by the textbook's formula."""
    lonlat = tree.geom.transform(4326, clone=True)
    n = 2**z
    lat = math.radians(lonlat.y)
    y = (1 - math.asinh(math.tan(lat)) / math.pi) / 2 * n
    return Tile(z, int((lonlat.x + 180) / 360 * n), int(y))


def plan(tree: Tree, **values: Any) -> ControlPlan:
    """A due date as replan would write it."""
    due = values.pop("due_on", DAY + timedelta(days=400))
    defaults = {
        "required": True,
        "due_on": due,
        "tolerance_until": due and due + timedelta(days=90),
        "never": False,
        "basis": "inspection",
        "rule_set": RuleSet.objects.get(),
    }
    ControlPlan.objects.filter(tree=tree).delete()
    return ControlPlan.objects.create(tree=tree, **(defaults | values))


@pytest.fixture(autouse=True)
def reference_data() -> None:
    load_reference_data()


def layers(tile: Tile, visitor: Any, query: str = "") -> dict[str, list[mvt.Feature]]:
    tree_filter = parse(QueryDict(query), visitor=visitor)
    return mvt.read(drawn(tile, visitor=visitor, tree_filter=tree_filter, day=DAY))


def test_a_tree_carries_its_dates_and_no_colour() -> None:
    tree = make_tree(number="17a", crown_diameter_m=7.5)
    plan(tree, due_on=date(2026, 12, 1), exempt_until=date(2026, 1, 1))
    found = layers(tile_of(tree, 18), make_user("arborist"))["trees"]
    assert len(found) == 1
    assert found[0].properties == {
        "id": str(tree.pk),
        "nr": "17a",
        "sp": "Winter-Linde",
        "st": "standing",
        "due": "2026-12-01",
        "tol": "2027-03-01",
        "ex": "2026-01-01",
        "req": True,
        "nv": False,
        "imm": False,
        "cr": 7.5,
    }


@pytest.mark.parametrize("z", [15, 17, 19])
def test_trees_lie_where_the_database_says_and_in_the_margin_too(z: int) -> None:
    first = make_tree()
    tile = tile_of(first, z)
    quad, place = tile.quad(), first.site.place
    assert quad is not None
    (x, y), (ex, ey), (sx, sy) = quad.north_west, quad.north_east, quad.south_west
    for u in (-0.1, -0.025, 0.01, 0.5, 0.99, 1.025, 1.1):
        for v in (-0.1, -0.025, 0.01, 0.5, 0.99, 1.025, 1.1):
            place_of = (x + (ex - x) * u + (sx - x) * v, y + (ey - y) * u + (sy - y) * v)
            make_tree(place=place, geom=Point(*place_of, srid=25832))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::text, ST_X(p), ST_Y(p) FROM (SELECT id, ST_AsMVTGeom("
            " ST_Transform(geom, 3857), ST_TileEnvelope(%s, %s, %s), 4096, 128, true) AS p"
            " FROM baumkataster_tree) t WHERE p IS NOT NULL",
            [tile.z, tile.x, tile.y],
        )
        expected = {key: (x, y) for key, x, y in cursor.fetchall()}
    found = {
        tree.properties["id"]: tree.start for tree in layers(tile, make_user("planner"))["trees"]
    }
    assert len(expected) == 1 + 25 and found.keys() == expected.keys()
    for key, (x, y) in expected.items():
        assert found[key] == (pytest.approx(x, abs=1), pytest.approx(y, abs=1))


def test_open_immediate_measures_are_marked_until_they_end() -> None:
    tree, supervisor = make_tree(), make_user("supervisor")
    measure = Measure.objects.create(
        tree=tree,
        kind_id="felling",
        urgency_id="1",
        ordered_on=DAY,
        ordered_by=supervisor,
    )
    tile = tile_of(tree, 18)
    assert layers(tile, supervisor)["trees"][0].properties["imm"] is True
    assert layers(tile_of(tree, 12), supervisor)["cells"][0].properties["imm"] == 1
    Measure.objects.filter(pk=measure.pk).update(
        state="cancelled", end_reason="Irrtum", ended_by=supervisor, ended_at="2026-11-23T08:00Z"
    )
    assert layers(tile, supervisor)["trees"][0].properties["imm"] is False


def test_felled_trees_leave_an_empty_site() -> None:
    tree = make_tree(status="felled", felled_on=DAY)
    make_site(geom=tree.geom, number="gone", active=False)
    found = layers(tile_of(tree, 17), make_user("planner"))
    assert "trees" not in found
    assert [site.properties["id"] for site in found["sites"]] == [str(tree.site_id)]
    assert "sites" not in layers(tile_of(tree, 16), make_user("planner"))


def test_a_tile_planned_once_for_all_is_the_same_tile() -> None:
    tree = make_tree()
    make_site(geom=Point(tree.geom.x + 20, tree.geom.y, srid=25832))
    make_tree(geom=Point(tree.geom.x + 9000, tree.geom.y, srid=25832))
    tile = tile_of(tree, 17)
    shown = {"groups": True, "sites": True, "districts": None, "places": None}
    quad = tile.quad()
    assert quad is not None
    params = {"z": tile.z, "x": tile.x, "y": tile.y, "statuses": ON_MAP, "on_map": ON_MAP}
    params |= shown | quad.axes()
    texts = [street_tile("", limit=9, planned_once=once) for once in (False, True)]
    one, other = [run(text, params) for text in texts]
    assert one == other and one[1] == 1
    # The place of the tile is hidden from the planner, or it plans each tile of a large city anew.
    assert [text.count("&& box.near") for text in texts] == [0, 3]
    # Known by its bytes, or by its mark.
    assert [text.count("ORDER BY id) q") for text in texts] == [1, 0]


@pytest.mark.parametrize("z", [16, 17])
def test_one_statement_short_enough_to_be_kept_draws_all_tiles_of_a_street(z: int) -> None:
    tree, planner = make_tree(), make_user("planner")
    tile = tile_of(tree, z)
    for step in range(9):
        layers(Tile(z, tile.x + step, tile.y), planner)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(generic_plans), max(length(statement))"
            " FROM pg_prepared_statements WHERE statement LIKE '%%ST_AsMVT%%'"
        )
        statements, once_for_all, letters = cursor.fetchone()
    # PostgreSQL tries five with their values first. psycopg keeps what it read of shorter texts.
    assert (statements, once_for_all) == (1, 4) and letters < 4096


@pytest.mark.parametrize("z", [6, 8, 10, 12, 14])
def test_every_tree_is_in_exactly_one_cell(z: int) -> None:
    unit = make_unit()
    place = make_place(unit=unit)
    stood = [make_tree(place=place, geom=point(i * 37.0, (i % 7) * 211.0)) for i in range(40)]
    planner = make_user("planner")
    tiles = {tile_of(tree, z) for tree in stood}
    around = {Tile(z, t.x + dx, t.y + dy) for t in tiles for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    cells = [cell for tile in around for cell in layers(tile, planner).get("cells", [])]
    assert sum(cell.properties["n"] for cell in cells) == len(stood)


def test_trees_at_the_sides_of_a_tile_are_counted_once() -> None:
    middle = tile_of(make_tree(), 12)
    quad = middle.quad()
    assert quad is not None
    place, number = make_place(), 1
    corners = [quad.north_west, quad.north_east, quad.south_east, quad.south_west]
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        for share in (0, 0.02, 0.3, 0.98):
            x, y = x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
            for dx, dy in ((0, 0), (0.01, 0.01), (-0.01, -0.01), (9, -9), (-9, 9)):
                make_tree(place=place, geom=Point(x + dx, y + dy, srid=25832))
                number += 1
    planner = make_user("planner")
    around = [Tile(12, middle.x + dx, middle.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    counted = [sum(c.properties["n"] for c in layers(t, planner).get("cells", [])) for t in around]
    assert sum(counted) == number
    assert 20 < counted[4] < number - 20


def test_a_cell_names_its_worst_state() -> None:
    place = make_place()
    dates = {"ok": 400, "due30": 5, "tolerance": -5}
    for number, days in enumerate(dates.values()):
        plan(make_tree(place=place, geom=point(number)), due_on=DAY + timedelta(days=days))
    tree = Tree.objects.first()
    assert tree is not None
    (cell,) = layers(tile_of(tree, 13), make_user("planner"))["cells"]
    assert cell.properties == {"n": 3, "worst": "tolerance", "imm": 0}
    assert 0 <= cell.start[0] <= 4096 and 0 <= cell.start[1] <= 4096


def test_a_cell_lies_at_the_middle_of_its_trees() -> None:
    tree = make_tree()
    (cell,) = layers(tile_of(tree, 14), make_user("planner"))["cells"]
    (single,) = layers(tile_of(tree, 18), make_user("planner"))["trees"]
    far, near = tile_of(tree, 14), tile_of(tree, 18)
    for axis, (tile, inner) in enumerate(((far.x, near.x), (far.y, near.y))):
        expected = ((inner + single.start[axis] / 4096) / 16 - tile) * 4096
        assert cell.start[axis] == pytest.approx(expected, abs=2)


def test_contractors_see_only_trees_with_work_of_their_own() -> None:
    contractor = make_user("contractor")
    place = make_place()
    mine = make_tree(place=place, geom=point(1))
    make_tree(place=place, geom=point(2))
    make_site(geom=point(3))
    Measure.objects.create(
        tree=mine,
        kind_id="felling",
        urgency_id="1",
        ordered_on=DAY,
        ordered_by=make_user("supervisor"),
        contractor=contractor,
    )
    found = layers(tile_of(mine, 18), contractor)
    assert set(found) == {"trees"}
    assert [tree.properties["id"] for tree in found["trees"]] == [str(mine.pk)]
    assert layers(tile_of(mine, 12), contractor)["cells"][0].properties["n"] == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=due30", {"A"}),
        ("state=due30&state=overdue", {"A", "B"}),
        ("due_until=2026-11-30", {"A", "B"}),
        ("q=ahorn", {"B"}),
        ("q=Lindenallee+B", {"B"}),
        ("status=felled", set()),
        ("bbox=0.5,50,0.6,51", {"A", "B", "C"}),
        ("mine=1", {"A", "B", "C"}),
    ],
)
@pytest.mark.parametrize("z", [14, 18])
def test_filters_of_the_map(query: str, expected: set[str], z: int) -> None:
    arborist = make_user("arborist")
    unit = make_unit(supervisor=arborist)
    place = make_place(name="Lindenallee", unit=unit)
    maple = make_species(botanical_name="Acer campestre", german_name="Feld-Ahorn", genus="Acer")
    for number, due, species in [
        ("A", date(2026, 11, 30), make_species()),
        ("B", date(2026, 1, 1), maple),
        ("C", date(2028, 1, 1), make_species()),
    ]:
        plan(make_tree(place=place, number=number, geom=point(), species=species), due_on=due)
    make_tree(place=make_place(name="Ohne Plan"), number="X", geom=point(1))
    found = layers(tile_of(Tree.objects.all()[0], z), arborist, query)
    if z == 14:
        assert sum(c.properties["n"] for c in found.get("cells", [])) == (
            len(expected) + query.startswith("bbox")
        )
    else:
        seen = {tree.properties["nr"] for tree in found.get("trees", [])}
        assert seen - {"X"} == expected


def test_district_and_place_narrow_groups_and_sites_too() -> None:
    district = make_district()
    inside = make_site(geom=point(1), district=district)
    outside = make_site(geom=point(2))
    tree = make_tree(geom=point(3), district=district)
    planner = make_user("planner")
    tile = tile_of(tree, 18)
    assert {s.properties["id"] for s in layers(tile, planner)["sites"]} == {
        str(inside.pk),
        str(outside.pk),
    }
    narrowed = layers(tile, planner, f"district={district.pk}")
    assert {s.properties["id"] for s in narrowed["sites"]} == {str(inside.pk)}
    assert len(narrowed["trees"]) == 1
    assert "sites" not in layers(tile, planner, "q=Linde")


def test_a_crowded_tile_is_counted_instead_of_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MAX_TREES", 5)
    place = make_place()
    stood = [make_tree(place=place, geom=point(i * 0.01)) for i in range(6)]
    found = layers(tile_of(stood[0], 18), make_user("planner"))
    assert "trees" not in found
    assert sum(cell.properties["n"] for cell in found["cells"]) == 6


def test_no_tile_passes_half_a_megabyte() -> None:
    site = make_site()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO baumkataster_site (place_id, number, geom)"
            " SELECT place_id, 'Nummer-' || n, ST_Translate(geom, (n %% 60) * 0.9, (n / 60) * 0.9)"
            " FROM baumkataster_site, generate_series(1, %s) n WHERE id = %s",
            [trees.MAX_TREES, site.pk],
        )
        cursor.execute(
            "INSERT INTO baumkataster_tree (site_id, geom, status, species_as_given,"
            "  position_source, origin, crown_diameter_m)"
            " SELECT id, geom, 'standing', 'Tilia cordata Nummer ' || number, 'unknown', 'survey',"
            "  (row_number() OVER () % 200) / 10.0 + 1"
            " FROM baumkataster_site WHERE number LIKE 'Nummer-%'"
        )
        cursor.execute(
            "INSERT INTO inspections_controlplan (tree_id, required, not_required_reason, due_on,"
            "  tolerance_until, never, basis, phase, condition, expectation, rule_set_id)"
            " SELECT t.id, true, '', '2026-01-01'::date + (row_number() OVER ())::int, '2036-01-01',"
            "  false, 'inspection', '', '', '', r.id FROM baumkataster_tree t, inspections_ruleset r"
        )
    tree = Tree.objects.first()
    assert tree is not None
    home = tile_of(tree, 15)
    around = [Tile(15, home.x + dx, home.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    planner = make_user("planner")
    sizes = [
        len(drawn(tile, visitor=planner, tree_filter=TreeFilter(), day=DAY)) for tile in around
    ]
    assert 250_000 < max(sizes) < 500_000


def test_the_base_map_has_features_and_districts() -> None:
    make_district(name="Mitte")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO baumkataster_basefeature (kind, name, geom) VALUES"
            " ('main_road', 'Ring', 'SRID=25832;LINESTRING(446900 5888000, 447100 5888000)'),"
            " ('building', '', ST_MakeEnvelope(447000, 5888000, 447020, 5888020, 25832))"
        )
    tree = make_tree(geom=point())
    near = mvt.read(base_tile(tile_of(tree, 17)))
    assert [(f.properties, f.kind) for f in near["base"]] == [
        ({"kind": "building"}, 3),
        ({"kind": "main_road", "name": "Ring"}, 2),
    ]
    assert near["districts"][0].properties["name"] == "Mitte"
    far = mvt.read(base_tile(tile_of(tree, 12)))
    assert [f.properties["kind"] for f in far["base"]] == ["main_road"]
