"""Test databases: made and migrated by the owner, used as the app role, as in a real installation."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from tests import factories

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "baumtest"
#: First halves of the advisory locks on a run's template; the second half is the run's number.
LOOKING_LOCK, USING_LOCK = 81_244, 81_245


def pytest_configure() -> None:
    """Sign-ins of hundreds of made-up people need no slow hash; the product keeps its own.

    WhiteNoise reads all 3,000 static files when it is made, a server once, but a test with each
    ``Client()`` (150 ms): here it looks for a file when one is asked for, by the same rules.
    """
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]


def pytest_collection_finish() -> None:
    """Modules and collected tests stay: the garbage collector need not look through them again.

    By default it does so thousands of times in a run, which is a fifteenth of all that Python does.
    """
    gc.freeze()
    gc.set_threshold(20_000, 10, 20)


def owner_url(database: str) -> str:
    """DATABASE_OWNER_URL with another database name."""
    head, _, query = os.environ["DATABASE_OWNER_URL"].partition("?")
    return f"{head.rsplit('/', 1)[0]}/{database}" + (f"?{query}" if query else "")


def app_url(database: str) -> str:
    """DATABASE_URL with another database name."""
    head, _, query = os.environ["DATABASE_URL"].partition("?")
    return f"{head.rsplit('/', 1)[0]}/{database}" + (f"?{query}" if query else "")


def as_owner(*statements: sql.Composable) -> None:
    """Run statements outside a transaction as the owner, connected to the installation's database."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def create_database(name: str, template: str) -> None:
    """Make a database from a template database that nobody is connected to."""
    as_owner(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)),
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        ),
    )


def end_sessions(name: str) -> None:
    """End the app role's sessions in a test database; the owner may not end another role's."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
            [name],
        )


def drop_database(name: str) -> None:
    """Drop a test database with whoever is still connected.

    A program that is just ending may connect once more after its sessions were ended; the owner may
    not end those of another role, so they are ended again. An autovacuum is of neither role, and
    has much to do after an import: only a drop without FORCE ends it.
    """
    plain = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    forced = sql.SQL("{} WITH (FORCE)").format(plain)
    for _again in range(20):
        end_sessions(name)
        for statement in (forced, plain):
            with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
                return as_owner(statement)
        time.sleep(0.2)
    return as_owner(forced)


def drop_stale_databases() -> None:
    """Drop what killed test runs left behind: their process no longer lives."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}\\_%"]
        ).fetchall()
    for (name,) in rows:
        pid = name.split("_")[1]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            drop_database(name)


def manage(database: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as its own process against one test database; raises when it fails."""
    env = os.environ | {
        "DATABASE_URL": app_url(database),
        "DATABASE_OWNER_URL": owner_url(database),
        **environment,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )


@contextmanager
def shared_template() -> Iterator[str]:
    """A migrated, empty database, there until the last pytest process of a run leaves the block.

    Migrating takes ten seconds. ``./baum test`` runs several processes and tells them its number: the
    first makes the template, others wait while it does so, the last to end drops it. A process may
    come at any time: who uses the template never holds the lock of who looks for it.
    """
    run = int(os.environ.get("BAUM_TEST_RUN", os.getpid()))
    name = f"{PREFIX}_{run}_template"
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:

        def lock(how: str, key: int) -> bool:
            row = connection.execute(f"SELECT pg_{how}(%s, %s)", [key, run]).fetchone()
            return row is not None and row[0] is True

        lock("advisory_lock", LOOKING_LOCK)
        lock("advisory_lock_shared", USING_LOCK)
        known = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(known, [name]).fetchone() is None:
            make_template(name)
        lock("advisory_unlock", LOOKING_LOCK)
        try:
            yield name
        finally:
            lock("advisory_lock", LOOKING_LOCK)
            lock("advisory_unlock_shared", USING_LOCK)
            if lock("try_advisory_lock", USING_LOCK):
                drop_database(name)
            lock("advisory_unlock", LOOKING_LOCK)


def make_template(name: str) -> None:
    """Migrate under another name first: what bears the name is whole."""
    fresh = f"{name}_new"
    create_database(fresh, os.environ.get("BAUM_TEMPLATE_DB", "template1"))
    manage(fresh, "migrate", "--verbosity=0")
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    as_owner(rename.format(sql.Identifier(fresh), sql.Identifier(name)))


@pytest.fixture(scope="session")
def template_database() -> Iterator[str]:
    """A migrated, empty database that others are cloned from in 0.3 s."""
    drop_stale_databases()
    with shared_template() as name:
        yield name


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, django_db_blocker) -> Iterator[None]:
    """Replaces pytest-django's: the app role may not create, migrate or flush databases."""
    name = f"{PREFIX}_{os.getpid()}"
    create_database(name, template_database)
    connections["default"].close()
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    with django_db_blocker.unblock():
        factories.load_catalogues()
        yield
        connections["default"].close()
    drop_database(name)
