"""Tables of kept past days: what stands where, and how they go; for past_kept.py and the worker.

A kept day is a few tables in the schema ``baum_past`` and a row in ``inspections_keptday`` that says
what they hold and which transactions they know. All of them are unlogged, as the marks are: a crash
empties days and marks together, and no backup holds them.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection, connections, transaction
from django.db.utils import OperationalError, ProgrammingError

#: So many days are kept, each in one reading; for a million trees one takes about 130 MB.
DAYS: Final = 6
#: Key of the advisory lock that whoever makes a day holds (shared), and whoever takes marks away.
LOCK: Final = 7_305_913
SCHEMA: Final = "baum_past"
#: From so many trees on, two connections share the work.
LARGE: Final = 50_000
#: The mark of a change that concerns more trees than are worth naming.
ALL: Final = UUID(int=0)
#: The life of the database that transaction numbers belong to.
IDENTITY_SQL: Final = """SELECT concat_ws('-', system_identifier,
    (SELECT oid FROM pg_database WHERE datname = current_database())) FROM pg_control_system()"""
TOUCHED_SQL: Final = """SELECT DISTINCT tree_id AS id FROM inspections_pastmark
    WHERE by >= pg_snapshot_xmin(%(seen)s::pg_snapshot)
      AND NOT pg_visible_in_snapshot(by, %(seen)s::pg_snapshot) LIMIT %(most)s"""
FOUND_SQL: Final = """SELECT id, parts, others, seen::text FROM inspections_keptday
    WHERE key = %(key)s ORDER BY id DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in inspections_keptday."""

    id: int
    #: Tables that hold the plans.
    parts: int
    #: Tables of rows that were others on the day, and ``proved``.
    others: tuple[str, ...]
    #: The transactions that it knows.
    seen: str

    @property
    def plans(self) -> list[str]:
        """Names of the tables of plans."""
        return [f"{SCHEMA}.d{self.id}_{number}" for number in range(self.parts)]

    def other(self, name: str) -> str:
        """Name of the table of other rows."""
        return f"{SCHEMA}.d{self.id}_{name}"

    @property
    def tables(self) -> list[str]:
        """All its tables."""
        return [*self.plans, *map(self.other, self.others)]


def identity() -> str:
    """Which life of the database this is."""
    with connection.cursor() as cursor:
        cursor.execute(IDENTITY_SQL)
        return str(cursor.fetchone()[0])


def large() -> bool:
    """Whether the city has so many trees that work is worth sharing, as far as statistics know."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'baumkataster_tree'::regclass")
        return bool(cursor.fetchone()[0] > LARGE)


def look(key: str) -> Found | None:
    """The newest of what is kept under a key, as far as this transaction sees."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND_SQL, {"key": key})
        row = cursor.fetchone()
    return Found(row[0], row[1], tuple(row[2]), row[3]) if row else None


def touched(found: Found, *, most: int) -> set[UUID] | None:
    """Trees that something happened to since; None: to more than ``most``, or to all."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED_SQL, {"seen": found.seen, "most": most + 1})
        trees = {key for (key,) in cursor.fetchall()}
    return None if ALL in trees or len(trees) > most else trees


def begin(*, parts: int, seen: str | None = None) -> Found:
    """A name for new tables, and what they know: transactions that are finished now, before anything
    is read; or no more than what they are made from (``seen``)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('inspections_keptday_id_seq'), pg_current_snapshot()::text")
        number, now = cursor.fetchone()
    return Found(number, parts, (), seen or now)


def remember(found: Found, *, key: str) -> None:
    """Say that the tables are complete."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inspections_keptday (id, key, parts, others, seen)"
            " VALUES (%s, %s, %s, %s, %s::pg_snapshot)",
            [found.id, key, found.parts, list(found.others), found.seen],
        )


def forget(*, most: int, kind: str = "") -> int:
    """Let go of all but the newest days, of tables that nobody knows and of marks that every kept
    day knows; how many days went. What somebody is looking at stays until the next time."""
    gone = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, parts, others, seen::text FROM inspections_keptday"
            " WHERE split_part(key, ':', 1) = %(kind)s AND id NOT IN ("
            "  SELECT max(id) FROM inspections_keptday WHERE split_part(key, ':', 1) = %(kind)s"
            "  GROUP BY key ORDER BY 1 DESC LIMIT %(most)s)",
            {"kind": kind or "day", "most": most},
        )
        old = [
            Found(id_, parts, tuple(others), seen) for id_, parts, others, seen in cursor.fetchall()
        ]
    for each in old:
        with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            cursor.execute("DELETE FROM inspections_keptday WHERE id = %s", [each.id])
            cursor.execute("DROP TABLE IF EXISTS " + ", ".join(each.tables))
            gone += 1
    return gone


def tidy() -> int:
    """Take away marks that every kept day knows, and tables that no kept day names; how many marks.

    Only while nobody makes a day: a day that is being made may not know yet what a mark stands for.
    """
    with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '200ms'")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT 'd' || id || '\\_%' FROM inspections_keptday UNION ALL SELECT ''")
        known = [pattern for (pattern,) in cursor.fetchall()]
        cursor.execute(
            "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = %s AND tablename NOT LIKE ALL (%s)",
            [SCHEMA, known],
        )
        orphans = [name for (name,) in cursor.fetchall()]
        if orphans:
            cursor.execute("DROP TABLE " + ", ".join(orphans))
        cursor.execute(
            "DELETE FROM inspections_pastmark m WHERE NOT EXISTS (SELECT FROM inspections_keptday d"
            " WHERE NOT pg_visible_in_snapshot(m.by, d.seen))"
        )
        return int(cursor.rowcount)
    return 0


def may_keep() -> bool:
    """Whether there is a place for kept days; the owner could not make it in every database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace"
            " WHERE nspname = %s), false)",
            [SCHEMA],
        )
        return bool(cursor.fetchone()[0])


def held(found: Found) -> bool:
    """Keep the tables from being dropped while the transaction looks at them; False: they are gone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {', '.join(found.tables)} IN ACCESS SHARE MODE")
    except ProgrammingError:
        return False
    return True


def run_beside(sql: str, values: dict[str, Any], settings: str) -> None:
    """One statement on a connection of its own."""
    beside = connections["default"].copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute(settings.replace("SET LOCAL", "SET"))
            cursor.execute(sql, values)
    finally:
        beside.close()


def drop(tables: list[str]) -> None:
    """Let go of tables that no kept day names."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS " + ", ".join(tables))
