"""Rows that the tests of a module share: made once, in a transaction that is taken back at its end.

@pytest.fixture(scope="module")
def trees(kept_rows: None) -> None:      # from tests.kept_rows import kept_rows
    make_city(); ...

Each test still runs in a savepoint of its own, so that none sees what another has written. The clock of
the database (``now()``) stands still for the whole module: rows that a test compares by the time of
their writing belong into the test.
"""

from collections.abc import Iterator

import pytest
from django.db import transaction


@pytest.fixture(scope="module")
def kept_rows(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Opens the module's transaction; fixtures of the module that depend on it may write."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
