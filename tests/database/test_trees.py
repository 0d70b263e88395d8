"""The life of a tree through its services: what is written, refused and kept."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from baumkataster.errors import Refused, Stale
from baumkataster.models import Change, Site, Tree
from baumkataster.services import (
    correct_place,
    correct_tree,
    fell_tree,
    move_tree,
    plant_tree,
    replace_tree,
    report_vanished,
)
from inspections.models import ControlPlan
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _reference():
    make.load_reference_data()


@pytest.fixture
def planner():
    return make.make_user("planner")


@pytest.fixture
def place():
    return make.make_place(kind="street")


def plant(by, place, **values):
    defaults = {"species": make.make_species(), "planted_on": DAY, "phase": "youth"}
    return plant_tree(
        by=by, day=DAY, place=place, geom=values.pop("geom", make.point()), **(defaults | values)
    )


def test_planting_gives_the_next_free_number_district_and_due_date(planner, place):
    district = make.make_district()
    first, second = plant(planner, place), plant(planner, place, geom=make.point(5, 5))
    assert [first.site.number, second.site.number] == ["1", "2"]
    assert first.district == district == first.site.district
    plan = ControlPlan.objects.get(tree=first)
    assert plan.required and plan.never and plan.due_on == date(2027, 11, 23)


def test_a_number_is_given_once_per_place(planner, place):
    plant(planner, place, number="17")
    with pytest.raises(Refused) as refused:
        plant(planner, place, number=" 17 ", geom=make.point(9, 9))
    assert list(refused.value.problems) == ["number"]
    other = plant(planner, make.make_place(), number="17")
    assert other.site.number == "17"
    assert Tree.objects.count() == 2


def test_planting_twice_with_one_id_plants_once(planner, place):
    tree = plant(planner, place)
    again = plant(planner, place, id=tree.pk)
    assert again == tree and Tree.objects.count() == 1 and Site.objects.count() == 1


def test_two_trees_cannot_stand_on_one_site(planner, place):
    tree = plant(planner, place)
    with pytest.raises(Refused, match="steht schon ein Baum"):
        plant_tree(by=planner, day=DAY, site=tree.site, geom=make.point())


def test_correction_keeps_old_and_new_value_with_author(planner, place):
    tree = plant(planner, place)
    changed = correct_tree(
        by=planner,
        day=DAY,
        tree_id=tree.pk,
        version=1,
        changes={"girth_cm": 18, "height_m": Decimal("4.5"), "number": "12a"},
    )
    assert (changed.girth_cm, changed.site.number, changed.version) == (18, "12a", 2)
    row = Change.objects.filter(table_name="baumkataster_tree", operation="update").get()
    assert row.actor_id == planner.pk
    assert row.old == {"girth_cm": None, "height_m": None}
    assert row.new == {"girth_cm": 18, "height_m": 4.5}
    site = Change.objects.filter(table_name="baumkataster_site", operation="update").get()
    assert (site.old, site.new) == ({"number": "1"}, {"number": "12a"})


def test_stale_correction_is_refused_and_shows_both_values(planner, place):
    tree = plant(planner, place)
    correct_tree(by=planner, day=DAY, tree_id=tree.pk, version=1, changes={"girth_cm": 18})
    with pytest.raises(Stale) as stale:
        correct_tree(by=planner, day=DAY, tree_id=tree.pk, version=1, changes={"girth_cm": 20})
    (conflict,) = stale.value.conflicts
    assert (conflict.field, conflict.yours, conflict.theirs) == ("girth_cm", 20, 18)
    assert Tree.objects.get().girth_cm == 18


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"girth_cm": 2001}, "girth_cm"),
        ({"height_m": Decimal("81")}, "height_m"),
        ({"felled_on": DAY}, "felled_on"),
        ({"duty": "none"}, "duty_reason"),
        ({"duty": "none", "duty_reason": "  "}, "duty_reason"),
        ({"phase": "old"}, "phase"),
        ({"status": "felled"}, "status"),
    ],
)
def test_bad_values_are_refused_at_their_field(planner, place, changes, field):
    tree = plant(planner, place)
    with pytest.raises(Refused) as refused:
        correct_tree(by=planner, day=DAY, tree_id=tree.pk, version=1, changes=changes)
    assert field in refused.value.problems
    assert Tree.objects.get().version == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE baumkataster_tree SET status = 'felled'",
        "UPDATE baumkataster_tree SET girth_cm = 9999",
        "UPDATE baumkataster_tree SET duty = 'none'",
        "UPDATE baumkataster_tree SET felled_on = '2026-01-01'",
        "UPDATE baumkataster_tree SET geom = ST_SetSRID(geom, 4326)",
        "UPDATE baumkataster_tree SET geom = ST_SetSRID(ST_MakePoint(8.2, 53.1), 25832)",
        "UPDATE baumkataster_tree SET stems = ARRAY[0, 12]",
        "UPDATE baumkataster_tree SET position_source = 'satellite'",
        "UPDATE baumkataster_tree SET planted_year_source = 'guess'",
        "UPDATE baumkataster_tree SET origin = 'gift'",
    ],
)
def test_the_database_refuses_what_forms_would(planner, place, statement):
    plant(planner, place)
    with pytest.raises(Exception) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(error.value, IntegrityError) or "SRID" in str(error.value)


def test_moving_takes_the_site_along_and_keeps_accuracy(planner, place):
    tree = plant(planner, place)
    moved = move_tree(
        by=planner,
        day=DAY,
        tree_id=tree.pk,
        version=1,
        geom=make.point(3, 4),
        accuracy_m=Decimal("0.5"),
        source="gnss",
    )
    assert moved.geom.coords == moved.site.geom.coords == make.point(3, 4).coords
    assert (moved.position_accuracy_m, moved.position_source) == (Decimal("0.5"), "gnss")


def test_felled_tree_keeps_its_proof_and_needs_no_control(planner, place):
    tree = plant(planner, place)
    felled = fell_tree(
        by=planner, day=DAY, tree_id=tree.pk, version=1, felled_on=DAY, reason="Sturmschaden"
    )
    assert (felled.status, felled.felled_on) == ("felled", DAY)
    plan = ControlPlan.objects.get(tree=tree)
    assert (plan.required, plan.not_required_reason, plan.due_on) == (False, "not_standing", None)
    assert Change.objects.filter(operation="update", reason="Sturmschaden").exists()


def test_felling_needs_a_reason_and_a_day_that_has_been(planner, place):
    tree = plant(planner, place)
    for field, values in (
        ("reason", {"felled_on": DAY, "reason": " "}),
        ("felled_on", {"felled_on": date(2026, 11, 24), "reason": "x"}),
    ):
        with pytest.raises(Refused) as refused:
            fell_tree(by=planner, day=DAY, tree_id=tree.pk, version=1, **values)
        assert list(refused.value.problems) == [field]
    assert Tree.objects.get().status == "planted"


def test_replacement_takes_site_and_number_of_its_predecessor(planner, place):
    old = plant(planner, place, number="7")
    report_vanished(
        by=planner, day=DAY, tree_id=old.pk, version=1, on=DAY, reason="nicht auffindbar"
    )
    new = replace_tree(
        by=planner, day=DAY, tree_id=old.pk, version=None, species=old.species, planted_on=DAY
    )
    assert (new.site, new.replaces, new.status, new.phase) == (old.site, old, "planted", "youth")
    assert new.site.number == "7"


def test_a_standing_tree_is_not_replaced(planner, place):
    tree = plant(planner, place)
    with pytest.raises(Refused, match="steht noch"):
        replace_tree(by=planner, day=DAY, tree_id=tree.pk, version=1, species=None, planted_on=DAY)


def test_expectation_of_a_place_recomputes_its_trees_at_once(planner):
    arborist = make.make_user("arborist")
    place = make.make_place(expectation="lower")
    tree = make.make_tree(place=place, number="1")
    own = make.make_tree(place=place, number="2", expectation="lower")
    for each in (tree, own):
        make.record(each, arborist)
    before = {p.tree_id: p.due_on for p in ControlPlan.objects.all()}
    assert before == {tree.pk: date(2029, 6, 1), own.pk: date(2029, 6, 1)}
    correct_place(
        by=planner, day=DAY, place_id=place.pk, version=1, changes={"expectation": "higher"}
    )
    after = {p.tree_id: p.due_on for p in ControlPlan.objects.all()}
    assert after == {tree.pk: date(2028, 6, 1), own.pk: date(2029, 6, 1)}
    correct_place(
        by=planner, day=DAY, place_id=place.pk, version=2, changes={"expectation": "lower"}
    )
    assert ControlPlan.objects.get(tree=tree).due_on == date(2028, 6, 1), "longer only next time"


def test_what_surrounds_a_tree_is_kept_at_its_site(planner, place):
    tree = plant(planner, place, soil_cover="paved", parcel="Flur 3, 17/2")
    changes = {"utilities": "Gas", "surroundings": "Haltestelle", "cost_centre": "4711"}
    correct_tree(by=planner, day=DAY, tree_id=tree.pk, version=1, changes=changes)
    site = Site.objects.get()
    assert (site.soil_cover, site.parcel, site.utilities) == ("paved", "Flur 3, 17/2", "Gas")
    assert (site.surroundings, site.cost_centre) == ("Haltestelle", "4711")


def test_removing_the_stump_keeps_day_and_reason_of_the_felling(planner, place):
    tree = plant(planner, place)
    cut = {"by": planner, "day": DAY, "tree_id": tree.pk}
    felled_on = date(2026, 11, 2)
    fell_tree(**cut, version=1, felled_on=felled_on, reason="Sturm", stump=True)
    gone = fell_tree(**cut, version=2, felled_on=DAY, reason="Stubben gefräst")
    assert (gone.status, gone.felled_on, gone.felling_reason) == ("felled", felled_on, "Sturm")
    assert Change.objects.filter(operation="update", reason="Stubben gefräst").exists()
