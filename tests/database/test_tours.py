"""Tours: trees in the order of a walk, for the right people, closed but never lost."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from baumkataster.errors import Refused
from baumkataster.models import Change
from inspections.models import Tour, TourStop
from inspections.services.tours import close_tour, plan_tour, rename_tour, tours_of
from tests.factories import load_reference_data, make_place, make_tree, make_user, point, record

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 27)
AT = datetime(2026, 11, 27, 16, tzinfo=UTC)


@pytest.fixture
def street():
    """Five trees 20 m apart; their numbers jump to and fro."""
    place = make_place(name="Ring")
    return {
        number: make_tree(place=place, number=str(number), geom=point(20 * metres))
        for metres, number in enumerate([3, 1, 5, 2, 4])
    }


def plan(by, trees, **values):
    return plan_tour(**({"by": by, "name": "Tour", "tree_ids": [t.pk for t in trees]} | values))


def numbers(tour):
    stops = tour.stops.order_by("position").values_list("position", "tree__site__number")
    return list(stops)


def test_stops_follow_the_street(street):
    person = make_user("arborist")
    tour = plan(person, [street[n] for n in (1, 2, 3, 4, 5)], name="  Ring ", planned_on=DAY)
    assert (tour.name, tour.planned_on, tour.made_by, tour.closed_at) == ("Ring", DAY, person, None)
    walked = [number for _, number in numbers(tour)]
    assert walked in (["3", "1", "5", "2", "4"], ["4", "2", "5", "1", "3"])
    assert [position for position, _ in numbers(tour)] == [1, 2, 3, 4, 5]


def test_a_tree_named_twice_is_one_stop(street):
    assert len(numbers(plan(make_user("supervisor"), [street[1], street[1], street[2]]))) == 2


def test_what_cannot_be_planned_is_said_at_once(street):
    by = make_user("supervisor")
    felled = make_tree(status="felled", felled_on=DAY)
    with pytest.raises(Refused) as refusal:
        plan_tour(
            by=by,
            name=" ",
            assignee=make_user("contractor"),
            tree_ids=[street[1].pk, felled.pk, uuid4()],
        )
    assert set(refusal.value.problems) == {"name", "assignee", "trees"}
    assert "2" in refusal.value.problems["trees"][0]
    for keys in ([], [uuid4() for _ in range(501)]):
        with pytest.raises(Refused) as refusal:
            plan_tour(by=by, name="x", tree_ids=keys)
        assert "500" in refusal.value.problems["trees"][0]
    assert not Tour.objects.exists()


def test_planning_costs_the_same_however_many_trees(street, django_assert_max_num_queries):
    by = make_user("supervisor")
    with django_assert_max_num_queries(14):
        plan(by, street.values())


def test_whose_tours_are_listed(street):
    kim, jo = make_user("arborist"), make_user("arborist")
    boss = make_user("supervisor")
    trees = list(street.values())
    plan(boss, trees, name="für alle")
    plan(boss, trees, name="für Jo", assignee=jo)
    plan(kim, trees, name="von Kim für Jo", assignee=jo)
    plan(boss, trees, name="für Kim", assignee=kim, planned_on=DAY)
    closed = plan(boss, trees, name="vorbei")
    close_tour(by=boss, tour_id=closed.pk, at=AT)

    def listed(person):
        return [(tour.name, tour.mine) for tour in tours_of(person)]

    assert listed(kim) == [("für Kim", True), ("für alle", False), ("von Kim für Jo", False)]
    assert listed(jo) == [("für Jo", True), ("von Kim für Jo", True), ("für alle", False)]
    assert {name for name, _ in listed(boss)} == {
        "für alle", "für Jo", "von Kim für Jo", "für Kim",
    }  # fmt: skip


def test_open_counts_what_stands_and_was_not_looked_at_since(street):
    load_reference_data()
    kim = make_user("arborist")
    now = datetime.now(UTC)
    record(street[1], kim, inspected_at=now - timedelta(days=2))
    tour = plan(kim, street.values())
    (listed,) = tours_of(kim)
    assert (listed.trees, listed.open) == (5, 5)
    record(street[1], kim, inspected_at=tour.created_at + timedelta(seconds=1))
    record(street[1], kim, inspected_at=tour.created_at + timedelta(seconds=2))
    street[2].status, street[2].felled_on = "felled", DAY
    street[2].save()
    (listed,) = tours_of(kim)
    assert (listed.trees, listed.open) == (5, 3)


def test_the_list_is_one_query(street, django_assert_num_queries):
    kim = make_user("arborist")
    for _ in range(3):
        plan(kim, street.values(), assignee=kim)
    with django_assert_num_queries(1):
        assert [str(tour.assignee) for tour in tours_of(kim)] == [str(kim)] * 3


def test_renaming_and_closing(street):
    boss, kim = make_user("supervisor"), make_user("arborist")
    tour = plan(boss, street.values())
    rename_tour(by=boss, tour_id=tour.pk, name="Neu", planned_on=DAY, assignee=kim)
    tour.refresh_from_db()
    assert (tour.name, tour.planned_on, tour.assignee) == ("Neu", DAY, kim)
    with pytest.raises(Refused):
        rename_tour(by=boss, tour_id=tour.pk, name="")
    with pytest.raises(Refused):
        rename_tour(by=boss, tour_id=tour.pk, name="Neu", assignee=make_user("contractor"))
    assert close_tour(by=boss, tour_id=tour.pk, at=AT).closed_at == AT
    assert close_tour(by=boss, tour_id=tour.pk, at=AT + timedelta(1)).closed_at == AT
    with pytest.raises(Refused):
        rename_tour(by=boss, tour_id=tour.pk, name="Noch einmal")
    with pytest.raises(Refused):
        close_tour(by=boss, tour_id=uuid4(), at=AT)
    assert tour.stops.count() == 5
    history = Change.objects.filter(table_name=Tour._meta.db_table, row_id=str(tour.pk))
    assert {change.actor for change in history} == {boss}


def test_the_database_keeps_the_order(street):
    tour = plan(make_user("supervisor"), street.values())
    for values in ({"tree": street[1], "position": 9}, {"tree": make_tree(), "position": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TourStop.objects.create(tour=tour, **values)
