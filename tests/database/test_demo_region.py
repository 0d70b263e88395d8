"""A very large demo city: one drawn town told many times, consistent and never a plain copy."""

from collections import Counter
from datetime import date
from itertools import combinations
from math import dist

import pytest
from django.db import connection, transaction
from shapely.geometry import Point

from baumkataster.models import Change, CitySettings, District, Place, Tree, Unit
from geodata.demo.city import make_city
from geodata.demo.region import share, towns
from geodata.demo.shapes import CENTRE
from geodata.reference_data import SPECIES_FILE
from geodata.starting_demo import choose_passwords, load_city
from inspections.models import Finding, Inspection, Measure
from inspections.services import check_plans

DAY = date(2026, 11, 23)
TREES, TOWNS = 300, 4


@pytest.fixture(scope="module")
def loaded(tmp_path_factory, django_db_setup, django_db_blocker):
    """Loaded once for all tests of this module, in a transaction that is rolled back."""
    city = make_city(trees=TREES, seed=4, day=DAY, species=SPECIES_FILE)
    folder = tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_city(city=city, passwords=choose_passwords(""), folder=folder, towns=TOWNS)
        transaction.set_rollback(True)


def _ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql, {"day": DAY})
        return cursor.fetchall()


def test_each_town_has_all_rows_of_the_first(loaded):
    assert Tree.objects.standing().count() == TREES * TOWNS
    assert Tree.objects.count() == loaded.trees
    assert Inspection.objects.count() == loaded.inspections > 2.5 * loaded.trees
    assert Measure.objects.count() == loaded.measures
    assert Unit.objects.count() == 4 + TOWNS - 1
    assert all(unit.members.exists() and unit.supervisor_id for unit in Unit.objects.all())
    assert len(CitySettings.objects.get().outline) == TOWNS
    sizes = Counter(
        "" if "(" not in name else name.partition("(")[2]
        for name in Place.objects.values_list("name", flat=True)
    )
    assert len(sizes) == TOWNS and len(set(sizes.values())) == 1


def test_every_tree_stands_in_the_district_that_it_names(loaded):
    assert District.objects.values("name").distinct().count() == District.objects.count()
    assert _ask(
        "SELECT count(*) FROM baumkataster_tree t JOIN baumkataster_district d"
        " ON d.id = t.district_id WHERE NOT ST_DWithin(d.geom, t.geom, 0.05)"
    ) == [(0,)]


def test_evidence_refers_to_its_own_town(loaded):
    assert _ask(
        "SELECT count(*) FROM inspections_inspection i JOIN baumkataster_tree t ON t.id = i.tree_id"
        " JOIN baumkataster_site s ON s.id = t.site_id JOIN baumkataster_place p ON p.id = s.place_id"
        " WHERE i.seen_place <> p.name OR i.seen_number <> s.number"
        " OR NOT ST_Equals(i.seen_position, t.geom)"
    ) == [(0,)]
    assert _ask(
        "SELECT count(*) FROM inspections_measure m JOIN inspections_inspection i"
        " ON i.id = m.inspection_id WHERE i.tree_id <> m.tree_id"
    ) == [(0,)]
    assert _ask(
        "SELECT count(*) FROM inspections_finding f JOIN inspections_inspection i"
        " ON i.id = f.inspection_id JOIN inspections_finding o ON o.id = f.continues_id"
        " JOIN inspections_inspection j ON j.id = o.inspection_id WHERE i.tree_id <> j.tree_id"
    ) == [(0,)]
    assert Finding.objects.exclude(continues=None).exists()


def test_days_keep_their_order_and_inspectors_their_qualification(loaded):
    assert Inspection.objects.filter(inspected_on__gte=DAY).count() == 0
    assert _ask(
        "SELECT count(*) FROM inspections_inspection i"
        " JOIN baumkataster_tree t ON t.id = i.tree_id"
        " WHERE i.inspected_on <> (i.inspected_at AT TIME ZONE 'Europe/Berlin')::date"
        " OR i.received_at < i.inspected_at OR t.planted_on > i.inspected_on"
        " OR extract(isodow FROM i.inspected_on) > 5"
    ) == [(0,)]
    assert _ask(
        "SELECT count(*) FROM inspections_inspection i"
        " JOIN baumkataster_inspectoridentity own ON own.id = i.inspector_id"
        " WHERE own.user_id <> i.inspected_by_id OR EXISTS (SELECT FROM"
        " baumkataster_inspectoridentity later WHERE later.user_id = own.user_id"
        " AND later.valid_from > own.valid_from AND later.valid_from <= i.inspected_on)"
    ) == [(0,)]


def test_plans_are_the_rules_and_differ_from_town_to_town(loaded):
    assert check_plans(day=DAY) == []
    late = Counter(
        name.partition("(")[2]
        for (name,) in _ask(
            "SELECT p.name FROM inspections_controlplan c JOIN baumkataster_tree t"
            " ON t.id = c.tree_id JOIN baumkataster_site s ON s.id = t.site_id"
            " JOIN baumkataster_place p ON p.id = s.place_id WHERE c.tolerance_until < %(day)s"
        )
    )
    assert len(set(late.values())) > 1
    assert 0.02 < sum(late.values()) / (TREES * TOWNS) < 0.12


def test_what_cannot_wait_is_open_in_the_first_town_only_or_fresh(loaded):
    old = Measure.objects.open().filter(urgency__immediate=True, ordered_on__lt="2026-11-19")
    assert not old.exists()
    assert Measure.objects.open().filter(urgency__immediate=True).exists()


def test_the_history_has_a_row_for_every_row(loaded):
    inserts = Change.objects.filter(operation="insert", table_name="baumkataster_tree")
    assert inserts.count() == loaded.trees
    assert set(inserts.values_list("reason", flat=True)) == {"Demostadt geladen"}


def test_towns_lie_apart_and_have_names_of_their_own():
    found = towns(99, outline=Point(CENTRE).buffer(2400))
    x, y = CENTRE
    middles = [(t.a * x + t.b * y + t.dx, t.d * x + t.e * y + t.dy) for t in found]
    assert min(dist(p, q) for p, q in combinations([CENTRE, *middles], 2)) > 4800
    assert len({town.name for town in found}) == 99
    assert len({round(town.a, 3) for town in found}) > 90


@pytest.mark.parametrize(
    ("trees", "expected"), [(6000, (6000, 1)), (20_000, (20_000, 1)), (1_000_000, (20_000, 50))]
)
def test_a_large_city_is_shared_among_towns(trees, expected):
    assert share(trees) == expected
