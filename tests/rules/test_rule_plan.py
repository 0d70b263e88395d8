"""The regular due date: the table of cases, and what holds for every tree."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.rules.basis import InspectionRecord, basis_of
from inspections.rules.intervals import RuleSet, add_months
from inspections.rules.plan import (
    ControlPlanValue,
    PreviousPlan,
    TreeFacts,
    plan_control,
)
from tests.case_tables import each_row, table
from tests.rules.plan_cases import DEFAULTS, as_row, expected, planned, records_of

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONTHS = st.one_of(st.none(), st.integers(1, 60))

TREES = st.builds(
    TreeFacts,
    status=st.sampled_from(
        ["planned", "planted", "standing", "felled", "stump", "vanished", "unverified"]
    ),
    duty=st.sampled_from(["city", "city", "other_owner", "stand", "none"]),
    phase=st.sampled_from(["", "youth", "mature", "aging"]),
    expectation=st.sampled_from(["", "lower", "higher"]),
    recorded_on=DAYS,
    place_kind=st.sampled_from(["street", "playground", "harbour"]),
    planted_on=st.none() | DAYS,
    initial_due_on=st.none() | DAYS,
    care_on=st.none() | DAYS,
    inherited_last_on=st.none() | DAYS,
    inherited_next_on=st.none() | DAYS,
)
BASES = st.builds(
    InspectionRecord,
    id=st.just("a"),
    inspected_on=DAYS,
    received=st.just(1),
    sets_regular_date=st.just(True),
    condition=st.sampled_from(["", "sound", "damaged"]),
    proposed_months=MONTHS,
    set_months=MONTHS,
)


@each_row("plan")
def test_plan_table(row: dict[str, Any]) -> None:
    assert as_row(planned(row)) == expected(row)


@each_row("plan")
def test_the_order_in_which_records_are_read_does_not_matter(row: dict[str, Any]) -> None:
    records = records_of(row)
    found = {basis.id if (basis := basis_of(order)) else None for order in permutations(records)}
    assert len(found) == 1


def test_rows_that_follow_another_start_from_its_outcome() -> None:
    rows = {row["name"]: row for row in table("plan")["rows"]}
    followers = [row for row in rows.values() if "after" in row]
    assert len(followers) >= 3
    for row in followers:
        before = planned(rows[row["after"]])
        given_plan = PreviousPlan(**row["previous"])
        assert given_plan == PreviousPlan(before.inspection, before.cap_months), row["name"]


def test_rows_name_only_known_fields() -> None:
    for row in table("plan")["rows"]:
        known = {"name", "rule_set", "tree", "inspections", "previous", "after", "expect"}
        assert set(row) <= known, row["name"]
        assert set(row.get("tree", {})) <= set(DEFAULTS["tree"]), row["name"]


def _plan(
    tree: TreeFacts, basis: InspectionRecord | None, previous: PreviousPlan | None = None
) -> ControlPlanValue:
    return plan_control(tree=tree, basis=basis, rule_set=RuleSet(), previous=previous)


@given(TREES, st.none() | BASES)
def test_a_date_is_there_exactly_when_control_is_needed(
    tree: TreeFacts, basis: InspectionRecord | None
) -> None:
    plan = _plan(tree, basis)
    assert plan.required == (plan.due_on is not None) == (plan.tolerance_until is not None)
    assert plan.required == (plan.not_required_reason == "")
    if plan.due_on and plan.tolerance_until:
        assert plan.due_on <= plan.tolerance_until


@given(TREES, BASES)
def test_no_inspected_tree_waits_longer_than_set_or_exempt(
    tree: TreeFacts, basis: InspectionRecord
) -> None:
    plan = _plan(tree, basis)
    if plan.due_on is None:
        return
    months = basis.set_months or basis.proposed_months or 12
    latest = add_months(basis.inspected_on, months)
    assert plan.due_on <= max(latest, plan.exempt_until or latest)
    assert not plan.never


@given(TREES, TREES, BASES)
def test_without_a_new_inspection_no_change_lengthens_the_interval(
    before: TreeFacts, after: TreeFacts, basis: InspectionRecord
) -> None:
    first = _plan(before, basis)
    second = _plan(after, basis, PreviousPlan(first.inspection, first.cap_months))
    assert first.cap_months is not None
    assert second.cap_months is not None
    assert second.cap_months <= first.cap_months


@given(TREES, st.none() | BASES)
def test_replanning_again_changes_nothing(tree: TreeFacts, basis: InspectionRecord | None) -> None:
    first = _plan(tree, basis)
    assert _plan(tree, basis, PreviousPlan(first.inspection, first.cap_months)) == first


@given(TREES, BASES, DAYS)
def test_an_older_record_never_moves_the_date(
    tree: TreeFacts, basis: InspectionRecord, day: date
) -> None:
    late = InspectionRecord(
        id="late",
        inspected_on=min(day, basis.inspected_on),
        received=0 if day >= basis.inspected_on else 2,
        sets_regular_date=True,
        condition="damaged",
        proposed_months=1,
        set_months=1,
    )
    assert _plan(tree, basis_of([basis, late])) == _plan(tree, basis)


def test_no_records_no_basis() -> None:
    assert basis_of([]) is None


@pytest.mark.parametrize("status", ["planted", "standing", "unverified"])
def test_standing_trees_of_the_city_are_always_planned(status: str) -> None:
    tree = TreeFacts(
        status=status, duty="city", phase="", expectation="", recorded_on=date(2024, 1, 1)
    )
    assert _plan(tree, None).required
