"""The interval table and the arithmetic of months."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.rules.intervals import (
    DEFAULT_INITIAL_MONTHS,
    DEFAULT_MATRIX,
    RuleSet,
    add_months,
    matrix_problems,
    propose_interval,
)
from inspections.rules.sentences import WORDING
from tests.case_tables import each_row, table
from tests.rules.plan_cases import rule_set_of

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@each_row("interval")
def test_interval_table(row: dict[str, Any]) -> None:
    proposal = propose_interval(
        rule_set=rule_set_of(row),
        phase=row["phase"],
        condition=row["condition"],
        expectation=row["expectation"],
        in_care=row["in_care"],
    )
    assert (proposal.months, proposal.reason_code) == (row["months"], row["reason"])


def test_every_cell_of_the_matrix_has_a_row() -> None:
    rows = table("interval")["rows"]
    shown = {
        f"{row['phase']}.{row['condition']}.{row['expectation']}"
        for row in rows
        if "rule_set" not in row
    }
    assert set(DEFAULT_MATRIX) <= shown


def test_the_reason_is_a_german_sentence() -> None:
    proposal = propose_interval(
        rule_set=RuleSet(), phase="mature", condition="sound", expectation="higher", in_care=False
    )
    assert proposal.reason.text() == (
        "Das Regelwerk sieht 24 Monate vor: Reifephase, gesund oder leicht geschädigt, "
        "höhere Sicherheitserwartung."
    )


def test_the_reason_names_what_is_unknown() -> None:
    proposal = propose_interval(
        rule_set=RuleSet(), phase="", condition="sound", expectation="", in_care=False
    )
    assert proposal.reason.text() == (
        "Es gelten 12 Monate, weil Angaben fehlen: Entwicklungsphase, Sicherheitserwartung."
    )


def test_the_reason_is_translated_with_its_words() -> None:
    english = {
        WORDING.sentences["interval.youth_in_care"]: "No inspection while in care: %(inputs)s.",
        WORDING.words["phase.youth"]: "youth phase",
        WORDING.words["condition.sound"]: "sound",
        WORDING.words["expectation.lower"]: "lower expectation",
    }
    proposal = propose_interval(
        rule_set=RuleSet(), phase="youth", condition="sound", expectation="lower", in_care=True
    )
    text = proposal.reason.text(english.__getitem__)
    assert text == "No inspection while in care: youth phase, sound, lower expectation."


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-08-31", 6, "2025-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2024-12-31", 2, "2025-02-28"),
        ("2024-10-31", 1, "2024-11-30"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-01-31", 0, "2024-01-31"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2100-01-31", 1, "2100-02-28"),
    ],
)
def test_months_clamp_to_the_months_end(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@given(DAYS, st.integers(0, 120))
def test_months_never_leave_the_month_they_lead_to(start: date, months: int) -> None:
    end = add_months(start, months)
    assert end.year * 12 + end.month == start.year * 12 + start.month + months
    assert end.day <= start.day
    assert end.day == start.day or add_months(end.replace(day=1), 1).toordinal() - 1 == (
        end.toordinal()
    )


@given(DAYS, DAYS, st.integers(0, 120))
def test_a_later_inspection_is_never_due_earlier(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


def test_the_default_matrix_is_a_rule_set() -> None:
    assert matrix_problems(DEFAULT_MATRIX) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"mature.sound.lower": None},
            "Nur gesunde Bäume der Jugendphase können ohne Kontrollintervall bleiben, nicht "
            "Reifephase, gesund oder leicht geschädigt, geringere Sicherheitserwartung.",
        ),
        (
            {"aging.damaged.higher": 0},
            "Bitte geben Sie für Alterungsphase, stärker geschädigt, höhere Sicherheitserwartung "
            "1 bis 60 Monate an, nicht 0.",
        ),
        (
            {"aging.damaged.higher": 61},
            "Bitte geben Sie für Alterungsphase, stärker geschädigt, höhere Sicherheitserwartung "
            "1 bis 60 Monate an, nicht 61.",
        ),
        (
            {"youth.damaged.lower": None},
            "Nur gesunde Bäume der Jugendphase können ohne Kontrollintervall bleiben, nicht "
            "Jugendphase, stärker geschädigt, geringere Sicherheitserwartung.",
        ),
        ({"decay.sound.lower": 12}, "Das Regelwerk kennt die Angabe „decay.sound.lower“ nicht."),
    ],
)
def test_a_wrong_matrix_is_told_in_words(change: dict[str, Any], sentence: str) -> None:
    problems = matrix_problems({**DEFAULT_MATRIX, **change})
    assert [problem.text() for problem in problems] == [sentence]


@pytest.mark.parametrize("value", [True, "12", 12.5])
def test_months_are_whole_numbers(value: object) -> None:
    problems = matrix_problems({**DEFAULT_MATRIX, "mature.sound.lower": value})
    assert [problem.code for problem in problems] == ["rule_set.range"]


def test_a_missing_cell_is_told() -> None:
    matrix = {key: months for key, months in DEFAULT_MATRIX.items() if key != "mature.sound.lower"}
    assert [problem.code for problem in matrix_problems(matrix)] == ["rule_set.missing"]


@pytest.mark.parametrize("months", [1, 60])
def test_the_shortest_and_the_longest_interval_are_allowed(months: int) -> None:
    assert matrix_problems({**DEFAULT_MATRIX, "mature.sound.lower": months}) == []


def test_children_come_first_in_the_initial_survey() -> None:
    recorded = date(2024, 5, 31)
    days = {kind: RuleSet().initial_deadline(kind, recorded) for kind in DEFAULT_INITIAL_MONTHS}
    children = {"playground", "school", "daycare"}
    assert {days[kind] for kind in children} == {date(2024, 8, 31)}
    assert all(days[kind] > date(2024, 8, 31) for kind in days if kind not in children)
    assert max(days.values()) == date(2025, 11, 30)
