"""A database of a test's own, with committed rows, for tests with several processes or connections."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Thread
from typing import Any

import pytest
from django.db import connections

from tests.conftest import PREFIX, create_database, drop_database

NUMBERS = count()
#: The database that is being dropped while the next test has begun.
going: list[Thread] = []


@pytest.fixture
def own_database(template_database: str, django_db_blocker: Any) -> Iterator[str]:
    """Name of a fresh, migrated database; this process's connection leads to it, without rollback."""
    with own_copy(template_database, django_db_blocker) as name:
        yield name


@contextmanager
def own_copy(template: str, django_db_blocker: Any) -> Iterator[str]:
    """A copy of a database that nobody is connected to, for this process's connection."""
    name = f"{PREFIX}_{os.getpid()}_own{next(NUMBERS)}"
    create_database(name, template)
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    with django_db_blocker.unblock():
        yield name
        connection.close()
    connection.settings_dict["NAME"] = before
    drop_beside(name)


def drop_beside(name: str) -> None:
    """Drop a database, one at a time; the server writes down all that changed before it answers."""
    for thread in going:
        thread.join()
    going[:] = [Thread(target=drop_database, args=[name])]
    going[0].start()
