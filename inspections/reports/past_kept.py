"""Keeps the rows and due dates of a past day, so that only the first question of a day makes them.

A kept day is a few tables in the schema ``baum_past`` and a row in ``inspections_keptday`` that says
what they hold and which transactions they know. Triggers (migration 0009) leave a mark for each tree
that something happens to, in the transaction of the change. Whoever looks makes the trees anew whose
marks they see and the kept day does not know: an answer is never older than a day made from scratch,
whoever wrote what how, and however long their transaction ran. All of these tables are unlogged: a
crash empties days and marks together, and no backup holds them.
"""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from baumkataster.models import Place, Site, Tree
from inspections.models import InheritedControl, Measure
from inspections.past_day import AskedDay
from inspections.reports.past_plans import PLAN_SQL, PLANS, SETTINGS, WHOLE, Plans
from inspections.reports.past_rows import AMONG, STATEMENTS, past
from inspections.reports.past_store import (
    DAYS,
    FOUND_SQL,
    IDENTITY_SQL,
    LOCK,
    Found,
    drop,
    forget,
    held,
    may_keep,
    run_beside,
)

#: With more trees touched since, a day is made anew.
MOST: Final = 5_000
#: From so many trees on, two connections share the work.
LARGE: Final = 50_000
#: The mark of a change that concerns more trees than are worth naming.
ALL: Final = UUID(int=0)
#: First key of the advisory lock of one day.
LOCK_OF_DAY: Final = 7_305_914
MODELS: Final = {
    model._meta.model_name: model for model in (Tree, Site, Place, Measure, InheritedControl)
}
TOUCHED_SQL: Final = """SELECT DISTINCT tree_id AS id FROM inspections_pastmark
    WHERE by >= pg_snapshot_xmin(%(seen)s::pg_snapshot)
      AND NOT pg_visible_in_snapshot(by, %(seen)s::pg_snapshot) LIMIT %(most)s"""


class KeptDay(Plans):
    """A past day that may be kept."""

    def key(self) -> str:
        """What a kept day must have been made by: this day, reading, rules, statements, database."""
        with connection.cursor() as cursor:
            cursor.execute(IDENTITY_SQL)
            identity = cursor.fetchone()[0]
        made_by = [
            identity,
            self.statement(),
            self.rules.months(),
            self.values,
            PLAN_SQL,
            STATEMENTS,
        ]
        made_by.append(
            [[str(f.column) for f in model._meta.concrete_fields] for model in MODELS.values()]
        )
        return sha256(repr(made_by).encode()).hexdigest()

    def found(self) -> Found | None:
        """The newest kept day that this transaction sees."""
        with connection.cursor() as cursor:
            cursor.execute(FOUND_SQL, {"key": self.key()})
            row = cursor.fetchone()
        return Found(row[0], row[1], tuple(row[2]), row[3]) if row else None

    def holds(self) -> bool:
        """Whether a kept day can be shown, with few trees made anew."""
        found = self.found()
        if found is None:
            return False
        with connection.cursor() as cursor:
            cursor.execute(TOUCHED_SQL, {"seen": found.seen, "most": MOST + 1})
            touched = {key for (key,) in cursor.fetchall()}
        return ALL not in touched and len(touched) <= MOST

    def show(self) -> bool:
        """Let the transaction see the kept day, as it would be made now; False: there is none."""
        found = self.found()
        if found is None or not held(found):
            return False
        self.run(SETTINGS)
        self.values |= {"seen": found.seen, "most": MOST + 1, "all": ALL}
        touched = self.run(f"CREATE TEMP TABLE past_among ON COMMIT DROP AS {TOUCHED_SQL}")
        if touched > MOST or self.run("SELECT FROM past_among WHERE id = %(all)s"):
            self.run("DROP TABLE past_among")
            return False
        rows = [f"SELECT * FROM {table}" for table in found.plans]
        if touched:
            self.run("ANALYZE past_among")
            self.among = True
            self.make_plans()
            same = "NOT EXISTS (SELECT FROM past_among a WHERE a.id = k.tree_id)"
            rows = [f"SELECT * FROM {table} k WHERE {same}" for table in found.plans]
            rows.append(f"SELECT * FROM {PLANS}")
        self._lay_over(found)
        self.make_views(only_among=False)
        self.view_plans(" UNION ALL ".join(rows))
        if not touched:
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
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval('inspections_keptday_id_seq'), pg_current_snapshot()::text,"
                " (SELECT reltuples > %s FROM pg_class WHERE oid = 'baumkataster_tree'::regclass)",
                [LARGE],
            )
            number, seen, large = cursor.fetchone()
        found = Found(number, 2 if large else 1, (), seen)
        try:
            with transaction.atomic():
                self._make_parts(found)
        except BaseException:
            drop(found.tables)
            raise

    def _make_parts(self, found: Found) -> None:
        """Half the trees on this connection, half on another one, then what both belong to."""
        self.run(WHOLE)
        middle = self._middle()
        shares = [f"{{id}} < '{middle}'", f"{{id}} >= '{middle}'"] if found.parts > 1 else [""]
        texts = [
            f"CREATE UNLOGGED TABLE {table} AS {self.statement(share=share)}"
            for table, share in zip(found.plans, shares, strict=True)
        ]
        with ThreadPoolExecutor(1) as beside:
            waiting = [beside.submit(run_beside, text, self.values, WHOLE) for text in texts[1:]]
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
        for table in [*found.plans, *map(found.other, others)]:
            self.run(f"ANALYZE {table}")
        # Tables end with the transaction, views would not.
        self.run("DROP VIEW " + ", ".join(f"pg_temp.{name}" for name in sorted(self.views)))
        self.values |= {
            "id": found.id, "key": self.key(), "parts": found.parts, "others": list(others),
            "seen": found.seen,
        }  # fmt: skip
        self.run(
            "INSERT INTO inspections_keptday (id, key, parts, others, seen) VALUES (%(id)s, %(key)s,"
            " %(parts)s, %(others)s, %(seen)s::pg_snapshot)"
        )

    def _middle(self) -> str:
        """A key that about half of the trees lie before."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (histogram_bounds::text::uuid[])[array_length(histogram_bounds::text::uuid[], 1) / 2]"
                " FROM pg_stats WHERE schemaname = 'public' AND tablename = 'baumkataster_tree'"
                " AND attname = 'id'"
            )
            row = cursor.fetchone()
        return str(row[0]) if row and row[0] else "80000000-0000-0000-0000-000000000000"


def keep(asked: AskedDay) -> None:
    """Make and keep the day where no kept one holds; outside of a transaction.

    Who asks for the same day meanwhile waits, and finds it made.
    """
    if not may_keep() or KeptDay(asked).holds():
        return
    key = int(KeptDay(asked).key()[:7], 16)
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
