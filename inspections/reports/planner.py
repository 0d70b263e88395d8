"""Tells the database's planner what it cannot know about one statement of a report."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SET = "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS s (name, value)"


@contextmanager
def in_written_order() -> Iterator[None]:
    """Join tables as the query names them: a page of fifty rows was planned longer than it was read."""
    with _told({"join_collapse_limit": "1"}):
        yield


@contextmanager
def as_they_come() -> Iterator[None]:
    """Rows of a long list in the order of an index, the first at once, instead of after a sort of all.

    The transaction matters, too: outside of one the database keeps the whole answer of a cursor
    before it gives the first row.
    """
    with _told({"join_collapse_limit": "1", "cursor_tuple_fraction": "0.0001"}):
        yield


@contextmanager
def on_all_cores() -> Iterator[None]:
    """Share one reading of all trees among the cores.

    The planner takes every combination of district, unit and kind for possible and fears the sum of
    what the workers hand over; really there are few. A million keys are hashed in memory.
    """
    shared = {"parallel_setup_cost": "0", "parallel_tuple_cost": "0", "enable_mergejoin": "off"}
    with _told(shared | {"work_mem": "192MB", "hash_mem_multiplier": "2"}):
        yield


@contextmanager
def _told(settings: dict[str, str]) -> Iterator[None]:
    """Settings for the block alone, also where a caller's transaction goes on after it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting(name) FROM unnest(%s::text[]) AS name", [[*settings]]
        )
        before = [value for (value,) in cursor.fetchall()]
        cursor.execute(SET, [[*settings], [*settings.values()]])
        yield
        cursor.execute(SET, [[*settings], before])
