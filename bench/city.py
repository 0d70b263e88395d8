"""A throw-away city of any size for the benches: a database of its own and a server on it.

Uses what the tests use (tests/server.py); `./baum test` has installed what that needs.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from tests.conftest import app_url, create_database, drop_database, manage, owner_url
from tests.server import Server, running_server

#: Districts of trees on a grid of 9 m, with due dates from two years ago to three years ahead.
FILL = """
INSERT INTO baumkataster_unit (code, name) VALUES ('R1', 'Revier 1');
INSERT INTO baumkataster_place (kind, name, expectation, unit_id)
  SELECT 'street', 'Straße ' || n, 'higher', u.id
  FROM baumkataster_unit u, generate_series(1, 500) n;
INSERT INTO baumkataster_species (genus, species, botanical_name, german_name, leaf_type,
    phase_limit_years)
  SELECT 'Genus' || n, 'species', 'Genus' || n || ' species', 'Baumart ' || n, 'deciduous', 80
  FROM generate_series(1, 120) n;
INSERT INTO baumkataster_site (place_id, number, geom)
  SELECT p.id, n::text, ST_SetSRID(ST_MakePoint(
    440000 + (n % {side}) * 9 + (n::bigint * 7919 % 100) / 25.0,
    5880000 + (n / {side}) * 9 + (n::bigint * 104729 % 100) / 25.0), 25832)
  FROM generate_series(1, {trees}) n
  JOIN (SELECT id, row_number() OVER () AS place FROM baumkataster_place) p
    ON p.place = n / 7 % 500 + 1;
INSERT INTO baumkataster_tree (site_id, geom, status, species_id, position_source, origin,
    planted_year, height_m, crown_diameter_m, girth_cm)
  SELECT s.id, s.geom, 'standing', x.id, 'survey', 'survey', 1900 + s.number::int % 120,
    (s.number::int % 250) / 10.0 + 1, (s.number::int % 120) / 10.0 + 1, s.number::int % 300 + 10
  FROM baumkataster_site s
  JOIN (SELECT id, row_number() OVER () AS kind FROM baumkataster_species) x
    ON x.kind = s.number::int % 120 + 1;
INSERT INTO inspections_ruleset (version, title, basis, valid_from, matrix, default_months,
    tolerance_months, youth_care_months, initial_months)
  VALUES (1, 'Messung', '', '2000-01-01', '{{}}', 12, 3, 36, '{{}}');
INSERT INTO inspections_controlplan (tree_id, required, not_required_reason, due_on,
    tolerance_until, never, basis, phase, condition, expectation, rule_set_id)
  SELECT t.id, true, '', d.day, d.day + 90, false, 'inspection', 'mature', 'sound', 'higher', r.id
  FROM inspections_ruleset r, baumkataster_tree t,
    LATERAL (SELECT current_date - 700 + (t.girth_cm * 6) AS day) d;
INSERT INTO baumkataster_citysettings (id, name, municipality_key, contact, is_demo,
    public_geojson, public_csv, public_wfs, service_instruction)
  VALUES (1, 'Messstadt', '', '', false, true, true, true, '');
"""


@dataclass(frozen=True)
class BenchCity:
    """A served city and the addresses of its database."""

    server: Server
    database: str
    trees: int

    @property
    def dsn(self) -> str:
        """The app role's address, for the raw limit."""
        return app_url(self.database)


def arguments(description: str, trees: int) -> argparse.Namespace:
    """Options that all benches share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--trees", type=int, default=trees, help="Bäume der Messstadt")
    parser.add_argument("--rounds", type=int, default=5, help="Runden, abwechselnd gemessen")
    return parser.parse_args()


@contextmanager
def bench_city(trees: int) -> Iterator[BenchCity]:
    """Make, fill, analyse and serve a city; drop it at the end."""
    name = f"baumbench_{os.getpid()}"
    create_database(name, os.environ.get("BAUM_TEMPLATE_DB", "template1"))
    try:
        manage(name, "migrate", "--verbosity=0")
        _fill(name, trees)
        # The same key, so that a session made here signs in there.
        key = {"BAUM_SECRET_KEY": settings.SECRET_KEY}
        with (
            tempfile.TemporaryDirectory() as var,
            running_server(name, Path(var), **key) as server,
        ):
            yield BenchCity(server, name, trees)
    finally:
        connections["default"].close()
        drop_database(name)


def _fill(database: str, trees: int) -> None:
    print(f"Messstadt mit {trees:,} Bäumen wird angelegt …", flush=True)
    side = max(int(trees**0.5), 1)
    with psycopg.connect(app_url(database), autocommit=True) as connection:
        connection.execute(sql.SQL(FILL.format(trees=trees, side=side)))  # type: ignore[arg-type]
    with psycopg.connect(owner_url(database), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def use_django(city: BenchCity) -> None:
    """Let this process ask the same database through Django, to build the statements."""
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = city.database
