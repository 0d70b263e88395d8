"""Totals and forecast of a whole city from kept trees are those counted live, whatever happened."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, transaction

from baumkataster.models import Tree, User
from inspections.filters import TreeFilter
from inspections.past_day import AskedDay
from inspections.reports import numbers
from inspections.reports.city_totals import GROUPS, STATEMENTS, kept_city, totals_and_forecast
from inspections.reports.overdue import ReportRows, only_states, report_rows
from inspections.reports.past import looking_back
from inspections.reports.past_trees import renew_trees
from inspections.rules.past import Reading
from tests import factories as make
from tests.conftest import app_url, owner_url
from tests.database.kept_town import Town, bare, known

DAY = date(2025, 6, 2)
ONE = "WHERE id = %s"
PAST = [
    AskedDay(day=date(2024, 3, 12), today=date(2026, 11, 23), reading=reading)
    for reading in Reading
]

KNOWN_THEN = next(asked for asked in PAST if asked.reading is Reading.THEN)


def district_of_a_tree(town: Town) -> None:
    town.sql(
        f"UPDATE baumkataster_tree SET district_id = %s {ONE}", make.make_district().pk, known(town)
    )


def unit_of_a_tree(town: Town) -> None:
    town.sql(f"UPDATE baumkataster_tree SET unit_id = %s {ONE}", make.make_unit().pk, known(town))


def unit_and_kind_of_a_place(town: Town) -> None:
    site = town.trees[3].tree.site
    change = f"UPDATE baumkataster_place SET unit_id = %s, kind = 'playground' {ONE}"
    town.sql(change, make.make_unit().pk, site.place_id)


def place_of_a_site(town: Town) -> None:
    place = make.make_place(kind="school")
    town.sql(
        f"UPDATE baumkataster_site SET place_id = %s {ONE}", place.pk, town.trees[4].tree.site_id
    )


def name_of_a_district(town: Town) -> None:
    town.sql("UPDATE baumkataster_district SET name = 'Neustadt'")


def new_tree(town: Town) -> None:
    make.make_tree()
    make.replan_all(DAY)


def dates_of_plans(town: Town) -> None:
    """No mark is left, as the kept trees know no dates."""
    town.sql(
        "UPDATE inspections_controlplan SET due_on = '2020-01-01', tolerance_until = '2020-02-01',"
        " exempt_until = NULL WHERE required"
    )


def everything_is_marked(town: Town) -> None:
    with psycopg.connect(owner_url(town.beside.info.dbname)) as owner:
        owner.execute("DELETE FROM baumkataster_tree WHERE false")


def plan_gone(town: Town) -> None:
    """Nor is one left here: a tree without a plan does not count."""
    town.sql("DELETE FROM inspections_controlplan WHERE tree_id = %s", town.trees[5].tree.pk)


def tree_gone(town: Town) -> None:
    """Taken away, as an undone import takes a tree away that was known on the day."""
    with psycopg.connect(owner_url(town.beside.info.dbname)) as owner:
        owner.execute("DELETE FROM inspections_controlplan WHERE tree_id = %s", [bare(town)])
        owner.execute("DELETE FROM baumkataster_tree WHERE id = %s", [bare(town)])


CHANGES: list[Callable[[Town], None]] = [
    district_of_a_tree,
    name_of_a_district,
    unit_of_a_tree,
    unit_and_kind_of_a_place,
    place_of_a_site,
    new_tree,
    plan_gone,
    dates_of_plans,
]


@pytest.fixture
def town(own_town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    make.replan_all(DAY)
    monkeypatch.setattr("inspections.reports.past_store.LARGE", -2)
    assert renew_trees()
    return own_town


@pytest.fixture
def person(town: Town) -> User:
    return make.make_user("supervisor")


def rows(person: User, wanted: TreeFilter | None = None) -> ReportRows:
    return report_rows(on=DAY, visible_to=person, tree_filter=wanted or TreeFilter())


def answer(person: User) -> Any:
    return totals_and_forecast(rows(person), GROUPS, months=24)


def live(person: User) -> Any:
    """The same without kept trees: inside a transaction all is counted live."""
    with transaction.atomic():
        return answer(person)


def test_totals_are_never_older_than_what_happened(town: Town, person: User) -> None:
    before = answer(person)
    assert before == live(person)
    assert sum(row["late"] for row in before[0][0]) and sum(m.trees for m in before[1][1:])
    for change in CHANGES:
        change(town)
        now = answer(person)
        assert now == live(person), change.__name__
        assert now != before, change.__name__
        before = now
    with kept_city(rows(person)) as kept:
        assert kept and 0 < len(kept.touched) < Tree.objects.count() / 2


def test_only_late_and_free_trees_are_looked_at_where_every_tree_has_a_plan(
    town: Town, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STATEMENTS, "every", "not to be asked")
    unit_of_a_tree(town)
    assert answer(person) == live(person)
    plan_gone(town)
    with pytest.raises(ProgrammingError):
        answer(person)


def test_a_change_of_all_trees_is_counted_live(town: Town, person: User) -> None:
    everything_is_marked(town)
    with kept_city(rows(person)) as kept:
        assert kept is None
    assert answer(person) == live(person)


def test_what_commits_later_is_seen_later_and_only_whole(town: Town, person: User) -> None:
    before = answer(person)
    with psycopg.connect(app_url(town.beside.info.dbname)) as slow:
        slow.execute(
            "UPDATE baumkataster_tree SET unit_id = %s WHERE id = %s",
            [make.make_unit().pk, bare(town)],
        )
        assert answer(person) == before
    assert answer(person) == live(person) != before


def then(person: User, asked: AskedDay) -> Any:
    """Kept and counted live: the totals of a past day, and which trees were read one by one."""
    with looking_back(asked):
        whole = report_rows(on=asked.day, visible_to=person, tree_filter=TreeFilter())
        with kept_city(whole) as kept:
            assert kept
        found = totals_and_forecast(whole, GROUPS, months=24)
        live = numbers.totals_by(whole.trees, *GROUPS)
        months = numbers.forecast(whole.plans, whole.trees, on=asked.day, months=24)
        assert found == (live, months), asked.reading
    return found, set(kept.touched)


def test_totals_of_a_past_day_are_those_counted_live(town: Town, person: User) -> None:
    """Trees that belonged elsewhere on the day are counted where they belonged."""
    for change in (lambda _town: None, *CHANGES[:-1]):
        change(town)
        found = [then(person, asked)[0] for asked in PAST]
        assert all(totals[0] for totals, _months in found)
    everything_is_marked(town)
    assert renew_trees()
    for asked in PAST:
        # No mark is left: these are known from the day itself.
        assert 2 < len(then(person, asked)[1]) < Tree.objects.count() / 2


def test_a_tree_that_is_gone_counts_on_a_past_day(town: Town, person: User) -> None:
    (before, _months), _touched = then(person, KNOWN_THEN)
    tree_gone(town)
    assert renew_trees()
    (after, _months), touched = then(person, KNOWN_THEN)
    assert after == before and bare(town) in touched


def test_where_too_much_moved_since_a_past_day_all_is_counted(
    town: Town, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit_and_kind_of_a_place(town)
    monkeypatch.setattr("inspections.reports.city_totals.MOST_ELSEWHERE", 0)
    with looking_back(PAST[0]):
        whole = report_rows(on=PAST[0].day, visible_to=person, tree_filter=TreeFilter())
        with kept_city(whole) as kept:
            assert kept is None


def test_only_a_whole_city_is_counted_from_kept_trees(town: Town, person: User) -> None:
    chosen = TreeFilter(districts=(make.make_district().pk,))
    contractor = make.make_user("contractor")
    narrowed = [rows(person, chosen), rows(contractor), only_states(rows(person), ())]
    for each in narrowed:
        with kept_city(each) as kept:
            assert kept is None
