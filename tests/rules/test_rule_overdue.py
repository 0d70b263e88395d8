"""Lateness on a day: the table shared with JavaScript and SQL, and what holds for every plan."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.rules.overdue import (
    BUCKETS,
    berlin_day,
    bucket_on,
    days_over,
    state_on,
    youth_without_care,
)
from inspections.rules.states import STATES
from tests.case_tables import each_row
from tests.rules.plan_cases import Dates

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
#: How a tree ages from one day to the next while nobody comes.
COURSE = ["none", "ok", "due90", "due30", "tolerance", "overdue"]


@each_row("state_on")
def test_state_table(row: dict[str, Any]) -> None:
    plan = Dates.of(row["plan"])
    on = date.fromisoformat(row["day"])
    assert (state_on(plan, on), days_over(plan, on)) == (row["state"], row["days_over"])
    assert bucket_on(plan, on) == row["state"]


@each_row("berlin_day")
def test_berlin_day_table(row: dict[str, Any]) -> None:
    assert berlin_day(datetime.fromisoformat(row["instant"])) == date.fromisoformat(row["day"])


def test_an_instant_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="zone"):
        berlin_day(datetime(2026, 1, 1, 12))


def test_buckets_are_the_states() -> None:
    assert sorted(BUCKETS) == sorted(state.code for state in STATES.states)


@given(DAYS, st.none() | DAYS, st.integers(0, 400), DAYS, st.integers(0, 2000))
def test_nothing_gets_better_by_waiting(
    due: date, exempt: date | None, tolerance: int, start: date, wait: int
) -> None:
    plan = Dates(
        due_on=max(due, exempt or due),
        tolerance_until=max(due, exempt or due) + timedelta(days=tolerance),
        exempt_until=exempt,
    )
    now, later = (state_on(plan, on) for on in (start, start + timedelta(days=wait)))
    assert COURSE.index(now) <= COURSE.index(later)
    assert days_over(plan, start) <= days_over(plan, start + timedelta(days=wait))


@given(DAYS, DAYS)
def test_late_means_days_over(due: date, on: date) -> None:
    plan = Dates(due_on=due, tolerance_until=due)
    assert (days_over(plan, on) > 0) == (on > due) == (state_on(plan, on) == "overdue")


@pytest.mark.parametrize(
    ("phase", "condition", "exempt_until", "told"),
    [
        ("youth", "sound", None, True),
        ("youth", "", date(2026, 1, 1), True),
        ("youth", "sound", date(2026, 6, 1), False),
        ("youth", "sound", date(2026, 6, 2), False),
        ("youth", "damaged", None, False),
        ("mature", "sound", None, False),
    ],
)
def test_young_trees_without_care_are_named(
    phase: str, condition: str, exempt_until: date | None, told: bool
) -> None:
    plan = Dates(exempt_until=exempt_until)
    on = date(2026, 6, 1)
    assert youth_without_care(plan, phase=phase, condition=condition, day=on) is told


def test_trees_outside_the_duty_are_not_named() -> None:
    plan = Dates(required=False, due_on=None, tolerance_until=None)
    assert not youth_without_care(plan, phase="youth", condition="sound", day=date(2026, 6, 1))
