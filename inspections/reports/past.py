"""Looks at a past day: inside ``looking_back`` every query sees trees and due dates as they were.

Report, tiles and card ask for tables by their plain names. In the transaction that this module
opens, those names mean temporary views and tables with the rows of the day; at its end they are
gone. The rule is ``rules/past.plan_then``, its set-based twin stands in ``sql/then_plan.sql``.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import Place, Site, Tree
from inspections.models import RuleSet
from inspections.past_day import DAY, AskedDay
from inspections.reports.past_rows import STATEMENTS, PastRows, named, past
from inspections.rules.intervals import CONDITIONS, EXPECTATIONS, PHASES
from inspections.rules.past import Reading, end_of

#: Parts of the statement of the plans, by name.
PLAN_SQL: Final = named(Path(__file__).parent.parent / "sql" / "then_plan.sql")
#: So many trees are looked up one by one; more are cheaper all at once.
FEW: Final = 50_000
#: For one statement over all trees. How many processes share it is the cluster's choice: each makes
#: the newest inspections of all trees for itself, so that more than there are cores only cost time.
SETTINGS: Final = """
SET LOCAL work_mem = '192MB'; SET LOCAL hash_mem_multiplier = 2; SET LOCAL jit = off;
SET LOCAL random_page_cost = 1.1;
SET LOCAL default_statistics_target = 10"""

BERLIN: Final = "AT TIME ZONE 'Europe/Berlin'"
#: As known today a basis binds from the day after it.
NEXT_DAY: Final = f"((p.basis_on + 1)::timestamp {BERLIN})"


@contextmanager
def looking_back(asked: AskedDay, *, among: str = "", evidence: bool = False) -> Iterator[None]:
    """Let the block see ``asked``; today and later days are seen as they are.

    ``among`` is SQL that gives the ids of the only trees that matter (a tile, a card); ``evidence``
    lets inspections and photos be seen as they were, too. Nothing that the block writes stays.

    Raises:
        Refused: the day lies before the first data of the city.
    """
    if not asked.is_past:
        yield
        return
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        try:
            if outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            ensure_data(asked)
            _Plans(asked, among).make(evidence=evidence)
            yield
        finally:
            transaction.set_rollback(True)


def ensure_data(asked: AskedDay) -> None:
    """Say so where nothing was recorded yet.

    Raises:
        Refused: with the first day that can be asked for.
    """
    then = asked.reading is Reading.THEN
    with connection.cursor() as cursor:
        # The first row that fits is found at once; the very first one needs all of them.
        cursor.execute(
            STATEMENTS["known"], {"day": asked.day, "end": end_of(asked.day), "then": then}
        )
        if cursor.fetchone()[0] and RuleSet.objects.exists():
            return
        cursor.execute(STATEMENTS["first"])
        recorded, inspected = cursor.fetchone()
    days = [day for day in (recorded, None if then else inspected) if day]
    if not RuleSet.objects.exists() or not days:
        raise Refused({DAY: [_("Für keinen Tag der Vergangenheit gibt es schon Daten.")]})
    if asked.day < min(days):
        raise Refused(
            {
                DAY: [
                    _("Am %(day)s gab es hier noch keine Daten; die ersten sind vom %(first)s.")
                    % {"day": f"{asked.day:%d.%m.%Y}", "first": f"{min(days):%d.%m.%Y}"}
                ]
            }
        )


class _Plans(PastRows):
    """The rows of the day, and the control plans that follow from them."""

    def __init__(self, asked: AskedDay, among: str) -> None:
        super().__init__(asked, among=bool(among))
        self.among_sql = among
        self.day = asked.day
        self.rules = self._known_rules()
        self.has_least = False

    def make(self, *, evidence: bool = False) -> None:
        """Views of the day, then plans: all at once, and again those with a memory."""
        self.run(SETTINGS)
        if self.among_sql:
            self.run(f"CREATE TEMP TABLE past_among (id) ON COMMIT DROP AS {self.among_sql}")
            self.run("ANALYZE past_among")
        super().make()
        self.run(
            "CREATE TEMP TABLE inspections_controlplan ON COMMIT DROP AS "
            + self._plans(again=False)
        )
        self._again()
        if self.then:
            self._only_known_rules()
        if evidence:
            self.make_evidence()
        self.run("ANALYZE inspections_controlplan")

    def _again(self) -> None:
        """Replace the plans of trees that the plain statement cannot know."""
        if self.then and self.run(STATEMENTS["reset"]):
            self.run(STATEMENTS["reset_start"])
        started = "p.start_at" if self.then else NEXT_DAY
        parts = []
        if self.run(STATEMENTS["events"].format(started=started)):
            spans = {name: self._ordinal(f"s.{name[:-1]}day") for name in ("from_n", "to_n")}
            least = STATEMENTS["least"].format(months=self._months(), started=started, **spans)
            self.run(least)
            self.has_least = True
            parts.append("SELECT tree_id AS id FROM past_least")
        if self.then:
            parts.append("SELECT tree_id AS id FROM past_reset")
        ids = " UNION ".join([*parts, *self._changed()])
        if not ids:
            return
        number = self.run(f"CREATE TEMP TABLE past_again ON COMMIT DROP AS {ids}")
        if number:
            self.run("ANALYZE past_again")
            self.run(
                "DELETE FROM inspections_controlplan WHERE tree_id IN (SELECT id FROM past_again)"
            )
            self.run(
                f"INSERT INTO inspections_controlplan {self._plans(again=True, few=number <= FEW)}"
            )

    def _changed(self) -> Iterator[str]:
        """Ids of trees whose own row, site or place was another one on the day."""
        if not self.then:
            yield "SELECT id FROM past_proved"
        if Tree in self.rebuilt:
            yield f"SELECT id FROM {past(Tree)}"
        if Site in self.rebuilt:
            yield f"SELECT t.id FROM baumkataster_tree t JOIN {past(Site)} s ON s.id = t.site_id"
        if Place in self.rebuilt:
            yield f"""SELECT t.id FROM baumkataster_tree t
                JOIN baumkataster_site s ON s.id = t.site_id
                JOIN {past(Place)} p ON p.id = s.place_id"""

    def _plans(self, *, again: bool, few: bool = False) -> str:
        """The statement of the plans: all by the rows as they are, or the changed ones again."""
        only = "past_again" if again else "past_among" if self.among else ""
        words = {
            "schema": "" if again else "public.",
            "among": f"t.id IN (SELECT id FROM {only})" if only else self._existed(again=again),
            **self._memory(again=again),
            **self._conditions(only),
            **self._constants(self._rule_on(self.day)),
        }
        words["columns"] = PLAN_SQL["columns"].format(**words)
        return (PLAN_SQL["few" if few else "all"] + PLAN_SQL["plan"]).format(**words)

    def _memory(self, *, again: bool) -> dict[str, str]:
        """Since when a basis binds, and the lowest months since then."""
        begin = "(f.start_at " + BERLIN + ")::date" if self.then else "f.inspected_on + 1"
        first, last = self._ordinal(f"({begin})"), self._ordinal_of(self.day)
        words = {"joins": "", "start": "NULL::timestamptz", "least": "NULL::int"}
        if self.then:
            words["start"] = "b.received_at"
        if again and self.then:
            words["joins"] = "LEFT JOIN past_reset r ON r.tree_id = t.id"
            words["start"] = "greatest(b.received_at, r.at)"
        if again and self.has_least:
            words["joins"] += " LEFT JOIN past_least l ON l.tree_id = t.id"
            words["least"] = "l.months"
            first = f"CASE WHEN f.least IS NULL THEN {first} ELSE {last} END"
        return words | {"lowest": self._lowest(first)}

    def _existed(self, *, again: bool) -> str:
        """Whether a tree counts at all: the view of the day knows, the table itself does not."""
        return "true" if again else self.existed("t", proved=False)

    def _conditions(self, only: str) -> dict[str, str]:
        """What counts in the reading, of the trees in the table ``only``."""
        known = "received_at < %(end)s"
        return {
            "inspections": f"i.{known}" if self.then else "i.inspected_on <= %(day)s",
            "corrections": f"c.{known}" if self.then else "true",
            # As known today a measure that was done by the day needs no view of its end.
            "measures": "inspections_measure" if self.then else "public.inspections_measure",
            "ordered": "" if self.then else "m.ordered_on <= %(day)s AND",
            **{
                f"among_{alias}": f"AND {alias}.tree_id IN (SELECT id FROM {only})" if only else ""
                for alias in "imh"
            },
        }

    def _constants(self, rule: RuleSet) -> dict[str, Any]:
        """Values of the day's rule set, written into the statement."""
        initial = json.dumps({str(k): int(v) for k, v in rule.initial_months.items()})
        return {
            "default_months": rule.default_months,
            "tolerance_months": rule.tolerance_months,
            "youth_care_months": rule.youth_care_months,
            "initial_months": initial.replace("'", "''").replace("%", "%%"),
            "rule_set": rule.pk,
        }

    def _known_rules(self) -> list[RuleSet]:
        """Rule sets in their order; the first one also counts for days before it was recorded."""
        rules = list(RuleSet.objects.order_by("valid_from", "version"))
        end = end_of(self.day)
        return [r for r in rules if not self.then or r.created_at < end] or rules[:1]

    def _ordinal_of(self, day: date) -> int:
        """Place of a day's rule set in the order."""
        return max(sum(rule.valid_from <= day for rule in self.rules) - 1, 0)

    def _rule_on(self, day: date) -> RuleSet:
        return self.rules[self._ordinal_of(day)]

    def _ordinal(self, day: str) -> str:
        """SQL of the same; ``day`` is SQL of a date."""
        steps = [f"({day} >= '{rule.valid_from}')::int" for rule in self.rules[1:]]
        return f"({' + '.join(steps)})" if steps else "0"

    def _matrix(self) -> Iterator[tuple[tuple[str, str, str], list[int]]]:
        """Phase, condition and expectation with the months of every rule set."""
        for key in product(("", *PHASES), CONDITIONS, ("", *EXPECTATIONS)):
            yield (
                key,
                [rule.matrix.get(".".join(key)) or rule.default_months for rule in self.rules],
            )

    def _months(self) -> str:
        """Rows of VALUES: months by phase, condition, expectation and rule set."""
        rows = []
        for (phase, condition, expectation), months in self._matrix():
            rows += [
                f"('{phase}', '{condition}', '{expectation}', {n}, {number})"
                for n, number in enumerate(months)
            ]
        return ", ".join(rows)

    def _lowest(self, ordinal: str) -> str:
        """SQL of the lowest months from the rule set at a place of the order on.

        Looked up in an array by place: a join by words would cost more than all dates together.
        """
        last, size = self._ordinal_of(self.day), len(self.rules)
        numbers = [
            min(months[min(n, last) : last + 1])
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

    def _only_known_rules(self) -> None:
        """Let the day's rule set be the one that was known."""
        table, ids = RuleSet._meta.db_table, ", ".join(f"'{rule.pk}'" for rule in self.rules)
        self.run(f"CREATE TEMP VIEW {table} AS SELECT * FROM public.{table} WHERE id IN ({ids})")


def _place(column: str, words: Sequence[str], step: int) -> str:
    """SQL of a word's place among ``words``, ``step`` numbers apart."""
    cases = " ".join(f"WHEN '{word}' THEN {n * step}" for n, word in enumerate(words))
    return f"CASE {column} {cases} END"
