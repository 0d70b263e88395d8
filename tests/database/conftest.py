"""The small city of the tests of past days and of totals: built once, copied for each of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.database.kept_town import Town
from tests.own_database import own_copy
from tests.server import cloned_database, on_database


@pytest.fixture(scope="session")
def built_town(template_database: str, django_db_blocker: Any) -> Iterator[Town]:
    """Nobody works in it or is connected to it."""
    with cloned_database("town", template_database) as name:
        with on_database(name, django_db_blocker):
            built = Town(name)
            built.beside.close()
        yield built


@pytest.fixture
def own_town(built_town: Town, django_db_blocker: Any) -> Iterator[Town]:
    """A test's own copy; this process's connection leads to it, without rollback."""
    with own_copy(built_town.city.database, django_db_blocker) as name:
        town = built_town.moved_to(name)
        yield town
        town.beside.close()
