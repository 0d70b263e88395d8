"""Which static files the field app needs to start without a net; field_app.py hands them to its worker."""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, join, normpath

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

from baumkataster.templatetags.frontend import OWN_MODULES, VENDORED_MODULES

STATIC = OWN_MODULES.parent
#: The module that starts the app, its worker, and what the page links to.
START = "js/pages/field.js"
WORKER = "js/service_worker.js"
STYLESHEETS = (
    "vendor/kern/kern.min.css",
    "vendor/leaflet/leaflet.css",
    "css/baum.css",
    "css/field.css",
    "css/field_forms.css",
)
ICONS = (
    "images/baum.svg",
    "images/field-180.png",
    "images/field-192.png",
    "images/field-512.png",
    "images/field-maskable-512.png",
)
#: What a module names behind ``from`` or ``import``, static or ``import("…")``.
NAMED = re.compile(r"""\b(?:from|import)\s*\(?\s*["']([^"'\n]+)["']""")
#: Files that a stylesheet names; drawings inside it (data:) and fragments are none.
REFERENCE = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')]+)["']?\s*\)""")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def modules(start: str = START) -> list[str]:
    """Every module below static/ that ``start`` needs, itself first, also those it loads later.

    Raises:
        FileNotFoundError: a module that is named is not there.
    """
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = None
            waiting += _needed_by(path)
    return list(found)


def _needed_by(path: str) -> Iterator[str]:
    """Files of the modules that one module names; a "from" in a sentence leads nowhere."""
    text = (STATIC / path).read_text(encoding="utf-8")
    for name in NAMED.findall(text):
        if name.startswith("baum/"):
            yield f"js/{name.removeprefix('baum/')}"
        elif name in VENDORED_MODULES:
            yield VENDORED_MODULES[name]


def references(stylesheet: str) -> list[str]:
    """Fonts and pictures that a stylesheet loads."""
    text = COMMENT.sub("", (STATIC / stylesheet).read_text(encoding="utf-8"))
    named = (name.split("#")[0].split("?")[0] for name in REFERENCE.findall(text))
    return [normpath(join(dirname(stylesheet), name)) for name in dict.fromkeys(named)]


def names() -> list[str]:
    """Everything below static/ that a tablet keeps, each once."""
    loaded = [name for sheet in STYLESHEETS for name in references(sheet)]
    return list(dict.fromkeys([*modules(), *STYLESHEETS, *loaded, *ICONS]))


def _look() -> tuple[tuple[str, ...], str]:
    """Addresses with hashed names, and one hash over all their contents and the worker's."""
    found = names()
    digest = sha256()
    for name in [*found, WORKER]:
        digest.update(name.encode() + b"\0" + Path(STATIC / name).read_bytes())
    return tuple(staticfiles_storage.url(name) for name in found), digest.hexdigest()


@lru_cache(maxsize=1)
def _kept_look() -> tuple[tuple[str, ...], str]:
    """The same, looked up once: files do not change while a production server runs."""
    return _look()


def files() -> tuple[str, ...]:
    """The addresses that the worker keeps."""
    return (_look() if settings.DEBUG else _kept_look())[0]


def fingerprint() -> str:
    """Changes with every byte of what a tablet keeps."""
    return (_look() if settings.DEBUG else _kept_look())[1]


def worker_source() -> str:
    """The worker's own text, before the list of files is put above it."""
    return (STATIC / WORKER).read_text(encoding="utf-8")
