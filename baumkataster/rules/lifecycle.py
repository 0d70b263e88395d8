"""The life of a tree: which status may follow which, how long it stands, which phase that suggests.

Called by the services of trees and by forms that propose a phase. Source of the phases: FLL as
quoted by tree offices (youth about 15 years of standing, ageing from about 50 to 80 by species).
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from baumkataster.rules.sentences import say
from baumkataster.rules.wording import Problem, Word

#: Standing years from which the youth phase is over.
YOUTH_YEARS: Final = 15
#: Standing years from which the ageing phase is proposed, where the species says nothing.
USUAL_PHASE_LIMIT: Final = 65

#: Status → what may follow. Ways back from felled or vanished mend a wrong report.
TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "planned": frozenset({"planted", "standing", "vanished"}),
    "planted": frozenset({"standing", "unverified", "felled", "stump", "vanished"}),
    "standing": frozenset({"planted", "unverified", "felled", "stump", "vanished"}),
    "unverified": frozenset({"planted", "standing", "felled", "stump", "vanished"}),
    "felled": frozenset({"stump", "standing"}),
    "stump": frozenset({"felled", "vanished", "standing"}),
    "vanished": frozenset({"standing", "unverified", "felled", "stump"}),
}


def status_problem(old: str, new: str) -> Problem | None:
    """Why a tree cannot go from ``old`` to ``new``; None if it can, or stays."""
    for status in (old, new):
        if status not in TRANSITIONS:
            return Problem("status", say("status.unknown", value=status))
    if new == old or new in TRANSITIONS[old]:
        return None
    words = {"old": Word(f"status.{old}"), "new": Word(f"status.{new}")}
    return Problem("status", say("status.no_way", **words))


def standing_years(planted_year: int | None, day: date) -> int | None:
    """Standzeit in whole years by calendar years; not the age, which adds the nursery.

    None when the planting year is not known or lies in the future.
    """
    if planted_year is None or planted_year > day.year:
        return None
    return day.year - planted_year


def proposed_phase(
    planted_year: int | None, day: date, *, phase_limit_years: int = USUAL_PHASE_LIMIT
) -> str:
    """Development phase that the standing time suggests; "" when it is not known.

    A proposal only, never written without a person: the phase is what the arborist sees.
    """
    years = standing_years(planted_year, day)
    if years is None:
        return ""
    if years < YOUTH_YEARS:
        return "youth"
    return "mature" if years < phase_limit_years else "aging"
