"""Runs the one statement of a tile with values bound by the server; called by the other modules.

Django binds values on the client: PostgreSQL would read and plan a new text for every tile and
choose parallel workers, which cost more than a tile takes.
"""

import re
from contextlib import nullcontext
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.models import QuerySet

#: Never reached: only statements that ask for it are prepared.
_NEVER = 2**31 - 1
#: SQL condition, always true: with it no statement is planned for several processes, which cost
#: more to start than a tile takes. As a setting it would take a round trip more.
ONE_PROCESS = "set_config('baum.tile', '1', true) = '1'"
#: For statements that go over all trees of a large city.
_HEAVY = "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '32MB'"


def run(sql: str, params: dict[str, Any], *, heavy: bool = False) -> tuple[Any, ...]:
    """The one row of a prepared statement; ``sql`` has %(name)s places.

    One round trip to the database; ``heavy`` statements have more memory and cost two more.
    """
    connection.ensure_connection()
    session: psycopg.Connection[Any] = connection.connection
    if session.prepare_threshold is None:
        session.prepare_threshold = _NEVER
    with transaction.atomic() if heavy else nullcontext(), psycopg.Cursor(session) as cursor:
        if heavy:
            cursor.execute(_HEAVY)
        cursor.execute(sql, params, prepare=True)
        row = cursor.fetchone()
    assert row is not None
    return tuple(row)


def subquery(rows: QuerySet[Any, Any]) -> tuple[str, dict[str, Any]]:
    """A queryset as SQL with named places, to stand inside a larger statement, and its values."""
    text, values = rows.query.sql_with_params()
    params = {f"f{position}": value for position, value in enumerate(values)}
    names = iter(params)

    def name(match: re.Match[str]) -> str:
        return match[0] if match[0] == "%%" else f"%({next(names)})s"

    return re.sub(r"%[%s]", name, text), params
