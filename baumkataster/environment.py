"""Reads the process environment for settings.py: database addresses, yes/no values, secrets in files."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


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

    Raises:
        ImproperlyConfigured: the address names no database or another kind of server.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres", "postgis"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL muss die Form postgresql://benutzer:kennwort@host:port/datenbank haben."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options = {key: value for key, value in query.items() if key in {"sslmode", "sslrootcert"}}
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or unquote(parts.hostname or ""),
        "PORT": str(query.get("port") or parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "baumkataster", **options},
    }


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
