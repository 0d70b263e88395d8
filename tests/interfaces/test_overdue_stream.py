"""The overdue list as CSV leaves the database while it is read: no cursor keeps it whole before."""

from datetime import date

from django.db import connection
from django.test import Client

from inspections.reports import overdue_files
from tests import factories as make
from tests.own_database import own_database  # noqa: F401 - a fixture

KEPT_WHOLE = "SELECT bool_or(is_holdable), count(*) FROM pg_cursors"


def test_first_lines_leave_before_the_last_is_read(own_database, monkeypatch):  # noqa: F811
    make.load_reference_data()
    place = make.make_place(name="Schulhof")
    for number in range(3):
        make.make_tree(place=place, number=str(number))
    make.replan_all(date(2026, 11, 23))
    client = Client()
    client.force_login(make.make_user("supervisor"))
    monkeypatch.setattr(overdue_files, "BLOCK", 1)
    answer = client.get("/berichte/ueberfaellig.csv")
    blocks = iter(answer.streaming_content)
    assert next(blocks).count(b"\r\n") == 2
    with connection.cursor() as cursor:
        cursor.execute(KEPT_WHOLE)
        assert cursor.fetchone() == (False, 1)
    assert b"".join(blocks).count(b"\r\n") == 2
    assert not connection.in_atomic_block
