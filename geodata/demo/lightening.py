"""Lets the owner load a very large city without what slows down single rows; for starting_demo.py.

Indexes, foreign keys and triggers cost more than the rows themselves. The tables' owner may set
them aside and make them again in the same transaction: a foreign key made anew is checked over all
rows, and whoever kills the process finds everything in its place. What the triggers would have
written into the history is written by the load itself (``with_history``), word for word. The app
role may not do any of this and loads more slowly.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.apps import apps
from django.db import connection

from baumkataster.guards import Guard

_OWNED = """
SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = 'baumkataster_tree'::regclass"""
#: Of each thing that is set aside: how it goes and how it comes back.
_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
  format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
    pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (%(tables)s::regclass[])
ORDER BY conrelid, conname"""
_INDEXES = """
SELECT format('DROP INDEX %%s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
FROM pg_index i WHERE NOT i.indisunique AND i.indrelid = ANY (%(tables)s::regclass[])
ORDER BY i.indrelid, i.indexrelid"""
_TRIGGERS = """
SELECT format('ALTER TABLE %%s DISABLE TRIGGER %%I', tgrelid::regclass, tgname),
  format('ALTER TABLE %%s ENABLE TRIGGER %%I', tgrelid::regclass, tgname)
FROM pg_trigger WHERE tgname IN ('baum_cells_insert', 'baum_history_insert')
  AND tgrelid = ANY (%(tables)s::regclass[])
ORDER BY tgrelid, tgname"""
_COLUMNS = """
SELECT attname, format_type(atttypid, NULL) = 'geometry' FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""
_HISTORY = """
WITH added AS ({insert} RETURNING *)
INSERT INTO baumkataster_change
  (table_name, row_id, operation, at, actor_id, db_role, reason, old, new, transaction)
SELECT '{table}', r.{key}::text, 'insert', clock_timestamp(),
  nullif(current_setting('baum.actor', true), '')::uuid, session_user,
  coalesce(current_setting('baum.reason', true), ''), NULL, to_jsonb(n),
  pg_current_xact_id()::text::bigint
FROM added r CROSS JOIN LATERAL (SELECT {columns}) n"""
#: Never in the history (sql/guards.sql).
_UNTRACKED: Final = frozenset({"version", "changed_at"})
#: Indexes first: the check of a foreign key may use them.
_KINDS: Final = (_INDEXES, _KEYS, _TRIGGERS)


@contextmanager
def lightened(tables: Sequence[str]) -> Iterator[None]:
    """Set aside what slows down a load of ``tables`` while the block runs; only as their owner.

    Meanwhile the caller writes the history and marks the squares of the map (``mark_all``).
    """
    with connection.cursor() as cursor:
        if not owned(cursor):
            yield
            return
        found = [pair for kind in _KINDS for pair in _ask(cursor, kind, tables)]
        # Foreign keys of rows that came before wait for the end otherwise, and so would we.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for gone, _ in found:
            cursor.execute(gone)
        yield
        for _, back in found:
            cursor.execute(back)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def owned(cursor: Any) -> bool:
    """Whether this session owns the tables."""
    cursor.execute(_OWNED)
    return bool(cursor.fetchone()[0])


def with_history(cursor: Any, table: str, insert: str) -> str:
    """An INSERT that also writes what the history's trigger of its table would have written.

    The database's own way from a geometry to JSON asks for the reference system row by row, and
    costs more than all the rest of the history.
    """
    model = next(m for m in apps.get_models() if m._meta.db_table == table)
    guard: Guard = getattr(model, "guard", Guard(tracked=False))
    if not guard.tracked or not owned(cursor):
        return insert
    cursor.execute(_COLUMNS, [table])
    columns = ", ".join(
        f"ST_AsGeoJSON(r.{name}, 15, 2)::jsonb AS {name}" if is_geometry else f"r.{name}"
        for name, is_geometry in cursor.fetchall()
        if name not in _UNTRACKED | set(guard.untracked_columns)
    )
    assert model._meta.pk is not None
    return _HISTORY.format(insert=insert, table=table, key=model._meta.pk.column, columns=columns)


def mark_all() -> None:
    """Mark every square in which a tree stands, and every tile, as the triggers would have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO geodata_stalecell (cell, by) SELECT DISTINCT baum_cell(geom),"
            " pg_current_xact_id()::text::bigint FROM baumkataster_tree ON CONFLICT DO NOTHING"
        )
        # A browser may have the empty city's tiles.
        cursor.execute("SELECT baum_mark_tiles(ARRAY[-1])")


def _ask(cursor: Any, sql: str, tables: Sequence[str]) -> list[tuple[str, str]]:
    cursor.execute(sql, {"tables": list(tables)})
    found: list[tuple[str, str]] = cursor.fetchall()
    return found
