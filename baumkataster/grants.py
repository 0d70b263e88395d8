"""Attaches each model's Guard to its table: triggers and the app role's rights; after every migrate."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from baumkataster.guards import Guard

#: Functions that the guards and the deeds behind them need.
SQL = (
    Path(__file__).parent / "sql" / "guards.sql",
    Path(__file__).parent / "sql" / "undo_import.sql",
    Path(__file__).parent / "sql" / "access.sql",
)
#: Functions that do what the app role may not do by itself, and check why (sql/undo_import.sql).
DEEDS = (
    "baum_import_obstacles(uuid)",
    "baum_undo_import(uuid)",
    "baum_purge_access(integer)",
    "baum_forget_person(uuid)",
)
#: Tables of libraries and joins: rows come and go.
DEFAULT = Guard(protection="free", tracked=False)
#: Joins of our own tables (members of a unit …): who was responsible when can be asked later.
JOIN = Guard(protection="free", tracked=True)
OWN_APPS = frozenset({"baumkataster", "inspections", "geodata"})
RIGHTS = {
    "free": "SELECT, INSERT, UPDATE, DELETE",
    "no_delete": "SELECT, INSERT, UPDATE",
    "append_only": "SELECT, INSERT",
    "log": "SELECT, INSERT",
    "history": "SELECT",
    "read_only": "SELECT",
}


def guarded_tables() -> Iterator[tuple[type[Model], Guard]]:
    """Every managed table of the project's own apps with its guard (many-to-many joins included)."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            joins = bool(model._meta.auto_created) and model._meta.app_label in OWN_APPS
            yield model, JOIN if joins else getattr(model, "guard", DEFAULT)


def install(*, using: str = "default", **_: Any) -> None:
    """Receiver of post_migrate: (re)install all guards and give the app role exactly its rights.

    Raises:
        ImproperlyConfigured: run as the app role itself; it would own what it must not change.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == settings.APP_DB_ROLE:
            raise ImproperlyConfigured(
                "migrate braucht DATABASE_OWNER_URL: die Tabellen dürfen nicht der Rolle "
                f"{settings.APP_DB_ROLE!r} gehören, unter der die Anwendung läuft."
            )
        for file in SQL:
            cursor.execute(file.read_text(encoding="utf-8"))
        _grant_everywhere(connection, cursor)
        for model, guard in guarded_tables():
            for statement in _statements(connection, model, guard):
                cursor.execute(statement)


def _grant_everywhere(connection: BaseDatabaseWrapper, cursor: Any) -> None:
    """Give the rights that hold for tables which no model describes (procrastinate, migrations)."""
    role = connection.ops.quote_name(settings.APP_DB_ROLE)
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
    cursor.execute("SELECT FROM pg_namespace WHERE nspname = 'baum_past'")
    if cursor.fetchone() is not None:
        cursor.execute(f"GRANT USAGE, CREATE ON SCHEMA baum_past TO {role}")
    for deed in DEEDS:
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {deed} TO {role}")
    cursor.execute(
        "SELECT c.relname, c.relkind FROM pg_class c"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')"
        " AND pg_get_userbyid(c.relowner) = current_user"
    )
    for table, kind in cursor.fetchall():
        name = connection.ops.quote_name(table)
        rights = RIGHTS["read_only" if table == "django_migrations" or kind == "v" else "free"]
        cursor.execute(f"REVOKE ALL ON {name} FROM {role}, PUBLIC")
        cursor.execute(f"GRANT {rights} ON {name} TO {role}")


def _statements(connection: BaseDatabaseWrapper, model: type[Model], guard: Guard) -> Iterator[str]:
    """SQL that brings one table under its guard; safe to repeat."""
    table = connection.ops.quote_name(model._meta.db_table)
    role = connection.ops.quote_name(settings.APP_DB_ROLE)
    yield f"REVOKE ALL ON {table} FROM {role}"
    yield f"GRANT {RIGHTS[guard.protection]} ON {table} TO {role}"
    if guard.protection in {"append_only", "history"}:
        yield (
            "CREATE OR REPLACE TRIGGER baum_refuse BEFORE UPDATE OR DELETE OR TRUNCATE"
            f" ON {table} FOR EACH STATEMENT EXECUTE FUNCTION baum_refuse_change()"
        )
    if guard.tracked:
        yield from _history_triggers(table, model, guard)
    if guard.versioned:
        yield (
            f"CREATE OR REPLACE TRIGGER baum_version BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION baum_count_version()"
        )
    if guard.frozen_columns:
        columns = ", ".join(f"'{column}'" for column in guard.frozen_columns)
        yield (
            f"CREATE OR REPLACE TRIGGER baum_frozen BEFORE UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION baum_keep_columns({columns})"
        )


def _history_triggers(table: str, model: type[Model], guard: Guard) -> Iterator[str]:
    """One trigger per kind of statement: PostgreSQL allows transition tables no other way."""
    assert model._meta.pk is not None
    names = [model._meta.pk.column, *guard.untracked_columns]
    arguments = ", ".join(f"'{name}'" for name in names)
    transitions = {
        "insert": "NEW TABLE AS new_rows",
        "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "OLD TABLE AS old_rows",
    }
    for event, tables in transitions.items():
        yield (
            f"CREATE OR REPLACE TRIGGER baum_history_{event} AFTER {event.upper()} ON {table}"
            f" REFERENCING {tables} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION baum_record_change({arguments})"
        )
