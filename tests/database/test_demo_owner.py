"""The owner's faster way to a very large demo city leaves tables, guards and history as they were."""

import os
import sys
from subprocess import run

import psycopg
import pytest

from tests.conftest import ROOT, app_url, create_database, drop_database, owner_url

LOAD = """
import django, sys
django.setup()
from datetime import date
from pathlib import Path
from geodata.demo.city import make_city
from geodata.reference_data import SPECIES_FILE
from geodata.starting_demo import choose_passwords, load_city
from inspections.services import check_plans
day = date(2026, 11, 23)
city = make_city(trees=60, seed=4, day=day, species=SPECIES_FILE)
load_city(city=city, passwords=choose_passwords("x"), folder=Path(sys.argv[1]), towns=3)
assert check_plans(day=day) == []
"""
TABLES = """
SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL
SELECT conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid) || convalidated::text
FROM pg_constraint WHERE connamespace = 'public'::regnamespace UNION ALL
SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger
WHERE NOT tgisinternal ORDER BY 1, 2"""
#: Rows whose history is not what the trigger would have written.
WRONG = """
SELECT count(*) FILTER (WHERE c.new IS DISTINCT FROM to_jsonb(r) - '{{version,changed_at}}'::text[]
  OR c.reason <> 'Demostadt geladen' OR c.actor_id IS NULL), count(*) FROM {table} r
LEFT JOIN baumkataster_change c ON c.table_name = '{table}' AND c.row_id = r.id::text
  AND c.operation = 'insert'"""
UNMARKED = """
SELECT count(*) FROM baumkataster_tree WHERE status = 'standing'
AND NOT EXISTS (SELECT FROM geodata_treecell WHERE cell = baum_cell(geom))"""


def ask(database, sql):
    """Rows as the owner; moments in the zone in which Django wrote them."""
    with psycopg.connect(owner_url(database), options="-c TimeZone=UTC") as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def cities(template_database, tmp_path_factory):
    """An empty database and one that the owner has loaded."""
    name = f"{template_database.removesuffix('_template')}_owner"
    create_database(name, template_database)
    before = ask(name, TABLES)
    env = {"DATABASE_URL": app_url(name), "DATABASE_OWNER_URL": owner_url(name)}
    command = [sys.executable, "-c", LOAD, str(tmp_path_factory.mktemp("var"))]
    try:
        run(command, cwd=ROOT, env=os.environ | env | {"BAUM_DB_ROLE": "owner"}, check=True)
        yield name, before
    finally:
        drop_database(name)


def test_every_index_key_and_trigger_is_back(cities):
    name, before = cities
    assert len(before) > 300
    assert ask(name, TABLES) == before


@pytest.mark.parametrize("table", ["tree", "site", "place", "district", "treegroup"])
def test_history_says_what_the_trigger_says(cities, table):
    ((wrong, rows),) = ask(cities[0], WRONG.format(table=f"baumkataster_{table}"))
    assert wrong == 0 and rows > 0


def test_every_square_of_the_map_is_counted(cities):
    assert ask(cities[0], UNMARKED) == [(0,)]


def test_evidence_is_guarded_as_ever(cities):
    with (
        psycopg.connect(app_url(cities[0])) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("UPDATE inspections_inspection SET inspected_on = inspected_on")
