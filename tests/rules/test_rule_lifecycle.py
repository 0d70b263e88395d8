"""The life of a tree: status after status, standing years, proposed phase."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baumkataster.rules.lifecycle import (
    TRANSITIONS,
    proposed_phase,
    standing_years,
    status_problem,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("planned", "planted"),
        ("planted", "standing"),
        ("standing", "felled"),
        ("standing", "stump"),
        ("felled", "stump"),
        ("stump", "felled"),
        ("unverified", "standing"),
        ("vanished", "standing"),
        ("felled", "standing"),
        ("felled", "felled"),
    ],
)
def test_a_tree_may_go_on(old: str, new: str) -> None:
    assert status_problem(old, new) is None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("planned", "felled", "Aus „geplant“ kann nicht „gefällt“ werden."),
        ("felled", "planted", "Aus „gefällt“ kann nicht „gepflanzt“ werden."),
        ("standing", "planned", "Aus „Bestand“ kann nicht „geplant“ werden."),
        ("stump", "unverified", "Aus „Stubben“ kann nicht „ungeprüft“ werden."),
        ("standing", "dead", "Den Status „dead“ gibt es nicht."),
        ("dead", "standing", "Den Status „dead“ gibt es nicht."),
    ],
)
def test_what_cannot_be_is_told_in_words(old: str, new: str, sentence: str) -> None:
    problem = status_problem(old, new)
    assert problem is not None
    assert (problem.field, problem.sentence.text()) == ("status", sentence)


def test_every_status_has_a_way_on_and_none_leads_back_to_planned() -> None:
    for old, following in TRANSITIONS.items():
        assert following <= set(TRANSITIONS)
        assert following - {old}, old
        assert "planned" not in following


@pytest.mark.parametrize(
    ("planted", "years"), [(None, None), (2026, 0), (2025, 1), (1926, 100), (2027, None)]
)
def test_standing_years(planted: int | None, years: int | None) -> None:
    assert standing_years(planted, TODAY) == years


@pytest.mark.parametrize(
    ("planted", "limit", "phase"),
    [
        (None, 65, ""),
        (2027, 65, ""),
        (2026, 65, "youth"),
        (2012, 65, "youth"),
        (2011, 65, "mature"),
        (1962, 65, "mature"),
        (1961, 65, "aging"),
        (1977, 50, "mature"),
        (1976, 50, "aging"),
        (1947, 80, "mature"),
        (1946, 80, "aging"),
    ],
)
def test_phase_is_proposed_from_the_standing_time(
    planted: int | None, limit: int, phase: str
) -> None:
    assert proposed_phase(planted, TODAY, phase_limit_years=limit) == phase


def test_the_usual_limit_is_65_years() -> None:
    assert [proposed_phase(year, TODAY) for year in (1962, 1961)] == ["mature", "aging"]


@given(st.integers(1700, 2100), st.integers(15, 300), st.integers(2026, 2200))
def test_no_tree_grows_younger(planted: int, limit: int, year: int) -> None:
    order = ["", "youth", "mature", "aging"]
    now, later = (
        proposed_phase(planted, date(y, 6, 1), phase_limit_years=limit) for y in (year, year + 1)
    )
    assert order.index(now) <= order.index(later)
