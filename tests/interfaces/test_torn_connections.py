"""Nobody sees that the database server was started anew: the first request after it connects anew."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from geodata.web import tile_visitors
from tests.conftest import app_url
from tests.factories import load_reference_data, make_user
from tests.interfaces.test_tile_visitors import path
from tests.own_database import own_database  # noqa: F401 - a fixture
from tests.web_door import DoorClient


def short() -> None:
    """The visitor is still known: the tile's own statement meets the dead line."""


def whole() -> None:
    """The session is looked up first."""
    tile_visitors._remembered.clear()


@pytest.mark.parametrize("way", [short, whole])
def test_a_line_that_is_dead_is_made_anew(
    own_database: str,  # noqa: F811
    way: Callable[[], None],
) -> None:
    load_reference_data()
    client = DoorClient()
    client.force_login(make_user("planner"))
    address = path()
    for _twice in range(2):
        assert client.get(address).status_code == 200
    way()
    with psycopg.connect(app_url(own_database)) as other:
        pid = connection.connection.info.backend_pid
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)
    assert client.get(address).status_code == 200
