"""Deadlines of measures and who must know of them: tables shared with SQL."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inspections.rules.escalation import control_level, measure_level
from inspections.rules.overdue import state_on
from inspections.rules.urgency import (
    deadline,
    measure_days_over,
    measure_due_on,
    measure_order,
)
from tests.case_tables import day, each_row
from tests.rules.plan_cases import Dates

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@each_row("urgency")
def test_urgency_table(row: dict[str, Any]) -> None:
    own = deadline(date.fromisoformat(row["ordered_on"]), row["deadline_days"])
    assert own == day(row["deadline_on"])
    due_on = measure_due_on(own, day(row["regular_due_on"]))
    assert due_on == day(row["due_on"])
    assert measure_days_over(due_on, date.fromisoformat(row["day"])) == row["days_over"]


@each_row("escalation")
def test_escalation_table(row: dict[str, Any]) -> None:
    on = date.fromisoformat(row["day"])
    if "plan" in row:
        level = control_level(Dates.of(row["plan"]), on)
    else:
        measure = row["measure"]
        level = measure_level(due_on=day(measure["due_on"]), immediate=measure["immediate"], day=on)
    assert level == row["level"]


@given(DAYS, DAYS, st.integers(0, 3000), st.booleans())
def test_waiting_never_lowers_a_level(due_on: date, on: date, wait: int, immediate: bool) -> None:
    later = on + timedelta(days=wait)
    plan = Dates(due_on=due_on, tolerance_until=due_on + timedelta(days=90))
    assert control_level(plan, on) <= control_level(plan, later)
    levels = [measure_level(due_on=due_on, immediate=immediate, day=d) for d in (on, later)]
    assert levels == sorted(levels)


@given(DAYS, DAYS)
def test_levels_follow_the_states(due_on: date, on: date) -> None:
    plan = Dates(due_on=due_on, tolerance_until=due_on + timedelta(days=90))
    level = {"ok": 0, "due90": 0, "due30": 1, "tolerance": 2, "overdue": 3}
    assert control_level(plan, on) == level[state_on(plan, on)]


def test_immediate_measures_stand_on_top_then_the_longest_overdue() -> None:
    on = date(2026, 6, 1)
    measures = [
        ("morgen", False, date(2026, 6, 2)),
        ("lange überfällig", False, date(2026, 1, 1)),
        ("ohne Frist", False, None),
        ("unverzüglich", True, date(2026, 6, 1)),
        ("unverzüglich, alt", True, date(2026, 5, 1)),
        ("überfällig", False, date(2026, 5, 1)),
        ("heute", False, date(2026, 6, 1)),
    ]
    ordered = sorted(measures, key=lambda m: measure_order(immediate=m[1], due_on=m[2], day=on))
    assert [name for name, *_ in ordered] == [
        "unverzüglich, alt",
        "unverzüglich",
        "lange überfällig",
        "überfällig",
        "heute",
        "morgen",
        "ohne Frist",
    ]
