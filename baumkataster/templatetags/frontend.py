"""Template tags of every page: the import map, words for JavaScript, and navigation by role."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import DjangoTranslation

from baumkataster.permissions import Door, Visitor
from baumkataster.permissions import may as door_is_open

register = template.Library()

#: Where our own modules lie; each is imported as ``baum/<path below>``.
OWN_MODULES = Path(settings.BASE_DIR) / "static" / "js"
#: A static import of one of them, one statement a line or several.
OWN_IMPORT = re.compile(r'^import [^"]*"baum/([^"]+)";', re.MULTILINE)
#: Package name -> file below static/; versions and hashes stand in static/vendor/SOURCES.md.
VENDORED_MODULES = {
    "idb": "vendor/idb/idb.js",
    "leaflet": "vendor/leaflet/leaflet-src.esm.js",
    "pbf": "vendor/mapbox/pbf.js",
    "@mapbox/vector-tile": "vendor/mapbox/vector-tile.js",
    "@mapbox/point-geometry": "vendor/mapbox/point-geometry.js",
    "@zxing/library": "vendor/zxing/zxing.min.js",
}


class NavigationEntry(NamedTuple):
    """One word of the main navigation, shown to whom its door is open."""

    door: Door
    label: Any
    address: str
    #: Every page below one of these belongs to the entry.
    covers: tuple[str, ...]


NAVIGATION = (
    NavigationEntry(Door.VIEW_MAP, _("Karte"), "/karte/", ("/karte/", "/baeume/")),
    NavigationEntry(Door.FIELD, _("Feld"), "/feld/", ("/feld/",)),
    NavigationEntry(Door.PLAN_TOURS, _("Touren"), "/touren/", ("/touren/",)),
    NavigationEntry(Door.REVIEW_FIELD, _("Klärung"), "/klaerung/", ("/klaerung/",)),
    NavigationEntry(Door.VIEW_REPORT, _("Berichte"), "/berichte/ueberfaellig/", ("/berichte/",)),
    NavigationEntry(Door.IMPORT_DATA, _("Import"), "/import/", ("/import/",)),
    NavigationEntry(Door.EXPORT, _("Export"), "/export/", ("/export/",)),
    NavigationEntry(Door.MANAGE_USERS, _("Verwaltung"), "/verwaltung/", ("/verwaltung/",)),
)


def _module_addresses() -> dict[str, str]:
    """Bare specifier -> address with the hashed name."""
    below = [path.relative_to(OWN_MODULES).as_posix() for path in sorted(OWN_MODULES.rglob("*.js"))]
    files = {f"baum/{name}": f"js/{name}" for name in below} | VENDORED_MODULES
    return {name: staticfiles_storage.url(path) for name, path in files.items()}


@lru_cache(maxsize=1)
def _kept_module_addresses() -> dict[str, str]:
    """The same, looked up once: files do not change while a production server runs."""
    return _module_addresses()


@register.simple_tag(takes_context=True)
def import_map(context: Context) -> SafeString:
    """The ``<script type="importmap">`` that lets modules name each other without their hashes."""
    addresses = _module_addresses() if settings.DEBUG else _kept_module_addresses()
    # Our own file names; "<" is escaped all the same.
    text = json.dumps({"imports": addresses}, indent=1).replace("<", "\\u003C")
    request = context.get("request")
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>',
        getattr(request, "csp_nonce", ""),
        mark_safe(text),
    )


def _imported_by(name: str, found: dict[str, None]) -> dict[str, None]:
    """Modules of ours that ``name`` needs, itself first, each once."""
    found[name] = None
    text = (OWN_MODULES / name).read_text(encoding="utf-8")
    for needed in OWN_IMPORT.findall(text):
        if needed not in found:
            _imported_by(needed, found)
    return found


@lru_cache
def _kept_imported_by(name: str) -> tuple[str, ...]:
    """The same, read once while a production server runs."""
    return tuple(_imported_by(name, {}))


@register.simple_tag
def page_module(name: str) -> SafeString:
    """Start a page's module, and have the browser fetch all that it needs at once.

    ``{% page_module "pages/map.js" %}``; without the preloads each import would wait for its parent.
    """
    needed = _imported_by(name, {}) if settings.DEBUG else _kept_imported_by(name)
    preloads = format_html_join(
        "\n",
        '<link rel="modulepreload" href="{}">',
        ((staticfiles_storage.url(f"js/{each}"),) for each in needed),
    )
    start = format_html(
        '<script type="module" src="{}"></script>', staticfiles_storage.url(f"js/{name}")
    )
    return preloads + start


@register.simple_tag
def words() -> SafeString:
    """What JavaScript's ``t()`` looks up: empty in German, where the key is the sentence."""
    language = get_language() or settings.LANGUAGE_CODE
    found: dict[str, str] = {}
    if not language.startswith("de"):
        catalogue = DjangoTranslation(language, domain="djangojs")._catalog  # type: ignore[attr-defined]
        found = {key: text for key, text in catalogue.items() if isinstance(key, str) and key}
    return json_script({"language": language, "words": found}, "words")


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> list[dict[str, Any]]:
    """Entries open to the signed-in person: ``label``, ``address``, ``active``, ``waiting``.

    ``waiting`` is how much waits there for somebody; apps above say it by the entry's address
    (context ``waiting``), and it is asked for only where the entry is shown.
    """
    request = context.get("request")
    visitor: Visitor = getattr(request, "user", None) or AnonymousUser()
    path = getattr(request, "path", "")
    waiting: dict[str, Callable[[], int]] = context.get("waiting") or {}
    return [
        {
            "label": e.label,
            "address": e.address,
            "active": path.startswith(e.covers),
            "waiting": waiting[e.address]() if e.address in waiting else 0,
        }
        for e in NAVIGATION
        if door_is_open(visitor, e.door)
    ]


@register.simple_tag(takes_context=True)
def may(context: Context, door: str) -> bool:
    """Whether the visitor may open a door: ``{% may "import_data" as importing %}``."""
    request = context.get("request")
    visitor: Visitor = getattr(request, "user", None) or AnonymousUser()
    return door_is_open(visitor, Door(door))
