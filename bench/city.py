"""Cities of any size for the benches: a database of its own and a server on it.

The city is the demo's (geodata/demo), made once and kept as a template in the cluster that the
benches use; each run clones it in seconds. A template is known by what makes it: generator and week
(a city of last month would be overdue). Migrations that came later are run on the template.
Uses what the tests use (tests/server.py, by bench/served.py); `./baum test` has installed what that
needs.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import psycopg
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.utils import timezone
from psycopg import sql

from baumkataster.models import User
from bench.measure import Http
from bench.served import stack
from tests.conftest import ROOT, app_url, as_owner, drop_database, end_sessions, manage, owner_url
from tests.server import Server

PREFIX = "baumcity"
#: The cities in which growth is measured.
SIZES = (10_000, 100_000, 1_000_000)
#: Key of the advisory lock under which templates are made: two benches do not make the same one.
LOCK = 7_305_911
#: The password of all demo logins (kontrolle, planung, aufsicht, firma, admin) in these cities.
PASSWORD = "messung-messung"


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

    @property
    def owner_dsn(self) -> str:
        """The owner's address, to prepare what the app role may not."""
        return owner_url(self.database)


def parser_of(description: str, *, rounds: int = 3) -> argparse.ArgumentParser:
    """Options that benches of growing cities share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--trees", type=int, nargs="+", default=list(SIZES), help="Bäume je Stadt")
    parser.add_argument("--rounds", type=int, default=rounds, help="Runden, abwechselnd gemessen")
    return parser


@contextmanager
def bench_city(trees: int, *, worker: bool = False) -> Iterator[BenchCity]:
    """Clone and serve a city of about ``trees`` trees as ./baum does; the clone is dropped at the end.

    ``worker`` starts the tasks, too: most benches would only be disturbed by them.
    """
    name = f"{PREFIX}_{os.getpid()}_{trees}"
    with (
        city_database(name, trees),
        tempfile.TemporaryDirectory() as var,
        stack(name, Path(var), worker=worker) as served,
    ):
        yield BenchCity(served.server, name, trees)


@contextmanager
def city_database(name: str, trees: int) -> Iterator[None]:
    """The database ``name`` with a city of about ``trees`` trees, without a server."""
    with _locked():
        template = _template(trees)
        clone(template, name)
    try:
        yield
    finally:
        connections["default"].close()
        drop_database(name)


def clone(template: str, name: str) -> None:
    """A database from a template that nobody is connected to, file by file."""
    as_owner(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)),
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        ),
    )


def signed_in(city: BenchCity, role: str = "planner") -> Http:
    """A kept connection of a new person with this role."""
    use_django(city)
    user = User.objects.create_user(f"messung-{role}-{time.time_ns()}", password=None, role=role)
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.set_expiry(timedelta(hours=1))
    session.create()
    return Http(
        city.server.url, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}
    )


def use_django(city: BenchCity) -> None:
    """Let this process ask the same database through Django, to build the statements."""
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = city.database


def _fingerprint(patterns: tuple[str, ...], *more: str) -> str:
    found = sha256("".join(more).encode())
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()[:10]


@contextmanager
def _locked() -> Iterator[None]:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield


def _template(trees: int) -> str:
    """The name of the kept city, made or migrated first where needed; older ones are dropped."""
    year, week, _ = timezone.localdate().isocalendar()
    maker = _fingerprint(("geodata/demo/*.py", "geodata/starting_demo.py"), f"{year}-{week}")
    tables = _fingerprint(("*/migrations/*.py", "*/sql/*.sql", "baumkataster/g*.py"))
    name = f"{PREFIX}_kept_{trees}_{maker}"
    _drop_others(trees, name)
    state = _state(name)
    if state is None:
        _make(name, trees)
    elif state != tables:
        manage(name, "migrate", "--verbosity=0")
    if state != tables:
        end_sessions(name)
        as_owner(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(name), sql.Literal(tables)
            )
        )
    return name


def _state(name: str) -> str | None:
    """Which tables a kept city was made ready for; None: there is none, or it was not finished."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        ).fetchone()
    return row[0] if row else None


def _drop_others(trees: int, name: str) -> None:
    """Cities of this size by other generators, and clones whose bench no longer lives."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}\\_%"]
        ).fetchall()
    for (found,) in rows:
        word = found.split("_")[1]
        old = word == "kept" and found.startswith(f"{PREFIX}_kept_{trees}_") and found != name
        if old or (word.isdigit() and not Path(f"/proc/{word}").exists()):
            drop_database(found)


def _make(name: str, trees: int) -> None:
    """Migrate, fill and tidy a new city."""
    print(f"Messstadt mit {trees:,} Bäumen wird angelegt …", flush=True)
    begun = time.monotonic()
    clone(os.environ.get("BAUM_TEMPLATE_DB", "template1"), name)
    manage(name, "migrate", "--verbosity=0")
    with tempfile.TemporaryDirectory() as var:
        manage(
            name, "demo_city", f"--trees={trees}", BAUM_VAR=var, BAUM_DEMO_PASSWORD=PASSWORD
        )  # fmt: skip
    with psycopg.connect(owner_url(name), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    print(f"… angelegt in {time.monotonic() - begun:.0f} s", flush=True)
