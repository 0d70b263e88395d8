"""The rule sets that a past day knows, as words of SQL; for past_plans.py."""

import json
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from inspections.models import RuleSet
from inspections.past_day import AskedDay
from inspections.rules.intervals import CONDITIONS, EXPECTATIONS, PHASES
from inspections.rules.past import Reading, end_of


class PastRules:
    """All versions that were known, in their order, and the one that holds on the day."""

    def __init__(self, asked: AskedDay) -> None:
        self.day = asked.day
        rules = list(RuleSet.objects.order_by("valid_from", "version"))
        end = end_of(asked.day)
        known = [r for r in rules if asked.reading is Reading.TODAY or r.created_at < end]
        #: The first one also counts for days before it was recorded.
        self.rules = known or rules[:1]

    @property
    def ids(self) -> list[str]:
        """Keys of the known versions."""
        return [str(rule.pk) for rule in self.rules]

    @property
    def last(self) -> int:
        """Place of the day's version in the order."""
        return max(sum(rule.valid_from <= self.day for rule in self.rules) - 1, 0)

    @property
    def of_the_day(self) -> RuleSet:
        """The version that holds on the day."""
        return self.rules[self.last]

    def constants(self) -> dict[str, Any]:
        """Values of the day's version, written into the statement."""
        rule = self.of_the_day
        initial = json.dumps({str(k): int(v) for k, v in rule.initial_months.items()})
        return {
            "default_months": rule.default_months,
            "tolerance_months": rule.tolerance_months,
            "youth_care_months": rule.youth_care_months,
            "initial_months": initial.replace("'", "''").replace("%", "%%"),
        }

    def ordinal(self, day: str) -> str:
        """SQL of a day's place in the order; ``day`` is SQL of a date."""
        steps = [f"({day} >= '{rule.valid_from}')::int" for rule in self.rules[1:]]
        return f"({' + '.join(steps)})" if steps else "0"

    def months(self) -> str:
        """Rows of VALUES: months by phase, condition, expectation and place of the version."""
        rows = []
        for (phase, condition, expectation), months in self._matrix():
            rows += [
                f"('{phase}', '{condition}', '{expectation}', {n}, {number})"
                for n, number in enumerate(months)
            ]
        return ", ".join(rows)

    def lowest(self, ordinal: str) -> str:
        """SQL of the lowest months from the version at a place of the order on.

        Looked up in an array by place: a join by words would cost more than all dates together.
        """
        size = len(self.rules)
        numbers = [
            min(months[min(n, self.last) : self.last + 1])
            for _key, months in self._matrix()
            for n in range(size)
        ]
        steps = (
            _place("f.phase", ("", *PHASES), len(CONDITIONS) * (len(EXPECTATIONS) + 1) * size),
            _place("f.condition", CONDITIONS, (len(EXPECTATIONS) + 1) * size),
            _place("f.expectation", ("", *EXPECTATIONS), size),
        )
        array = ",".join(map(str, numbers))
        return f"('{{{array}}}'::int[])[1 + {' + '.join(steps)} + {ordinal}]"

    def _matrix(self) -> Iterator[tuple[tuple[str, str, str], list[int]]]:
        """Phase, condition and expectation with the months of every version."""
        for key in product(("", *PHASES), CONDITIONS, ("", *EXPECTATIONS)):
            yield (
                key,
                [rule.matrix.get(".".join(key)) or rule.default_months for rule in self.rules],
            )


def _place(column: str, words: Sequence[str], step: int) -> str:
    """SQL of a word's place among ``words``, ``step`` numbers apart."""
    cases = " ".join(f"WHEN '{word}' THEN {n * step}" for n, word in enumerate(words))
    return f"CASE {column} {cases} END"
