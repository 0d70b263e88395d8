"""A database as a file and back, as administrators do it by hand: a tenth of what migrating takes."""

import os
import subprocess
from pathlib import Path

from launch import roles
from tests.conftest import create_database, end_sessions, owner_url
from tests.server import cloned_database

#: What the template of the new database has already, and what belongs to the extension.
LEFT_OUT = (" SCHEMA - public ", " EXTENSION ", "SCHEMA public", " spatial_ref_sys ")


def dump(database: str, path: Path) -> None:
    """As an administrator's nightly backup."""
    env = os.environ | roles.libpq(owner_url(database))
    subprocess.run(["pg_dump", "--format=custom", f"--file={path}"], env=env, check=True)


def dump_of_template(template: str, path: Path) -> None:
    """Of a copy: while somebody reads the template itself, no other part of the tests can clone it."""
    with cloned_database("dump", template) as name:
        dump(name, path)


def put_back(database: str, path: Path) -> None:
    """Another database under the same name, filled from the backup; in whose cluster it may be."""
    end_sessions(database)
    create_database(database, os.environ.get("BAUM_TEMPLATE_DB", "template1"))
    listing = subprocess.run(
        ["pg_restore", "--list", str(path)], check=True, capture_output=True, text=True
    )
    wanted = [
        line for line in listing.stdout.splitlines() if not any(word in line for word in LEFT_OUT)
    ]
    (chosen := path.with_suffix(".list")).write_text("\n".join(wanted), encoding="utf-8")
    env = os.environ | roles.libpq(owner_url(database))
    command = ["pg_restore", "--exit-on-error", f"--use-list={chosen}", f"--dbname={database}"]
    subprocess.run([*command, str(path)], env=env, check=True)
