"""/touren/: a tour is planned from a choice of trees, shown in its order, changed and closed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baumkataster.models import User
from inspections.models import Tour
from inspections.services.tours import plan_tour
from tests.factories import (
    load_reference_data,
    make_city,
    make_district,
    make_place,
    make_site,
    make_tree,
    make_user,
    point,
    replan_all,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def arborist() -> User:
    make_city()
    return make_user("arborist", first_name="Erika", last_name="Baum")


@pytest.fixture
def client(arborist: User) -> Client:
    client = Client()
    client.force_login(arborist)
    return client


def row_of_trees(name: str, count: int, dy: float = 0) -> list[Any]:
    """A street of trees 20 m from each other."""
    place = make_place(name=name)
    return [
        make_tree(
            site=make_site(place=place, number=str(number + 1), geom=point(number * 20, dy)),
            geom=point(number * 20, dy),
        )
        for number in range(count)
    ]


def test_a_choice_is_counted_before_it_becomes_a_tour(client: Client, arborist: User) -> None:
    trees = row_of_trees("Lindenweg", 3)
    row_of_trees("Ahornweg", 2, dy=500)
    page = client.get("/touren/neu/").content.decode()
    assert "Tour anlegen" not in page and "Ahornweg" in page
    chosen = "/touren/neu/?place=lindenweg"
    page = client.get(chosen).content.decode()
    assert "3 Bäume" in page and "Lindenweg 3" in page and "Tour anlegen" in page
    values = {"name": "Montag", "planned_on": "2026-11-30", "assignee": str(arborist.pk)}
    assert client.post(chosen, values)["Location"] == "/touren/"
    tour = Tour.objects.get()
    assert (tour.name, tour.planned_on, tour.assignee) == ("Montag", date(2026, 11, 30), arborist)
    assert {stop.tree_id for stop in tour.stops.all()} == {tree.pk for tree in trees}
    page = client.get("/touren/").content.decode()
    assert "Montag" in page and "30.11.2026" in page and "(Sie)" in page


def test_choices_narrow_each_other(client: Client) -> None:
    load_reference_data()
    trees = row_of_trees("Lindenweg", 2)
    replan_all(timezone.localdate())
    district = make_district()
    trees[0].district = district
    trees[0].save()
    unit = trees[0].site.place.unit
    soon, later = (timezone.localdate() + timedelta(days=n) for n in (1, 800))
    for query, count in (
        (f"district={district.pk}", 1),
        (f"unit={unit.pk}", 2),
        (f"due_until={soon}", 0),
        (f"due_until={later}&district={district.pk}", 1),
    ):
        page = client.get(f"/touren/neu/?{query}").content.decode()
        assert f"{count} B" in page.split('id="found">')[1][:20], query
    page = client.get("/touren/neu/?place=Gibtesnicht").content.decode()
    assert "Ein Objekt mit diesem Namen gibt es nicht." in page and 'id="found"' not in page
    assert client.get("/touren/neu/?due_until=morgen&place=%00").status_code == 200


def test_a_choice_without_trees_or_with_too_many_makes_no_tour(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspections.web.tours.MAX_STOPS", 2)
    row_of_trees("Lindenweg", 3)
    page = client.get("/touren/neu/?place=Lindenweg").content.decode()
    assert "höchstens 2 Bäume" in page and "Tour anlegen" not in page
    make_place(name="Leerer Weg")
    page = client.get("/touren/neu/?place=Leerer+Weg").content.decode()
    assert "kein Baum" in page and "Tour anlegen" not in page
    client.post("/touren/neu/?place=Leerer+Weg", {"name": "Nichts"})
    assert not Tour.objects.exists()


def test_only_people_of_the_field_can_be_named(client: Client) -> None:
    row_of_trees("Lindenweg", 1)
    firm = make_user("contractor")
    answer = client.post("/touren/neu/?place=Lindenweg", {"name": "X", "assignee": str(firm.pk)})
    assert answer.status_code == 200 and not Tour.objects.exists()


def test_a_tour_is_shown_in_its_order_changed_and_closed(client: Client, arborist: User) -> None:
    trees = row_of_trees("Lindenweg", 3)
    keys = [trees[index].pk for index in (1, 2, 0)]
    tour = plan_tour(by=arborist, name="Montag", tree_ids=keys)
    page = client.get(f"/touren/{tour.pk}/").content.decode()
    places = [page.index(f">Lindenweg {number}<") for number in (1, 2, 3)]
    assert places in (sorted(places), sorted(places, reverse=True))
    values = {"name": "Dienstag", "planned_on": "", "assignee": ""}
    assert client.post(f"/touren/{tour.pk}/", values).status_code == 302
    tour.refresh_from_db()
    assert (tour.name, tour.planned_on) == ("Dienstag", None)
    assert client.post(f"/touren/{tour.pk}/", {"name": ""}).status_code == 200
    assert client.post(f"/touren/{tour.pk}/abschliessen/").status_code == 302
    tour.refresh_from_db()
    assert tour.closed_at is not None
    assert str(tour.pk) not in client.get("/touren/").content.decode()
    assert client.get(f"/touren/{tour.pk}/").status_code == 404


def test_tours_of_others_stay_theirs(client: Client) -> None:
    boss, colleague = make_user("supervisor"), make_user("arborist")
    [tree] = row_of_trees("Lindenweg", 1)
    tour = plan_tour(by=boss, name="Fremd", assignee=colleague, tree_ids=[tree.pk])
    assert "Fremd" not in client.get("/touren/").content.decode()
    assert client.post(f"/touren/{tour.pk}/abschliessen/").status_code == 404
    leader = Client()
    leader.force_login(boss)
    assert "Fremd" in leader.get("/touren/").content.decode()


def test_the_list_costs_the_same_for_many_tours(
    client: Client, arborist: User, django_assert_max_num_queries: Any
) -> None:
    [tree] = row_of_trees("Lindenweg", 1)
    for number in range(8):
        plan_tour(by=arborist, name=f"Tour {number}", tree_ids=[tree.pk], assignee=arborist)
    with django_assert_max_num_queries(6):
        assert client.get("/touren/").content.decode().count("/abschliessen/") == 8
