"""A served city of 12,000 trees for QGIS, GDAL and OWSLib, and what SQL says about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from baumkataster.api.authentication import hash_secret
from baumkataster.models import ApplicationPassword
from tests.conftest import app_url
from tests.factories import (
    CENTRE,
    load_reference_data,
    make_city,
    make_district,
    make_place,
    make_site,
    make_species,
    make_user,
    point,
)
from tests.server import Server, cloned_database, on_database, running_server

SECRET = "aaaabbbb-ccccdddd-eeeeffff-gggghhhh"
TREES = 12_000
#: Every eleventh tree belongs to somebody else; places and species repeat.
FILL = """
INSERT INTO baumkataster_site (place_id, number, geom, district_id)
SELECT s.place_id, 'B-' || n, ST_Translate(s.geom, (n * 7919) % 9973 * 0.4, (n * 104729) % 9967 * 0.4),
  s.district_id
FROM baumkataster_site s, generate_series(1, {trees}) n WHERE s.number = 'ANFANG';
INSERT INTO baumkataster_tree (site_id, geom, district_id, status, duty, duty_reason, species_id,
  position_source, origin, planted_year, height_m, girth_cm)
SELECT s.id, s.geom, s.district_id, 'standing',
  CASE WHEN n % 11 = 0 THEN 'other_owner' ELSE 'city' END,
  CASE WHEN n % 11 = 0 THEN 'privat' ELSE '' END,
  (SELECT id FROM baumkataster_species ORDER BY botanical_name OFFSET n % 3 LIMIT 1),
  'survey', 'survey', 1900 + n % 120, (n % 250) / 10.0 + 0.5, n % 300 + 10
FROM (SELECT *, substr(number, 3)::int AS n FROM baumkataster_site WHERE number LIKE 'B-%') s;
INSERT INTO inspections_controlplan (tree_id, required, not_required_reason, due_on,
  tolerance_until, never, basis, phase, condition, expectation, rule_set_id)
SELECT t.id, true, '', date '2026-01-01' + t.girth_cm, date '2026-04-01' + t.girth_cm, false,
  'inspection', '', '', '', r.id
FROM baumkataster_tree t, inspections_ruleset r WHERE t.duty = 'city';
"""


@dataclass(frozen=True)
class ServedCity:
    """A server, the login of a planner, and a door to its database."""

    server: Server
    username: str
    password: str
    sql: Callable[[str], list[tuple[Any, ...]]]

    @property
    def wfs(self) -> str:
        """Address of the service."""
        return f"{self.server.url}/wfs"

    def number(self, condition: str, view: str = "geodata_public_tree") -> int:
        """How many rows SQL finds."""
        ((found,),) = self.sql(f"SELECT count(*) FROM {view} WHERE {condition}")
        return int(found)

    def requests(self) -> int:
        """How often features were asked for so far."""
        return self.server.log.count("GetFeature") + self.server.log.count('"POST /wfs')


@pytest.fixture(scope="session")
def city(
    template_database: str,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ServedCity]:
    var: Path = tmp_path_factory.mktemp("served")
    with cloned_database("qgis", template_database) as name:
        with on_database(name, django_db_blocker):
            planner = _fill()
        with psycopg.connect(app_url(name), autocommit=True) as connection:
            connection.execute(FILL.format(trees=TREES).encode())
            with running_server(name, var) as server:
                yield ServedCity(
                    server,
                    planner,
                    SECRET,
                    lambda text: connection.execute(text.encode()).fetchall(),
                )


def _fill() -> str:
    """The rows that all trees share; returns the planner's login."""
    load_reference_data()
    make_city(public_wfs=True, public_geojson=True, name="Probestadt")
    make_species()
    make_species(botanical_name="Acer campestre", german_name="Feld-Ahorn", genus="Acer")
    make_species(botanical_name="Quercus robur", german_name="Stiel-Eiche", genus="Quercus")
    place = make_place(name="Ährenweg")
    make_site(place=place, number="ANFANG", geom=point(-1000, -1000), district=make_district())
    planner = make_user("planner")
    ApplicationPassword.objects.create(user=planner, name="QGIS", secret_hash=hash_secret(SECRET))
    return planner.username


@pytest.fixture(scope="session")
def box() -> tuple[float, float, float, float]:
    """A rectangle in EPSG:25832 with some hundred trees."""
    east, north = CENTRE
    return east - 50, north + 20, east + 650, north + 720
