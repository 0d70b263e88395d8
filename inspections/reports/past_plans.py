"""All due dates of a past day from its rows and rules; for past.py and past_kept.py.

The rule is ``rules/past.plan_then``, its set-based twin stands in ``sql/then_plan.sql``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from baumkataster.models import Place, Site, Tree
from inspections.models import ControlPlan, InheritedControl, Measure, MeasureKind, RuleSet
from inspections.past_day import AskedDay
from inspections.reports.past_rows import ENDS, FEW, STATEMENTS, PastRows, named, past
from inspections.reports.past_rules import PastRules

#: Parts of the statement of the plans, by name.
PLAN_SQL: Final = named(Path(__file__).parent.parent / "sql" / "then_plan.sql")
#: For statements over all trees.
SETTINGS: Final = """
SET LOCAL work_mem = '192MB'; SET LOCAL hash_mem_multiplier = 2; SET LOCAL jit = off;
SET LOCAL random_page_cost = 1.1;
SET LOCAL default_statistics_target = 10"""

#: And for those that make all plans: to read a million trees in the order of their keys takes longer
#: than to hash them.
WHOLE: Final = f"{SETTINGS}; SET LOCAL enable_mergejoin = off"

BERLIN: Final = "AT TIME ZONE 'Europe/Berlin'"
#: As known today a basis binds from the day after it.
NEXT_DAY: Final = f"((p.basis_on + 1)::timestamp {BERLIN})"
#: As known then it binds from when it was received, or came back.
SINCE: Final = "greatest(p.start_at, r.at)"
#: The table of plans that are made inside the transaction.
PLANS: Final = "past_plan"


class Plans(PastRows):
    """The rows of the day, and the control plans that follow from them."""

    def __init__(self, asked: AskedDay, among: str = "") -> None:
        super().__init__(asked, among=bool(among))
        self.among_sql = among
        self.rules = PastRules(asked)
        kinds = MeasureKind.objects.filter(young_tree_care=True).order_by("pk")
        self.values["care_kinds"] = list(kinds.values_list("pk", flat=True))
        self.has_least = False
        #: Whether past_among has so few trees that each is looked up by itself.
        self.few = False

    def make(self, *, evidence: bool = False) -> None:
        """Views of the day and plans, all of them for this transaction."""
        self.run(SETTINGS)
        if self.among_sql:
            number = self.run(
                f"CREATE TEMP TABLE past_among (id) ON COMMIT DROP AS {self.among_sql}"
            )
            self.run("ANALYZE past_among")
            self.few = number <= FEW
        self.make_plans()
        if evidence:
            self.make_evidence(only_among=self.among)

    def make_plans(self) -> None:
        """Rows, views and plans; of the trees of past_among, where there are some."""
        self.make_rows()
        self.make_views(only_among=self.among)
        self.run(f"CREATE TEMP TABLE {PLANS} ON COMMIT DROP AS {self.statement(few=self.few)}")
        self.view_plans(f"SELECT * FROM {PLANS}")
        self.make_again([PLANS])
        self.run(f"ANALYZE {PLANS}")
        self.hide_unknown_rules()

    def view_plans(self, rows: str) -> None:
        """Let the table of control plans mean these rows."""
        table = ControlPlan._meta.db_table
        words = {"rows": rows, "rule_set": self.rules.of_the_day.pk, **self.rules.constants()}
        self.run(f"CREATE OR REPLACE TEMP VIEW {table} AS {PLAN_SQL['shown'].format(**words)}")
        self.views.add(table)

    def hide_unknown_rules(self) -> None:
        """As known then, let the day's rule set be the one that was known."""
        if self.then:
            table, ids = RuleSet._meta.db_table, ", ".join(f"'{key}'" for key in self.rules.ids)
            self.run(
                f"CREATE TEMP VIEW {table} AS SELECT * FROM public.{table} WHERE id IN ({ids})"
            )
            self.views.add(table)

    def make_again(self, tables: list[str]) -> None:
        """Replace the plans of trees that the plain statement cannot know, in their tables."""
        words = {"started": NEXT_DAY, "reset": ""}
        if self.then:
            among = "AND c.tree_id IN (SELECT id FROM past_among)" if self.among else ""
            self.run(STATEMENTS["reset"].format(among=among))
            words = {"started": SINCE, "reset": "LEFT JOIN past_reset r ON r.tree_id = p.tree_id"}
        parts = []
        if self.run(STATEMENTS["events"].format(**words)):
            spans = {name: self.rules.ordinal(f"s.{name[:-1]}day") for name in ("from_n", "to_n")}
            months = self.rules.months()
            self.run(STATEMENTS["least"].format(months=months, **words, **spans))
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
            for table in tables:
                self.run(f"DELETE FROM {table} WHERE tree_id IN (SELECT id FROM past_again)")
            again = self.statement(again=True, few=number <= FEW)
            self.run(f"INSERT INTO {tables[-1]} {again}")

    def _changed(self) -> Iterator[str]:
        """Ids of trees that something is rebuilt of: row, site, place or what was done to them."""
        if self.proved:
            yield "SELECT id FROM past_proved"
        if Tree in self.rebuilt:
            yield f"SELECT id FROM {past(Tree)}"
        if Site in self.rebuilt:
            yield f"SELECT t.id FROM baumkataster_tree t JOIN {past(Site)} s ON s.id = t.site_id"
        if Place in self.rebuilt:
            yield f"""SELECT t.id FROM baumkataster_tree t
                JOIN baumkataster_site s ON s.id = t.site_id
                JOIN {past(Place)} p ON p.id = s.place_id"""
        if Measure in self.rebuilt:
            # Care that counts by the row as it was or as it is.
            yield f"""SELECT m.tree_id FROM (
                    SELECT * FROM {past(Measure)} UNION ALL
                    SELECT * FROM public.inspections_measure
                    WHERE id IN (SELECT id FROM {past(Measure)})) m
                WHERE m.kind_id = ANY(%(care_kinds)s) AND m.state = 'done'
                  AND m.ended_at < %(end)s"""
        if InheritedControl in self.rebuilt:
            yield f"SELECT tree_id FROM {past(InheritedControl)}"

    def statement(
        self, *, again: bool = False, few: bool = False, share: str = "", trees: str = ""
    ) -> str:
        """The statement of the plans: all by the rows as they are, or those of past_again.

        ``share`` is a condition on {id}, so that several connections may each make a share. By the
        rows as they are, no temporary table is read but past_among; ``few`` trees are looked up one
        by one in the rows of the day. ``trees``: SQL of what to read in the place of trees, sites
        and places.
        """
        by_day = again or few
        only = "past_again" if again else "past_among" if self.among else ""
        condition = f"{{id}} IN (SELECT id FROM {only})" if only else share or "true"
        names = {"i": "i.tree_id", "h": "h.tree_id", "m": "m.tree_id", "t": "t.id"}
        words = {
            "of": only,
            "schema": "" if again else "public.",
            "trees": trees or PLAN_SQL["trees"].format(schema="" if again else "public."),
            "among": "true" if again else self.existed("t", proved=False),
            **{f"among_{key}": f"AND {condition.format(id=name)}" for key, name in names.items()},
            **self._conditions(by_day=by_day),
            **self._memory(again=again),
            **self.rules.constants(),
        }
        words["columns"] = PLAN_SQL["columns"].format(**words)
        return (PLAN_SQL["few" if few else "all"] + PLAN_SQL["plan"]).format(**words)

    def _conditions(self, *, by_day: bool) -> dict[str, str]:
        """What counts in the reading; the views of the day know by themselves."""
        words = {"inherited": "true", "care": "true", "status": "t.status"}
        if not by_day:
            care = "m.created_at < %(end)s AND m.ended_at < %(end)s"
            words["inherited"] = self.inherited("h")
            words["care"] = care if self.then else "m.ordered_on <= %(day)s"
            if not self.then:
                words["status"] = ENDS["status"].format(t="t")
        known = "received_at < %(end)s"
        return words | {
            "inspections": f"i.{known}" if self.then else "i.inspected_on <= %(day)s",
            "corrections": f"c.{known}" if self.then else "true",
        }

    def _memory(self, *, again: bool) -> dict[str, str]:
        """Since when a basis binds, and the lowest months since then."""
        begin = "(f.start_at " + BERLIN + ")::date" if self.then else "f.inspected_on + 1"
        first = self.rules.ordinal(f"({begin})")
        words = {"joins": "", "start": "NULL::timestamptz", "least": "NULL::int"}
        if self.then:
            words["start"] = "b.received_at"
        if again and self.then:
            words["joins"] = "LEFT JOIN past_reset r ON r.tree_id = t.id"
            words["start"] = "greatest(b.received_at, r.at)"
        if again and self.has_least:
            words["joins"] += " LEFT JOIN past_least l ON l.tree_id = t.id"
            words["least"] = "l.months"
            first = f"CASE WHEN f.least IS NULL THEN {first} ELSE {self.rules.last} END"
        return words | {"lowest": self.rules.lowest(first)}
