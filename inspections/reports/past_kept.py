"""Keeps the rows and due dates of a past day, so that only the first question of a day makes them.

A kept day is a few tables in the schema ``baum_past`` and a row in ``inspections_keptday`` that says
what they hold and which transactions they know. Triggers (migration 0009) leave a mark for each tree
that something happens to, in the transaction of the change. Whoever looks makes the trees anew whose
marks they see and the kept day does not know: an answer is never older than a day made from scratch,
whoever wrote what how, and however long their transaction ran. All of these tables are unlogged: a
crash empties days and marks together, and no backup holds them.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from typing import Final

from django.db import connection, transaction

from baumkataster.models import Place, Site, Tree
from inspections.models import InheritedControl, Measure
from inspections.past_day import AskedDay
from inspections.reports.past_plans import PLAN_SQL, PLANS, SETTINGS, WHOLE, Plans
from inspections.reports.past_rows import AMONG, STATEMENTS, past
from inspections.reports.past_store import (
    ALL,
    DAYS,
    LOCK,
    TOUCHED_SQL,
    Found,
    begin,
    drop,
    forget,
    held,
    identity,
    large,
    look,
    may_keep,
    remember,
    run_beside,
    touched,
)
from inspections.reports.past_trees import PLACE_OF_TREE, kept_trees

#: With more trees touched since, a day is made anew.
MOST: Final = 5_000
#: First key of the advisory lock of one day.
LOCK_OF_DAY: Final = 7_305_914
#: As plan_by_risk of the control plans: the report's first page is read, not sorted. Only of those
#: that the report lists (overdue.only_states): an index of all trees would take three times as long.
BY_RISK: Final = """((CASE WHEN expectation = 'lower' THEN 0 ELSE 1 END) DESC, due_on)
    WHERE required AND (never OR due_on < %(day)s)"""
MODELS: Final = {
    model._meta.model_name: model for model in (Tree, Site, Place, Measure, InheritedControl)
}


class KeptDay(Plans):
    """A past day that may be kept."""

    def key(self) -> str:
        """What a kept day must have been made by: this day, reading, rules, statements, database."""
        columns = [
            [str(f.column) for f in model._meta.concrete_fields] for model in MODELS.values()
        ]
        made_by = (
            identity(),
            self.statement(),
            self.rules.months(),
            self.values,
            (PLAN_SQL, STATEMENTS),
            columns,
        )
        return f"day:{sha256(repr(made_by).encode()).hexdigest()}"

    def holds(self) -> bool:
        """Whether a kept day can be shown, with few trees made anew."""
        found = look(self.key())
        return found is not None and touched(found, most=MOST) is not None

    def show(self) -> bool:
        """Let the transaction see the kept day, as it would be made now; False: there is none."""
        found = look(self.key())
        if found is None or not held(found):
            return False
        self.run(SETTINGS)
        self.values |= {"seen": found.seen, "most": MOST + 1, "all": ALL}
        number = self.run(f"CREATE TEMP TABLE past_among ON COMMIT DROP AS {TOUCHED_SQL}")
        if number > MOST or self.run("SELECT FROM past_among WHERE id = %(all)s"):
            self.run("DROP TABLE past_among")
            return False
        rows = [f"SELECT * FROM {table}" for table in found.plans]
        if number:
            self.run("ANALYZE past_among")
            self.among = self.few = True
            self.make_plans()
            same = "NOT EXISTS (SELECT FROM past_among a WHERE a.id = k.tree_id)"
            rows = [f"SELECT * FROM {table} k WHERE {same}" for table in found.plans]
            rows.append(f"SELECT * FROM {PLANS}")
        self._lay_over(found)
        self.make_views(only_among=False)
        self.view_plans(" UNION ALL ".join(rows))
        if not number:
            self.hide_unknown_rules()
        return True

    def _lay_over(self, found: Found) -> None:
        """Let past_… mean the kept other rows, but for the trees that were made anew."""
        others = {name: found.other(name) for name in found.others}
        if "proved" in others:
            self._join("past_proved", others.pop("proved"), AMONG[Tree], fresh=self.proved)
            self.proved = True
        for name, table in others.items():
            model = MODELS[name]
            self._join(past(model), table, AMONG[model], fresh=model in self.rebuilt)
            self.rebuilt.add(model)

    def _join(self, name: str, kept: str, among: str, *, fresh: bool) -> None:
        rows = f"SELECT * FROM {kept}"
        if self.among:
            rows += f" k WHERE NOT EXISTS (SELECT FROM ({among}) a(id) WHERE a.id = k.id)"
        if fresh:
            self.run(f"ALTER TABLE pg_temp.{name} RENAME TO {name}_fresh")
            rows += f" UNION ALL SELECT * FROM {name}_fresh"
        elif self.among:
            self.run(f"DROP TABLE IF EXISTS pg_temp.{name} CASCADE")
        self.run(f"CREATE TEMP VIEW {name} AS {rows}")

    def make_kept(self) -> None:
        """Make the day and keep it. Each connection commits for itself: what happens meanwhile is
        marked by transactions that ``seen`` does not know."""
        trees = kept_trees()
        found = begin(parts=2 if large() else 1, seen=trees.seen if trees else None)
        try:
            with transaction.atomic():
                # Kept trees that went away meanwhile are read from where they came.
                self._make_parts(found, trees if trees and held(trees) else None)
        except BaseException:
            drop(found.tables)
            raise

    def _make_parts(self, found: Found, trees: Found | None) -> None:
        """Half the trees on this connection, half on another one, then what both belong to."""
        settings = SETTINGS if trees else WHOLE
        self.run(settings)
        rows = f"{trees.plans[0]} t {PLACE_OF_TREE}" if trees else ""
        if trees:
            self.all_trees = trees.plans[0]
        middle = self._middle()
        shares = [f"{{id}} < '{middle}'", f"{{id}} >= '{middle}'"] if found.parts > 1 else [""]
        texts = [
            _filled(table, self.statement(share=share, trees=rows))
            for table, share in zip(found.plans, shares, strict=True)
        ]
        with ThreadPoolExecutor(1) as beside:
            waiting = [beside.submit(run_beside, text, self.values, settings) for text in texts[1:]]
            self.make_rows()
            self.make_views(only_among=False)
            self.run(texts[0])
            for each in waiting:
                each.result()
        self.view_plans(" UNION ALL ".join(f"SELECT * FROM {table}" for table in found.plans))
        self.make_again(found.plans)
        others = {str(model._meta.model_name): past(model) for model in self.rebuilt}
        if self.proved and self.run("SELECT FROM past_proved LIMIT 1"):
            others["proved"] = "past_proved"
        for name, table in others.items():
            self.run(f"CREATE UNLOGGED TABLE {found.other(name)} AS SELECT * FROM {table}")
            self.run(f"CREATE INDEX ON {found.other(name)} (id)")
            self.run(f"ANALYZE {found.other(name)}")
        # Tables end with the transaction, views would not.
        self.run("DROP VIEW " + ", ".join(f"pg_temp.{name}" for name in sorted(self.views)))
        remember(replace(found, others=tuple(others)), key=self.key())

    def _middle(self) -> str:
        """A key that about half of the trees lie before."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (h.bounds)[array_length(h.bounds, 1) / 2] FROM ("
                " SELECT histogram_bounds::text::uuid[] AS bounds FROM pg_stats"
                " WHERE schemaname = 'public' AND tablename = 'baumkataster_tree'"
                " AND attname = 'id') h"
            )
            row = cursor.fetchone()
        return str(row[0]) if row and row[0] else "80000000-0000-0000-0000-000000000000"


def _filled(table: str, rows: str) -> str:
    """SQL that makes a table of plans: inserted, they stay in memory; a table that is made from a
    query has its pages written out through a ring of few buffers, and the page reads them again."""
    return (
        f"CREATE UNLOGGED TABLE {table} AS {rows} WITH NO DATA; INSERT INTO {table} {rows};"
        f" CREATE INDEX ON {table} {BY_RISK}; ANALYZE {table}"
    )


def keep(asked: AskedDay) -> None:
    """Make and keep the day where no kept one holds; outside of a transaction.

    Who asks for the same day meanwhile waits, and finds it made.
    """
    if not may_keep() or KeptDay(asked).holds():
        return
    key = int(KeptDay(asked).key()[-7:], 16)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_OF_DAY, key])
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])
        try:
            # Once more: whoever was waited for has made it.
            if not KeptDay(asked).holds():
                KeptDay(asked).make_kept()
        finally:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [LOCK])
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_OF_DAY, key])
    forget(most=DAYS)
