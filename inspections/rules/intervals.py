"""The interval of the regular inspection: phase × condition × safety expectation → months.

Called by ``rules/plan``, by the proposal under the inspection form and by the page of rule sets.
Source: GALK-Musterdienstanweisung 2021, table 1 (after FLL-Baumkontrollrichtlinien); a city may
lay down its own.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Final

from baumkataster.rules.wording import Sentence, Word
from inspections.rules.sentences import say

PHASES: Final = ("youth", "mature", "aging")
CONDITIONS: Final = ("sound", "damaged")
EXPECTATIONS: Final = ("lower", "higher")

#: Intervals that a person may set, in months.
SHORTEST_MONTHS: Final = 1
LONGEST_MONTHS: Final = 60

#: "phase.condition.expectation" → months; None: no separate inspection while young trees are cared
#: for. The damaged row holds for all phases, youth too.
DEFAULT_MATRIX: Final[Mapping[str, int | None]] = {
    "youth.sound.lower": None,
    "youth.sound.higher": None,
    "youth.damaged.lower": 12,
    "youth.damaged.higher": 12,
    "mature.sound.lower": 36,
    "mature.sound.higher": 24,
    "mature.damaged.lower": 12,
    "mature.damaged.higher": 12,
    "aging.sound.lower": 24,
    "aging.sound.higher": 12,
    "aging.damaged.lower": 12,
    "aging.damaged.higher": 12,
}

#: Kind of place → months until the initial survey of an inherited stock: children first.
DEFAULT_INITIAL_MONTHS: Final[Mapping[str, int]] = {
    "playground": 3,
    "school": 3,
    "daycare": 3,
    "street": 6,
    "sports": 6,
    "building": 9,
    "cemetery": 9,
    "park": 12,
    "other": 12,
    "none": 12,
    "forest": 18,
    "compensation": 18,
}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the city's rule as plain values; all lengths in months."""

    matrix: Mapping[str, int | None] = field(default_factory=lambda: DEFAULT_MATRIX)
    #: Holds where an input is unknown, and for young trees that nobody cares for.
    default_months: int = 12
    tolerance_months: int = 3
    #: How long one round of young-tree care spares the regular inspection.
    youth_care_months: int = 36
    initial_months: Mapping[str, int] = field(default_factory=lambda: DEFAULT_INITIAL_MONTHS)

    def initial_deadline(self, place_kind: str, recorded_on: date) -> date:
        """Day by which a tree recorded on ``recorded_on`` has its initial survey."""
        months = self.initial_months.get(place_kind, self.default_months)
        return add_months(recorded_on, months)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rule proposes, and why; the arborist decides."""

    #: None: no separate regular inspection (youth phase in care).
    months: int | None
    #: matrix, unknown, youth_in_care or youth_without_care.
    reason_code: str
    reason: Sentence


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later (or earlier), clamped to the month's end.

    31 August + 6 months is 28 February, or 29 in a leap year. Raises ValueError or
    OverflowError beyond the calendar.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def propose_interval(
    *, rule_set: RuleSet, phase: str, condition: str, expectation: str, in_care: bool
) -> Proposal:
    """Propose the interval in months for a tree seen in this phase, condition and expectation.

    Unknown input is "" (or any word that the matrix does not know) and gives ``default_months``.
    ``in_care``: young-tree care was given within the last ``youth_care_months``.
    """
    given = {"phase": phase, "condition": condition, "expectation": expectation}
    inputs = tuple(Word(f"{name}.{value}") for name, value in given.items())
    unknown = tuple(Word(name) for name, value in given.items() if value not in _KNOWN[name])
    months = rule_set.default_months
    if unknown:
        return _proposal("unknown", months, inputs=unknown)
    key = f"{phase}.{condition}.{expectation}"
    if key not in rule_set.matrix:
        return _proposal("unknown", months, inputs=inputs)
    by_rule = rule_set.matrix[key]
    if by_rule is not None:
        return _proposal("matrix", by_rule, inputs=inputs)
    if in_care:
        return _proposal("youth_in_care", None, inputs=inputs)
    return _proposal(
        "youth_without_care", months, inputs=inputs, care_months=rule_set.youth_care_months
    )


_KNOWN: Final = {"phase": PHASES, "condition": CONDITIONS, "expectation": EXPECTATIONS}


def _proposal(code: str, months: int | None, **params: object) -> Proposal:
    return Proposal(months, code, say(f"interval.{code}", months=months, **params))


def matrix_problems(matrix: Mapping[str, object]) -> list[Sentence]:
    """What is wrong with an edited matrix; empty if it can become a rule set."""
    problems: list[Sentence] = []
    keys = [".".join(parts) for parts in product(PHASES, CONDITIONS, EXPECTATIONS)]
    for key in keys:
        problem = _cell_problem(key, matrix)
        if problem is not None:
            problems.append(problem)
    strange = sorted(set(matrix) - set(keys))
    problems += [say("rule_set.unknown_key", value=key) for key in strange]
    return problems


def _cell_problem(key: str, matrix: Mapping[str, object]) -> Sentence | None:
    phase, condition, expectation = key.split(".")
    inputs = (
        Word(f"phase.{phase}"),
        Word(f"condition.{condition}"),
        Word(f"expectation.{expectation}"),
    )
    if key not in matrix:
        return say("rule_set.missing", inputs=inputs)
    value = matrix[key]
    if value is None:
        if (phase, condition) == ("youth", "sound"):
            return None
        return say("rule_set.none_only_youth", inputs=inputs)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not SHORTEST_MONTHS <= int(str(value)) <= LONGEST_MONTHS:
        return say("rule_set.range", inputs=inputs, value=value)
    return None
