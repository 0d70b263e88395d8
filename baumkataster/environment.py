"""Reads the process environment for settings.py: database addresses, yes/no values, secrets in files."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

#: What of a database address goes on to libpq as it is.
LIBPQ_OPTIONS = frozenset(
    {"sslmode", "sslrootcert", "target_session_attrs", "connect_timeout", "tcp_user_timeout"}
)
#: With several servers: the one that takes writes; a silent one is given up after seconds (the
#: system's own limit is a quarter of an hour), in the middle of a statement after ten.
SEVERAL_SERVERS = {
    "target_session_attrs": "read-write",
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}


def flag(name: str, *, default: bool = False) -> bool:
    """Return the yes/no variable ``name`` (1, true, yes, on / 0, false, no, off, empty)."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r}: erlaubt sind 1 und 0.")


def words(name: str, default: str) -> list[str]:
    """Return a comma separated variable as a list without blanks."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, object]:
    """Translate ``postgresql://user:pw@host:port/name?host=/socket`` to Django's DATABASES entry.

    Several servers are named as libpq does: ``…@a:5432,b:5432/name?target_session_attrs=read-write``
    or ``…@/name?host=a,b``. Then the one is found that takes writes, also after a fail-over.

    Raises:
        ImproperlyConfigured: the address names no database or another kind of server.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres", "postgis"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL muss die Form postgresql://benutzer:kennwort@host:port/datenbank haben."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    hosts, ports = _servers(parts.netloc)
    hosts, ports = query.get("host") or hosts, query.get("port") or ports
    options = {key: value for key, value in query.items() if key in LIBPQ_OPTIONS}
    if "," in hosts:
        options = SEVERAL_SERVERS | options
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": hosts,
        "PORT": ports,
        # A new connection plans its statements anew, the first five times each.
        "CONN_MAX_AGE": 3600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "baumkataster", **options},
    }


def _servers(netloc: str) -> tuple[str, str]:
    """Hosts and ports of ``user:pw@a:5432,[::1]:5433``, each a list with commas as libpq reads it."""
    hosts, ports = [], []
    for server in netloc.rpartition("@")[2].split(","):
        head, colon, port = server.rpartition(":")
        if not colon or port.endswith("]"):
            head, port = server, ""
        hosts.append(unquote(head.strip("[]")))
        ports.append(port)
    return ",".join(hosts), ",".join(ports) if any(ports) else ""


def secret_key(path: Path) -> str:
    """Return the installation's secret key; made once, readable by its user only (0600)."""
    if os.environ.get("BAUM_SECRET_KEY"):
        return os.environ["BAUM_SECRET_KEY"]
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(50)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(key, encoding="ascii")
    return key


def secret(name: str) -> str:
    """Return the secret ``name``, or what stands in the file that ``name_FILE`` names."""
    path = os.environ.get(f"{name}_FILE", "")
    return Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(name, "")


def pairs(name: str) -> list[tuple[str, str]]:
    """Return ``word=value,word=value`` in its order; with ``;`` between, words may hold commas."""
    text = os.environ.get(name, "")
    found = [
        part.rpartition("=") for part in text.split(";" if ";" in text else ",") if part.strip()
    ]
    if any(not word.strip() or not value.strip() for word, _equals, value in found):
        raise ImproperlyConfigured(f"{name}={text!r}: erwartet wird Wort=Wert,Wort=Wert.")
    return [(word.strip(), value.strip()) for word, _equals, value in found]
