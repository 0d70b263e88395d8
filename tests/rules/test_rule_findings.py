"""What an entry must hold before it becomes proof; each problem at its field and in words."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from inspections.rules.findings import EntryContext, entry_problems, vitality_block

NOW = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)
CONTEXT = EntryContext(
    received_at=NOW,
    proposed_months=24,
    immediate_urgencies=frozenset({"1"}),
    follow_up_limits=frozenset({"base_overgrown"}),
    follow_up_measures=frozenset({"follow_up", "clear_base"}),
)


@dataclass(frozen=True)
class Seen:
    severity: int = 1
    observation: str = "seen"
    continues_id: object | None = None


@dataclass(frozen=True)
class Ordered:
    kind: str = "deadwood"
    urgency: str = "3"


@dataclass(frozen=True)
class Entry:
    inspected_at: datetime = NOW - timedelta(hours=1)
    result: str = "safe"
    leaf_state: str = "leafy"
    condition: str = "sound"
    phase: str = "mature"
    vitality: str = "1"
    limits: tuple[str, ...] = ()
    limits_note: str = ""
    set_months: int | None = None
    interval_reason: str = ""
    corrects_id: object | None = None
    correction_reason: str = ""
    findings: tuple[Seen, ...] = field(default=())
    measures: tuple[Ordered, ...] = field(default=())


def told(context: EntryContext = CONTEXT, **values: Any) -> list[tuple[str, str]]:
    """Field and code of each problem."""
    found = entry_problems(replace(Entry(), **values), context)
    assert all(problem.sentence.text().endswith(".") for problem in found)
    return [(problem.field, problem.sentence.code) for problem in found]


def test_a_tree_without_findings_is_a_whole_entry() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("result", ("", "fine")),
        ("leaf_state", ("", "green")),
        ("condition", ("", "bad")),
        ("phase", ("", "decay")),
    ],
)
def test_each_choice_is_required(name: str, values: tuple[str, ...]) -> None:
    for value in values:
        assert told(**{name: value}) == [(name, f"entry.{name}_required")]


def test_several_problems_are_told_together() -> None:
    fields = [name for name, _ in told(result="", phase="", set_months=99)]
    assert fields == ["phase", "result", "set_months"]


def test_ten_minutes_of_clock_error_are_believed() -> None:
    assert told(inspected_at=NOW + timedelta(minutes=10)) == []
    late = told(inspected_at=NOW + timedelta(minutes=10, seconds=1))
    assert late == [("inspected_at", "entry.future")]


def test_the_future_is_named_with_its_day() -> None:
    entry = Entry(inspected_at=datetime(2026, 5, 11, 22, 30, tzinfo=UTC))
    (problem,) = entry_problems(entry, CONTEXT)
    assert problem.sentence.text() == (
        "Die Kontrolle am 12.05.2026 liegt in der Zukunft. "
        "Bitte prüfen Sie Datum und Uhr des Geräts."
    )


def test_a_time_without_zone_is_refused() -> None:
    assert told(inspected_at=datetime(2026, 5, 1, 12)) == [("inspected_at", "entry.no_zone")]


@pytest.mark.parametrize("vitality", ["", "0", "1", "2", "3", "S", "K"])
def test_vitality_may_be_rated_or_left_open(vitality: str) -> None:
    assert told(vitality=vitality) == []


def test_vitality_four_belongs_to_another_scale() -> None:
    assert told(vitality="4") == [("vitality", "entry.vitality_unknown")]


@pytest.mark.parametrize(
    ("block", "vitality", "allowed"),
    [
        ("S", "S", True),
        ("S", "", True),
        ("S", "1", False),
        ("S", "K", False),
        ("K", "K", True),
        ("K", "S", False),
        ("K", "0", False),
    ],
)
def test_after_a_cut_vitality_cannot_be_rated(block: str, vitality: str, allowed: bool) -> None:
    found = told(replace(CONTEXT, vitality_block=block), vitality=vitality)
    assert found == ([] if allowed else [("vitality", "entry.vitality_blocked")])


def test_the_block_names_the_letter() -> None:
    (problem,) = entry_problems(Entry(), replace(CONTEXT, vitality_block="K"))
    assert problem.sentence.text().endswith("Möglich ist nur K (gekappt).")


@pytest.mark.parametrize(
    ("cut_on", "topped_on", "block"),
    [
        (None, None, ""),
        (date(2021, 5, 11), None, "S"),
        (date(2021, 5, 10), None, ""),
        (None, date(2016, 5, 11), "K"),
        (None, date(2016, 5, 10), ""),
        (date(2025, 1, 1), date(2020, 1, 1), "K"),
        (date(2025, 1, 1), date(2010, 1, 1), "S"),
    ],
)
def test_block_ends_after_five_and_ten_years(
    cut_on: date | None, topped_on: date | None, block: str
) -> None:
    assert vitality_block(cut_on=cut_on, topped_on=topped_on, day=date(2026, 5, 10)) == block


@pytest.mark.parametrize(
    ("months", "reason", "problems"),
    [
        (None, "", []),
        (24, "", []),
        (12, "Massaria in der Straße", []),
        (36, "vier Kontrollen ohne Befund", []),
        (12, "", [("interval_reason", "entry.interval_reason")]),
        (12, "  ", [("interval_reason", "entry.interval_reason")]),
        (1, "täglich begangen", []),
        (60, "abgelegen", []),
        (0, "nie", [("set_months", "entry.months_range")]),
        (61, "nie", [("set_months", "entry.months_range")]),
    ],
)
def test_another_interval_needs_a_reason(
    months: int | None, reason: str, problems: list[tuple[str, str]]
) -> None:
    assert told(set_months=months, interval_reason=reason) == problems


def test_any_interval_needs_a_reason_where_none_is_proposed() -> None:
    context = replace(CONTEXT, proposed_months=None)
    assert told(context, set_months=12) == [("interval_reason", "entry.interval_reason")]


def test_another_limit_is_described() -> None:
    assert told(limits=("other",)) == [("limits_note", "entry.limit_other")]
    assert told(limits=("other",), limits_note="Wespennest") == []


@pytest.mark.parametrize(
    ("values", "whole"),
    [
        ({}, False),
        ({"limits_note": "Efeu nur bis 20 cm"}, True),
        ({"measures": (Ordered(kind="clear_base"),)}, True),
        ({"measures": (Ordered(kind="follow_up"),)}, True),
        ({"measures": (Ordered(kind="deadwood"),)}, False),
    ],
)
def test_a_hidden_base_is_made_good_or_explained(values: dict[str, Any], whole: bool) -> None:
    found = told(limits=("base_overgrown",), **values)
    assert found == ([] if whole else [("limits", "entry.limit_follow_up")])


def test_other_limits_need_nothing_more() -> None:
    assert told(limits=("crown_leafy",)) == []


@pytest.mark.parametrize("severity", [0, 4, -1])
def test_severity_has_three_steps(severity: int) -> None:
    found = told(findings=(Seen(), Seen(severity=severity)))
    assert found == [("findings.1", "entry.severity")]


@pytest.mark.parametrize("severity", [1, 2, 3])
def test_each_step_is_allowed(severity: int) -> None:
    assert told(findings=(Seen(severity=severity),)) == []


def test_a_carried_over_finding_names_the_earlier_one() -> None:
    lost = Seen(observation="carried_over")
    assert told(findings=(lost,)) == [("findings.0", "entry.carried_over_from")]
    assert told(findings=(replace(lost, continues_id="a"),)) == []
    assert told(findings=(Seen(continues_id="a"),)) == []


def test_a_finding_says_whether_it_was_seen() -> None:
    assert told(findings=(Seen(observation=""),)) == [("findings.0", "entry.observation")]


def test_an_immediate_measure_contradicts_safe() -> None:
    at_once = (Ordered(urgency="1"),)
    assert told(measures=at_once) == [("result", "entry.immediate_is_not_safe")]
    assert told(measures=at_once, result="limited", findings=(Seen(),)) == []
    assert told(measures=(Ordered(urgency="2"),)) == []


def test_an_unsafe_tree_needs_a_measure_and_a_finding() -> None:
    assert told(result="unsafe") == [
        ("measures", "entry.unsafe_needs_measure"),
        ("findings", "entry.doubt_needs_finding"),
    ]
    assert told(result="unsafe", measures=(Ordered(),), findings=(Seen(),)) == []


def test_limited_safety_names_a_finding_or_a_limit() -> None:
    assert told(result="limited") == [("findings", "entry.doubt_needs_finding")]
    assert told(result="limited", findings=(Seen(),)) == []
    assert told(result="limited", limits=("crown_leafy",)) == []


@pytest.mark.parametrize(("reason", "whole"), [("", False), (" ", False), ("Zahlendreher", True)])
def test_a_correction_says_why(reason: str, whole: bool) -> None:
    found = told(corrects_id="a", correction_reason=reason)
    assert found == ([] if whole else [("correction_reason", "entry.correction_reason")])
