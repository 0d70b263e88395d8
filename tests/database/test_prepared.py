"""baumkataster/prepared.py: a statement that is asked again is not planned again."""

import pytest
from django.db import connection, transaction

from baumkataster.prepared import prepared

pytestmark = pytest.mark.django_db

COUNT = (
    "SELECT count(*) AS known FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%'"
)


def test_the_server_keeps_the_plan() -> None:
    for number in range(3):
        rows = prepared("SELECT %(number)s::int + 1 AS next", {"number": number})
        assert rows == [{"next": number + 1}]
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        assert cursor.fetchone() == (1,)


def test_nothing_else_is_prepared() -> None:
    prepared("SELECT 1 AS one", {})
    with connection.cursor() as cursor:
        for _ in range(10):
            cursor.execute("SELECT %s::int + 7", [1])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%+ 7%'")
        assert cursor.fetchone() == (0,)


def test_it_is_part_of_the_transaction() -> None:
    statement = "SELECT current_setting('baum.reason', true) AS reason"
    with transaction.atomic():
        prepared("SELECT set_config('baum.reason', %(reason)s, true)", {"reason": "Probe"})
        assert prepared(statement, {}) == [{"reason": "Probe"}]
        transaction.set_rollback(True)
    assert prepared(statement, {})[0]["reason"] in {"", None}
