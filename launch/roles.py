"""Database roles: the owner migrates, the app serves; made in the own cluster, checked in any."""

import json
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from launch.cluster import Cluster
from launch.words import LaunchError

OWNER = "baum_owner"
APP = "baum_app"
DATABASE = "baumkataster"
#: Holds the extensions, so that the owner (no superuser) can make databases that have PostGIS.
TEMPLATE = "baum_template"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm", "unaccent")

PROVISION = """\
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SELECT 'CREATE ROLE {owner}' WHERE to_regrole('{owner}') IS NULL \\gexec
SELECT 'CREATE ROLE {app}' WHERE to_regrole('{app}') IS NULL \\gexec
ALTER ROLE {owner} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION PASSWORD '{owner_pw}';
ALTER ROLE {app} LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION PASSWORD '{app_pw}';
SELECT 'CREATE DATABASE {template} IS_TEMPLATE true'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{template}') \\gexec
ALTER DATABASE {template} ALLOW_CONNECTIONS true;
\\connect {template}
{extensions}
\\connect postgres
ALTER DATABASE {template} ALLOW_CONNECTIONS false;
SELECT 'CREATE DATABASE {database} OWNER {owner} TEMPLATE {template}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec
"""

#: One line per fault of the role that is connected; no line means that it may serve. Its own are
#: what it needs for the length of a question, and kept past days (inspections/reports/past_store.py).
#: /healthz asks the same (inspections/web/health.py): a test holds that they agree.
FAULTS = """\
WITH mine AS (
  SELECT oid, rolsuper FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')
)
SELECT 'superuser' FROM mine WHERE rolsuper
UNION
SELECT 'tables' FROM pg_class c JOIN mine ON mine.oid = c.relowner
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
   AND c.relnamespace NOT IN (SELECT oid FROM pg_namespace
     WHERE nspname IN ('pg_catalog', 'information_schema', 'baum_past'))
"""


@dataclass(frozen=True)
class Passwords:
    """Random per installation."""

    owner: str
    app: str


def passwords(folder: Path) -> Passwords:
    """Read the two passwords, made at the first call (0600)."""
    path = folder / "database.json"
    if not path.exists():
        fresh = {"owner": secrets.token_urlsafe(24), "app": secrets.token_urlsafe(24)}
        write_secret(path, json.dumps(fresh))
    kept = json.loads(path.read_text(encoding="ascii"))
    return Passwords(kept["owner"], kept["app"])


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read; whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def provision(cluster: Cluster, words: Passwords) -> None:
    """Bring roles, template and database into being; safe to repeat, also after a half try."""
    extensions = "\n".join(f"CREATE EXTENSION IF NOT EXISTS {name};" for name in EXTENSIONS)
    script = PROVISION.format(
        owner=OWNER, app=APP, database=DATABASE, template=TEMPLATE, extensions=extensions,
        owner_pw=words.owner, app_pw=words.app,
    )  # fmt: skip
    cluster.sql(script, database="postgres")


def url(role: str, password: str, run: Path) -> str:
    """The address of the own database for one role."""
    return f"postgresql://{role}:{password}@/{DATABASE}?host={quote(str(run), safe='/')}"


def libpq(address: str) -> dict[str, str]:
    """Translate a database URL to libpq's environment: no password on any command line.

    Raises:
        LaunchError: the address has another form.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres", "postgis"} or not parts.path.strip("/"):
        raise LaunchError(
            "DATABASE_URL und DATABASE_OWNER_URL brauchen die Form"
            " postgresql://benutzer:kennwort@rechner:port/datenbank."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    hosts, ports = servers(parts.netloc)
    # Of several servers the one that takes writes, as the application chooses.
    default = "read-write" if "," in (query.get("host") or hosts) else ""
    found = {
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGHOST": query.get("host") or hosts,
        "PGPORT": query.get("port") or ports,
        "PGTARGETSESSIONATTRS": query.get("target_session_attrs", default),
        "PGSSLMODE": query.get("sslmode", ""),
        "PGSSLROOTCERT": query.get("sslrootcert", ""),
    }
    return {name: value for name, value in found.items() if value}


def servers(netloc: str) -> tuple[str, str]:
    """Hosts and ports of ``user:pw@a:5432,b:5433``, each a list with commas as libpq reads it."""
    hosts, ports = [], []
    for server in netloc.rpartition("@")[2].split(","):
        head, colon, port = server.rpartition(":")
        if not colon or port.endswith("]"):
            head, port = server, ""
        hosts.append(unquote(head.strip("[]")))
        ports.append(port)
    return ",".join(hosts), ",".join(ports) if any(ports) else ""


def ask(address: str, sql: str, env: Mapping[str, str]) -> list[str]:
    """Run one query with psql at a database address; its lines.

    Raises:
        LaunchError: the server cannot be reached or refuses.
    """
    clean = {name: value for name, value in env.items() if not name.startswith("PG")}
    done = subprocess.run(
        ["psql", "-XAtq", "-w", "-v", "ON_ERROR_STOP=1"], input=sql, capture_output=True, text=True,
        check=False, env={**clean, **libpq(address), "PGCONNECT_TIMEOUT": "10"},
    )  # fmt: skip
    if done.returncode:
        raise LaunchError(f"Die Datenbank lehnt ab: {done.stderr.strip()}")
    return done.stdout.split()


def refuse_unsafe(app: str, owner: str, env: Mapping[str, str]) -> None:
    """Refuse to serve under a role that could change what it must only add to.

    Raises:
        LaunchError: the app role is a superuser, owns tables, or is the owner itself.
    """
    name = libpq(app).get("PGUSER", "")
    if name == libpq(owner).get("PGUSER", ""):
        raise LaunchError(
            f"DATABASE_URL und DATABASE_OWNER_URL nennen dieselbe Rolle {name!r}. Die Anwendung"
            " braucht eine eigene, der keine Tabelle gehört."
        )
    faults = ask(app, FAULTS, env)
    if "superuser" in faults:
        raise LaunchError(
            f"Die Rolle {name!r} in DATABASE_URL ist Superuser (oder Mitglied eines Superusers)."
            " Kontrollen wären damit veränderbar; bitte eine Rolle ohne diese Rechte verwenden."
        )
    if "tables" in faults:
        raise LaunchError(
            f"Der Rolle {name!r} in DATABASE_URL gehören Tabellen (selbst oder als Mitglied ihrer"
            " Besitzerin). Tabellen gehören nur der Rolle aus DATABASE_OWNER_URL."
        )
