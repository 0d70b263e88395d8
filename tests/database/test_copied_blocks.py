"""What a COPY writes arrives whole, or it is said that it does not."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.pq import TransactionStatus

from geodata.copied_blocks import BLOCK, copied_blocks
from tests.conftest import app_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Iterator[psycopg.Connection[Any]]:
    """One outside of the test's transaction, as a file has it."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(app_url(str(name)), autocommit=True) as opened:
        yield opened


def copied(session: psycopg.Connection[Any], select: str, *params: Any) -> list[bytes]:
    return list(copied_blocks(session, f"COPY ({select}) TO STDOUT", params))


def test_every_row_arrives_once_and_in_blocks(session: psycopg.Connection[Any]) -> None:
    blocks = copied(session, "SELECT n FROM generate_series(1, %s) n", 200_000)
    assert b"".join(blocks) == b"".join(b"%d\n" % number for number in range(1, 200_001))
    assert all(BLOCK <= len(block) < 2 * BLOCK for block in blocks[:-1])
    # The same session serves the next one.
    assert copied(session, "SELECT 'next'") == [b"next\n"]


def test_nothing_is_nothing(session: psycopg.Connection[Any]) -> None:
    assert copied(session, "SELECT WHERE false") == []
    assert session.info.transaction_status == TransactionStatus.IDLE


def test_rows_longer_than_a_block(session: psycopg.Connection[Any]) -> None:
    rows = copied(session, "SELECT repeat('x', %s) FROM generate_series(1, 3)", 3 * BLOCK)
    assert rows == [b"x" * (3 * BLOCK) + b"\n"] * 3


def test_a_database_that_thinks_is_waited_for(session: psycopg.Connection[Any]) -> None:
    slow = "SELECT n FROM generate_series(1, 20) n, LATERAL pg_sleep(n * 0.0005) s"
    # Each row leaves by itself: it fills what the database gathers before it sends.
    rows = copied(session, slow.replace("SELECT n", "SELECT n, repeat('x', 9000)"))
    text = b"".join(rows).decode()
    assert [line.split("\t")[0] for line in text.splitlines()] == [str(n) for n in range(1, 21)]


@pytest.mark.parametrize("row", [1, 2, 50_000, 60_000])
def test_a_statement_that_breaks_off_is_no_end(session: psycopg.Connection[Any], row: int) -> None:
    broken = "SELECT n, 1 / (n - %s) FROM generate_series(1, 60000) n"
    with pytest.raises(psycopg.errors.DivisionByZero):
        copied(session, broken, row)
    assert session.info.transaction_status == TransactionStatus.IDLE
    assert copied(session, "SELECT 'next'") == [b"next\n"]


def test_a_statement_that_takes_too_long_is_no_end(session: psycopg.Connection[Any]) -> None:
    session.execute("SET statement_timeout = '300ms'")
    endless = "SELECT generate_series(1, 2000000000)"
    with pytest.raises(psycopg.errors.QueryCanceled):
        for _block in copied_blocks(session, f"COPY ({endless}) TO STDOUT", ()):
            pass
    assert copied(session, "SELECT 'next'") == [b"next\n"]


def test_a_session_that_is_ended_is_no_end(session: psycopg.Connection[Any]) -> None:
    endless = "COPY (SELECT generate_series(1, 2000000000)) TO STDOUT"
    blocks = copied_blocks(session, endless, ())
    next(blocks)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [session.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        list(blocks)


def test_leaving_early_cancels_it(session: psycopg.Connection[Any]) -> None:
    endless = "COPY (SELECT generate_series(1, 2000000000)) TO STDOUT"
    blocks = copied_blocks(session, endless, ())
    next(blocks)
    blocks.close()  # type: ignore[attr-defined]
    assert copied(session, "SELECT 'next'") == [b"next\n"]
