"""The closed season of § 39 BNatSchG and the leaves that a month lets expect."""

from datetime import date

import pytest

from inspections.rules.seasons import EXCEPTIONS, ClosedSeason, leaf_preset, season_problems

SEASON = ClosedSeason()


@pytest.mark.parametrize(
    ("on", "closed"),
    [
        ("2026-02-28", False),
        ("2028-02-29", False),
        ("2026-03-01", True),
        ("2026-06-15", True),
        ("2026-09-30", True),
        ("2026-10-01", False),
        ("2026-12-31", False),
        ("2026-01-01", False),
    ],
)
def test_closed_from_march_to_september(on: str, closed: bool) -> None:
    assert SEASON.holds_on(date.fromisoformat(on)) is closed


@pytest.mark.parametrize(
    ("on", "closed"),
    [
        ("2026-10-31", False),
        ("2026-11-01", True),
        ("2026-12-31", True),
        ("2027-01-01", True),
        ("2027-02-15", True),
        ("2027-02-16", False),
    ],
)
def test_a_window_may_run_over_new_year(on: str, closed: bool) -> None:
    season = ClosedSeason(first=(11, 1), last=(2, 15))
    assert season.holds_on(date.fromisoformat(on)) is closed


@pytest.mark.parametrize(
    ("cutting", "forbidden"),
    [("none", False), ("care", False), ("heavy", True), ("felling", True)],
)
def test_only_heavy_cuts_and_felling_are_forbidden(cutting: str, forbidden: bool) -> None:
    found = season_problems(
        season=SEASON, cutting=cutting, planned_on=date(2026, 5, 1), exception=""
    )
    assert bool(found) is forbidden


def test_the_sentence_names_window_and_law() -> None:
    (problem,) = season_problems(
        season=SEASON, cutting="felling", planned_on=date(2026, 5, 1), exception=""
    )
    assert problem.field == "planned_on"
    assert problem.sentence.text() == (
        "Vom 01.03. bis 30.09. sind Fällungen und starke Schnitte verboten (§ 39 Abs. 5 "
        "BNatSchG). Bitte wählen Sie einen anderen Tag oder den Grund der Ausnahme."
    )


def test_felling_in_winter_needs_no_exception() -> None:
    found = season_problems(
        season=SEASON, cutting="felling", planned_on=date(2026, 11, 1), exception=""
    )
    assert found == []


@pytest.mark.parametrize("exception", EXCEPTIONS)
def test_a_named_exception_opens_the_season(exception: str) -> None:
    found = season_problems(
        season=SEASON, cutting="felling", planned_on=date(2026, 5, 1), exception=exception
    )
    assert found == []


def test_an_invented_exception_is_refused() -> None:
    (problem,) = season_problems(
        season=SEASON, cutting="felling", planned_on=date(2026, 5, 1), exception="hurry"
    )
    assert problem.field == "season_exception"
    assert problem.sentence.text() == "Den Ausnahmegrund „hurry“ gibt es nicht."


def test_leaves_of_the_months() -> None:
    states = [leaf_preset(day=date(2026, m, 15), leaf_type="deciduous") for m in range(1, 13)]
    winter, summer = ["bare"] * 3, ["leafy"] * 5
    assert states == [*winter, "flushing", *summer, "autumn", "bare", "bare"]


def test_a_window_of_one_day_closes_that_day_alone() -> None:
    season = ClosedSeason(first=(5, 1), last=(5, 1))
    closed = [season.holds_on(date(2026, *at)) for at in ((4, 30), (5, 1), (5, 2))]
    assert closed == [False, True, False]


def test_conifers_stay_green_but_larches_do_not() -> None:
    winter = date(2026, 1, 15)
    assert leaf_preset(day=winter, leaf_type="conifer", genus="Pinus") == "evergreen"
    assert leaf_preset(day=winter, leaf_type="evergreen_broadleaf") == "evergreen"
    assert leaf_preset(day=winter, leaf_type="conifer", genus="Larix") == "bare"
