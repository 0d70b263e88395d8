"""Deeds on the whole city take turns, on all machines of an installation: an advisory lock."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError, connection


@contextmanager
def one_at_a_time(key: int) -> Iterator[None]:
    """Wait until nobody else holds ``key``, and hold it.

    Within a transaction of the caller until that ends, because only then others see what was done.
    Else the session holds it: it ends with the connection, whoever kills the process.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
            yield
            return
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        try:
            yield
        finally:
            if connection.connection and not connection.connection.broken:
                _let_go(cursor, key)


def _let_go(cursor: Any, key: int) -> None:
    """Release the lock; a failed transaction refuses, and its session is closed by its owner."""
    with suppress(DatabaseError):
        cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
