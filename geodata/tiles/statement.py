"""Runs the one statement of a tile with values bound by the server; called by the other modules.

Django binds values on the client: PostgreSQL would read and plan a new text for every tile and
choose parallel workers, which cost more than a tile takes.
"""

from dataclasses import dataclass
from threading import local
from typing import Any
from uuid import UUID

import psycopg
from django.db import transaction

from baumkataster.prepared import preparing_session

#: SQL condition of the outer statement of a tile. The first half is always true: with it no
#: statement is planned for several processes, which cost more to start than a tile takes; as a
#: setting it would take a round trip more. The second: whoever asks is still who they were.
CONDITIONS = """set_config('baum.tile', '1', true) = '1' AND (%(session)s::text IS NULL OR EXISTS (
  SELECT FROM django_session k JOIN baumkataster_user who ON who.id = %(person)s::uuid
  WHERE k.session_key = %(session)s::text AND k.session_data = %(data)s::text
    AND k.expire_date > now() AND who.is_active AND who.role = %(role)s::text
    AND who.password = %(password)s::text))"""
#: For statements that go over all trees of a large city.
_HEAVY = "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '32MB'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who was let through a moment ago, as the database must still have them."""

    session: str
    data: str
    person: UUID
    role: str
    password: str

    def values(self) -> dict[str, Any]:
        """For CONDITIONS; by hand, because ``asdict`` copies deeply at every tile."""
        return {
            "session": self.session,
            "data": self.data,
            "person": self.person,
            "role": self.role,
            "password": self.password,
        }


#: Values of CONDITIONS where nobody need be asked for.
NOBODY = dict.fromkeys(("session", "data", "person", "role", "password"))


class NotKnownAnyMore(Exception):
    """Session or person are not what they were."""


#: The cursor of this thread: a new one learns anew how to write every value, which takes a tenth of
#: what a tile of a street takes.
_mine = local()


def run(
    sql: str,
    params: dict[str, Any],
    *,
    heavy: bool = False,
    known: Known | None = None,
) -> tuple[Any, ...]:
    """The one row of a prepared statement; ``sql`` has %(name)s places.

    One round trip to the database; ``heavy`` statements have more memory and cost two more. Bytes
    come as bytes: as text they would be twice as many. The answer, at most one tile, lies in memory
    until this thread asks for the next.

    Raises:
        NotKnownAnyMore: ``known`` is not true any more; only asked by statements with CONDITIONS.
    """
    params = params | (known.values() if known else NOBODY)
    session = preparing_session()
    cursor = _kept_cursor(session)
    if not heavy:
        return _row(cursor, sql, params)
    with transaction.atomic():
        cursor.execute(_HEAVY)
        return _row(cursor, sql, params)


def _row(cursor: psycopg.Cursor[Any], sql: str, params: dict[str, Any]) -> tuple[Any, ...]:
    cursor.execute(sql, params, prepare=True, binary=True)
    row = cursor.fetchone()
    if row is None:
        raise NotKnownAnyMore
    return tuple(row)


def _kept_cursor(session: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    cursor: psycopg.Cursor[Any] | None = getattr(_mine, "cursor", None)
    if cursor is None or cursor.connection is not session:
        cursor = _mine.cursor = psycopg.Cursor(session)
    return cursor
