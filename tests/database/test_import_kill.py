"""An import that is killed at any point leaves the database as it was; run as a real process."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT, app_url, create_database, drop_database, manage, owner_url

ROWS = 12_000
TABLES = (
    "baumkataster_place",
    "baumkataster_site",
    "baumkataster_tree",
    "baumkataster_treegroup",
    "baumkataster_unit",
    "baumkataster_change",
    "inspections_controlplan",
    "geodata_importrun",
    "geodata_importproblem",
)
#: What the dying process is seen doing: reading the file, then writing each kind of record.
MOMENTS = {
    "reading": "COPY import_row%",
    "sites": "%INSERT INTO baumkataster_site%",
    "trees": "%INSERT INTO baumkataster_tree%",
    "plans": "%FROM inspections_ruleset WHERE id =%",
}


@pytest.fixture(scope="module")
def database(template_database: str):
    """A database of its own with a rule set, because the processes commit."""
    name = f"baumtest_{os.getpid()}_kill"
    create_database(name, template_database)
    manage(name, "shell", "-c", "from tests import factories; factories.load_rule_set()")
    yield name
    drop_database(name)


@pytest.fixture(scope="module")
def big_file(tmp_path_factory) -> Path:
    """Enough invented rows that every moment lasts long enough to be caught."""
    path = tmp_path_factory.mktemp("kill") / "gross.csv"
    header = "ID;GA_LANG;ST_DURCHM;ST_UMFANG;BAUMHOEHE;KR_DURCHM;RECHTSWERT;HOCHWERT\n"
    rows = (
        f"{n};Tilia cordata, Winterlinde;25;79.00;10;5.00;"
        f"{325_000 + n % 200 * 50}.5;{5_718_000 + n // 200 * 50}.5\n"
        for n in range(ROWS)
    )
    path.write_text(header + "".join(rows), encoding="utf-8")
    return path


def counts(database: str) -> dict[str, int]:
    """Rows of every table that an import writes to."""
    with psycopg.connect(app_url(database)) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in TABLES
        }


def start(database: str, path: Path) -> subprocess.Popen[bytes]:
    """The import as its own process."""
    env = os.environ | {
        "DATABASE_URL": app_url(database),
        "DATABASE_OWNER_URL": owner_url(database),
    }
    arguments = [sys.executable, "manage.py", "import_trees", str(path), "--profile", "wesel"]
    return subprocess.Popen(
        arguments, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_for(database: str, process: subprocess.Popen[bytes], words: str) -> None:
    """Return while the process's session runs a statement like ``words``."""
    seen = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND state = 'active' AND query LIKE %s"
    )
    with psycopg.connect(app_url(database), autocommit=True) as connection:
        while process.poll() is None:
            query = f"{seen} AND pid <> pg_backend_pid()"
            if connection.execute(query, [database, words]).fetchone():
                return
            time.sleep(0.002)
    pytest.fail(f"import ended before it was seen at {words}: {process.stderr.read().decode()}")


def wait_until_alone(database: str) -> None:
    """The killed session ends its statement before the server notices."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    with psycopg.connect(app_url(database), autocommit=True) as connection:
        for _ in range(600):
            if connection.execute(others, [database]).fetchone()[0] == 0:
                return
            time.sleep(0.1)
    pytest.fail("the killed session does not end")


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_the_database_is_as_before(database, big_file, moment):
    before = counts(database)
    process = start(database, big_file)
    try:
        wait_for(database, process, MOMENTS[moment])
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    wait_until_alone(database)
    assert counts(database) == before


def test_after_all_that_the_import_runs_through(database, big_file):
    process = start(database, big_file)
    out, err = process.communicate()
    assert process.returncode == 0, err.decode()
    assert "12.000 Bäume, 0 leere Standorte" in out.decode()
    assert err == b"" or b"\x1b" not in err
    assert counts(database)["baumkataster_tree"] == ROWS
