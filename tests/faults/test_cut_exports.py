"""A file whose making broke off is seen to be cut: it never ends as a whole one would."""

import http.client
import signal
from collections.abc import Iterator
from os import kill
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from bench.measure import _children
from tests.conftest import app_url
from tests.factories import make_city, make_site, make_species
from tests.server import Server, cloned_database, on_database, running_server

#: More bytes than all buffers between database and reader hold.
TREES = 30_000
FILL = """
    WITH site AS (
        INSERT INTO baumkataster_site (place_id, number, geom)
        SELECT %(place)s, 'x' || n,
            ST_SetSRID(ST_MakePoint(440000 + n %% 300, 5880000 + n / 300), 25832)
        FROM generate_series(1, %(trees)s) n RETURNING id, geom)
    INSERT INTO baumkataster_tree
        (site_id, geom, status, species_id, position_source, origin, remarks)
    SELECT id, geom, 'standing', %(species)s, 'survey', 'survey', '' FROM site"""
ENDED = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid() AND query LIKE 'COPY%%'"""


@pytest.fixture(scope="module")
def server(
    template_database: str, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A city whose files are long; each fault must leave it able to serve the next."""
    with cloned_database("cut", template_database) as name:
        with on_database(name, django_db_blocker):
            make_city(public_geojson=True, public_csv=True)
            values = {"place": make_site().place_id, "species": make_species().pk, "trees": TREES}
        with psycopg.connect(app_url(name), autocommit=True) as connection:
            connection.execute(FILL, values)
        with running_server(name, tmp_path_factory.mktemp("cut")) as running:
            yield running


def begun(server: Server, path: str) -> http.client.HTTPResponse:
    """A file of which the first bytes are here."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200
    assert len(answer.read(10_000)) == 10_000
    return answer


def is_cut(answer: http.client.HTTPResponse) -> bool:
    """Whether the reader is told that something is missing."""
    try:
        answer.read()
    except (http.client.IncompleteRead, ConnectionResetError):
        return True
    return False


@pytest.mark.parametrize("fault", ["session", "web"])
@pytest.mark.parametrize("path", ["/export/trees.geojson", "/export/trees.csv"])
def test_a_cut_file_ends_in_an_error(server: Server, path: str, fault: str) -> None:
    answer = begun(server, path)
    if fault == "session":
        with psycopg.connect(app_url(server.database), autocommit=True) as connection:
            assert connection.execute(ENDED, [server.database]).fetchall()
    else:
        for child in _children(server.pid):
            kill(child, signal.SIGKILL)
    assert is_cut(answer)
    # The next reader gets it whole.
    whole = begun(server, path)
    assert not is_cut(whole)
