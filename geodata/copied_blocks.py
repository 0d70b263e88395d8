"""Reads what a COPY writes and hands it on in blocks that are worth sending; called by exporting.py.

psycopg hands out one row at a time and goes to sleep whenever the database is a moment behind: a
million trees wake it a hundred thousand times, and each time takes processor time from the database
beside it. Here rows that have come already are taken straight from libpq, and a reader who
has caught up lets the database get a little ahead before it looks again.
"""

from collections.abc import Iterator
from time import sleep
from typing import Any, Final

import psycopg
from psycopg.abc import Buffer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many
from psycopg.pq import ExecStatus

#: Bytes that are gathered before they are passed on.
BLOCK: Final = 1 << 16
#: Seconds that the database gets ahead: it writes less in them than the socket holds, so that it
#: never waits for us.
AHEAD: Final = 0.0005


def copied_blocks(
    session: psycopg.Connection[Any], statement: str, params: tuple[Any, ...]
) -> Iterator[bytes]:
    """What the statement writes, whole rows; leaving early cancels it."""
    gathered: list[Buffer] = []
    size = 0
    with (
        psycopg.ClientCursor(session) as cursor,
        cursor.copy(statement, params or None) as copy,
    ):
        row: Buffer = copy.read()
        length = len(row)
        while length > 0:
            gathered.append(row)
            size += length
            if size >= BLOCK:
                yield b"".join(gathered)
                gathered.clear()
                size = 0
            length, row = session.pgconn.get_copy_data(1)
            if length == 0:
                length, row = _later(copy)
        if length < 0:
            _end(session)
    if gathered:
        yield b"".join(gathered)


def _later(copy: psycopg.Copy) -> tuple[int, Buffer]:
    """A row that the socket may hold already, else once there are some; length as libpq says it."""
    copy.connection.pgconn.consume_input()
    length, row = copy.connection.pgconn.get_copy_data(1)
    if length:
        return length, row
    sleep(AHEAD)
    waited_for = copy.read()
    return len(waited_for), waited_for


def _end(session: psycopg.Connection[Any]) -> None:
    """Take the verdict on the whole statement; libpq refuses the next one before.

    It may come later than the last row: whoever waits for it lets other threads work.

    Raises:
        psycopg.Error: what has come is not all.
    """
    verdicts = session.wait(fetch_many(session.pgconn))
    if not verdicts:
        raise psycopg.OperationalError("the database ended its rows without a verdict")
    if verdicts[0].status != ExecStatus.COMMAND_OK:
        raise error_from_result(verdicts[0])
