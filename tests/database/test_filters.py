"""The filters of map, report, export and API: what is asked, and nothing else."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from baumkataster.errors import Refused
from baumkataster.models import Tree, User
from inspections.filters import NAMES, PUBLIC_NAMES, apply, names_used, parse
from tests.factories import (
    load_reference_data,
    make_district,
    make_place,
    make_species,
    make_tree,
    make_unit,
    make_user,
    point,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture
def planner() -> User:
    load_reference_data()
    return make_user("planner")


def found(query: str, visitor: User) -> set[str]:
    """Numbers of the trees that an address asks for."""
    trees = apply(Tree.objects.all(), parse(QueryDict(query), visitor=visitor), day=DAY)
    return set(trees.values_list("site__number", flat=True))


def test_no_filter_asks_for_all(planner: User) -> None:
    make_tree(number="1")
    make_tree(number="2", status="felled", felled_on=DAY)
    assert found("", planner) == {"1", "2"}
    assert found("lage=17/53.1/8.2&baum=x&page=2", planner) == {"1", "2"}


def test_values_of_one_filter_add_up_and_filters_narrow(planner: User) -> None:
    north, south = make_district(), make_district()
    oak = make_species(botanical_name="Quercus robur", german_name="Stiel-Eiche")
    make_tree(number="1", district=north)
    make_tree(number="2", district=south)
    make_tree(number="3", district=south, species=oak)
    make_tree(number="4")
    assert found(f"district={north.pk}&district={south.pk}", planner) == {"1", "2", "3"}
    assert found(f"district={south.pk}&species={oak.pk}", planner) == {"3"}
    assert found(f"district={north.pk}&species={oak.pk}", planner) == set()


def test_a_trees_own_unit_wins_over_its_places(planner: User) -> None:
    mine, other = make_unit(deputy=planner), make_unit()
    make_tree(number="1", place=make_place(unit=mine))
    make_tree(number="2", place=make_place(unit=mine), unit=other)
    make_tree(number="3", place=make_place(unit=other), unit=mine)
    assert found(f"unit={mine.pk}", planner) == {"1", "3"}
    assert found("mine=1", planner) == {"1", "3"}
    assert found("mine=0", planner) == {"1", "2", "3"}
    other.members.add(planner)
    assert found("mine=1", planner) == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("lindenallee", {"17", "18"}),
        ("17 lindenallee", {"17"}),
        ("  Lindenallee   18 ", {"18"}),
        ("linde", {"17", "18", "5"}),
        ("tilia 5", {"5"}),
        ("bergahorn", {"6"}),
        ("100%", {"7"}),
        ("_", set()),
        ("7", {"7"}),
        ("nichts", set()),
    ],
)
def test_words_are_looked_for(planner: User, text: str, numbers: set[str]) -> None:
    oak = make_species(botanical_name="Quercus robur", german_name="Stiel-Eiche")
    street, park = make_place(name="Lindenallee"), make_place(name="Park 100%", kind="park")
    make_tree(place=street, number="17", species=oak)
    make_tree(place=street, number="18", species=oak)
    make_tree(place=make_place(name="Ring"), number="5")
    make_tree(place=make_place(name="Weg"), number="6", species=None, species_as_given="Bergahorn")
    make_tree(place=park, number="7", species=oak)
    assert found(f"q={text.replace('%', '%25')}", planner) == numbers


def test_a_box_of_degrees_is_exact(planner: User) -> None:
    tree = make_tree(number="1", geom=point())
    lonlat = tree.geom.transform(4326, clone=True)
    inch = 2e-8
    for east, inside in ((lonlat.x + inch, {"1"}), (lonlat.x - inch, set())):
        box = f"{lonlat.x - 0.2},{lonlat.y - 0.2},{east},{lonlat.y + 0.2}"
        assert found(f"bbox={box}", planner) == inside
    assert found("bbox=-180,-90,180,90", planner) == {"1"}
    assert found("bbox=100,-20,110,-10", planner) == set()


def test_states_and_due_dates_are_those_of_the_day(planner: User) -> None:
    tree = make_tree(number="1")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM inspections_controlplan")
        cursor.execute(
            "INSERT INTO inspections_controlplan (tree_id, required, not_required_reason, due_on,"
            " tolerance_until, never, basis, phase, condition, expectation, rule_set_id)"
            " SELECT %s, true, '', '2026-11-22', '2027-02-22', false, 'inspection', '', '', '', id"
            " FROM inspections_ruleset",
            [tree.pk],
        )
    assert found("state=tolerance", planner) == {"1"}
    assert found("state=overdue&state=ok", planner) == set()
    assert found("due_until=2026-11-22", planner) == {"1"}
    assert found("due_until=2026-11-21", planner) == set()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("district=x&place=y", {"district", "place"}),
        ("state=rot&status=tot", {"state", "status"}),
        ("due_until=morgen", {"due_until"}),
        ("due_until=2026-02-30", {"due_until"}),
        ("bbox=8,53,7,54", {"bbox"}),
        ("bbox=nan,53,8,54", {"bbox"}),
        ("mine=vielleicht", {"mine"}),
        ("q=" + "x" * 101, {"q"}),
        ("&".join(f"district={n:032x}" for n in range(51)), {"district"}),
    ],
)
def test_all_mistakes_are_named_at_once(planner: User, query: str, names: set[str]) -> None:
    with pytest.raises(Refused) as refusal:
        parse(QueryDict(query), visitor=planner)
    assert set(refusal.value.problems) == names


def test_names(planner: User) -> None:
    assert set(NAMES) >= PUBLIC_NAMES
    assert names_used(QueryDict("state=&q=x&unit= &andere=1")) == {"q"}


def test_a_filter_costs_one_query(planner: User, django_assert_num_queries: Any) -> None:
    query = QueryDict(
        f"district={make_district().pk}&state=ok&due_until=2026-12-31&q=a+b&bbox=8,53,9,54"
    )
    with django_assert_num_queries(1):
        list(apply(Tree.objects.all(), parse(query, visitor=planner), day=DAY))
