"""/feld/: the frame of the field app, its worker and its manifest; it says nothing about a person.

Tablets keep these pages and are shared: who works with one is asked at /api/v1/field/session/.
"""

import json
from hashlib import sha256
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from baumkataster.models import CitySettings
from baumkataster.permissions import Door
from baumkataster.web.base_maps import base_maps
from baumkataster.web.doors import door
from geodata.city_bounds import bounds_of_city
from geodata.web import field_files
from geodata.web.map_page import START_ZOOM, STATES_TABLE

LANGUAGES = ("de", "en")
PAGES = tuple(f"/feld/{language}/" for language in LANGUAGES)
#: The form of what a tablet keeps (static/js/io/field/database.js), and all that this version reads.
OUTBOX_SCHEMA = 1
READS = (1,)
#: The green of the drawing in static/images/baum.svg.
THEME_COLOR = "#14573f"
GROUND_COLOR = "#ffffff"
#: File, side and purpose of what a home screen shows.
ICONS = (
    ("field-192.png", 192, "any"),
    ("field-512.png", 512, "any"),
    ("field-maskable-512.png", 512, "maskable"),
)
#: Where the app asks and sends; the photo's address ends with its key.
ADDRESSES = {
    "session": "/api/v1/field/session/",
    "devices": "/api/v1/field/devices/",
    "entries": "/api/v1/field/entries/",
    "photos": "/api/v1/field/photos/",
    "area_size": "/api/v1/field/areas/size/",
    "area_changes": "/api/v1/field/areas/changes/",
    "trees": "/api/v1/field/trees/",
    "reference": "/api/v1/field/reference/",
    "tours": "/api/v1/field/tours/",
    "thumbnail": "/fotos/{id}/vorschau/",
    "worker": "/feld/sw.js",
    "scope": "/feld/",
    "sign_in": "/accounts/login/",
    "office": "/karte/",
}


@require_safe
@door(Door.FIELD)
def field_start(request: HttpRequest) -> HttpResponseBase:
    """To the app in the reader's language."""
    language = get_language() or LANGUAGES[0]
    return redirect("field_app", language[:2] if language[:2] in LANGUAGES else LANGUAGES[0])


@require_safe
@door(Door.FIELD)
@ensure_csrf_cookie
def field_app(request: HttpRequest, language: str) -> HttpResponseBase:
    """The app's frame in one language, alike for everybody."""
    if language not in LANGUAGES:
        raise Http404
    with translation.override(language):
        answer = render(request, "field/app.html", _context(build=build()))
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Language"] = language
    return answer


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker, above it the list of what it keeps: a new file or page is a new worker."""
    shell = {
        "build": build(),
        "schema": OUTBOX_SCHEMA,
        "reads": list(READS),
        "pages": list(PAGES),
        "files": list(field_files.files()),
    }
    text = f"const SHELL = {json.dumps(shell)};\n{field_files.worker_source()}"
    return _uncached(text, "text/javascript; charset=utf-8")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a tablet shows when the app is put on its home screen."""
    city = CitySettings.objects.first()
    values = {
        "id": "/feld/",
        "name": f"{_('Baumkataster')} {city.name if city else ''}".strip(),
        "short_name": _("Baumkataster"),
        "description": _("Baumkontrolle auf dem Tablet, auch ohne Netz."),
        "lang": get_language() or LANGUAGES[0],
        "start_url": "/feld/",
        "scope": "/feld/",
        "display": "standalone",
        "theme_color": THEME_COLOR,
        "background_color": GROUND_COLOR,
        "icons": [
            {
                "src": staticfiles_storage.url(f"images/{name}"),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, side, purpose in ICONS
        ],
    }
    return _uncached(json.dumps(values, ensure_ascii=False), "application/manifest+json")


def build() -> str:
    """The name of this version: changes with every file and every word of the pages."""
    digest = sha256(field_files.fingerprint().encode())
    for language in LANGUAGES:
        with translation.override(language):
            digest.update(render_to_string("field/app.html", _context(build="")).encode())
    return digest.hexdigest()[:12]


def _context(*, build: str) -> dict[str, Any]:
    """What the page knows; the city is said here because no request may have its say in it."""
    city = CitySettings.objects.first()
    return {
        "city": city,
        "config": _config(city, build=build),
        "states": STATES_TABLE,
        "stylesheets": field_files.STYLESHEETS,
        "theme_color": THEME_COLOR,
    }


def _config(city: CitySettings | None, *, build: str) -> dict[str, Any]:
    """All that the app must know before it asks for anything."""
    (south, west), (north, east) = bounds = bounds_of_city()
    return {
        "build": build,
        "schema": OUTBOX_SCHEMA,
        "language": get_language(),
        "city": {"name": city.name, "is_demo": city.is_demo} if city else None,
        "center": ((south + north) / 2, (west + east) / 2),
        "zoom": START_ZOOM,
        "bounds": bounds,
        "basemaps": base_maps(),
        "pages": {language: f"/feld/{language}/" for language in LANGUAGES},
        "addresses": ADDRESSES,
    }


def _uncached(text: str, kind: str) -> HttpResponse:
    """An answer that browsers ask for again each time."""
    answer = HttpResponse(text, content_type=kind)
    answer["Cache-Control"] = "no-cache"
    return answer
