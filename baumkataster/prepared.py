"""Runs a statement as the server's prepared one: planned once per connection, values beside it.

Django writes values into the text, so that every call is parsed and planned anew; for statements
with many joins that costs more than their work. Deeds that happen thousands of times a day ask here.
"""

from collections.abc import Mapping
from typing import Any, Final

import psycopg
from django.db import connection
from psycopg import ClientCursor

#: Django tells psycopg to prepare nothing at all; with this only what asks for it is prepared.
_ONLY_ASKED: Final = 1 << 30


def prepared(statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a statement in Django's own connection and transaction, by column."""
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    kept = connection.connection
    if kept.prepare_threshold is None:
        kept.prepare_threshold = _ONLY_ASKED
    with connection.wrap_database_errors, psycopg.Cursor(kept) as cursor:
        cursor.execute(statement, parameters, prepare=True)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()] if names else []
    if connection.queries_logged:
        text = ClientCursor(kept).mogrify(statement, parameters)
        connection.queries_log.append({"sql": text, "time": "0"})
    return rows
