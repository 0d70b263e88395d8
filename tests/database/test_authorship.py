"""Who and why reach the history through nested deeds, rollbacks and transactions opened elsewhere."""

import pytest
from django.db import connection, transaction

from baumkataster.authorship import authored
from tests.factories import make_user
from tests.own_database import own_database  # noqa: F401 - a fixture


def said() -> tuple[str, str]:
    """What the history would name now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('baum.actor', true), current_setting('baum.reason', true)"
        )
        actor, reason = cursor.fetchone()
    return actor or "", reason or ""


def walk_through_nested_deeds() -> None:
    one, other = make_user(), make_user()
    with authored(by=one, reason="außen"):
        assert said() == (str(one.pk), "außen")
        with authored(by=other):
            assert said() == (str(other.pk), "außen")
        assert said() == (str(one.pk), "außen")
        with pytest.raises(ValueError, match="innen"), authored(by=other, reason="innen"):
            assert said() == (str(other.pk), "innen")
            raise ValueError("innen")
        assert said() == (str(one.pk), "außen")
        with authored(by=one, reason="außen"):
            assert said() == (str(one.pk), "außen")
        assert said() == (str(one.pk), "außen")
    assert said() == ("", "")
    with authored(by=None):
        assert said() == ("", "")


def test_in_transactions_of_its_own(own_database):  # noqa: F811
    walk_through_nested_deeds()
    with transaction.atomic():
        walk_through_nested_deeds()
    walk_through_nested_deeds()


@pytest.mark.django_db
def test_in_a_transaction_that_somebody_else_opened():
    walk_through_nested_deeds()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('baum.reason', 'von Hand', true)")
    with authored(by=None):
        assert said() == ("", "von Hand")
    assert said() == ("", "von Hand")
