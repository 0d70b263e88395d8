"""/export/: where a planner finds files, WFS address and the list of fields."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from baumkataster.permissions import Door
from baumkataster.web.doors import door
from geodata.fields import CONTROL, PUBLIC
from geodata.geopackage import SYSTEMS
from geodata.rules.crs import REFERENCES
from inspections.filters import NAMES


@require_GET
@door(Door.EXPORT)
def export_page(request: HttpRequest) -> HttpResponse:
    """The page; filters of the map in its address go on into the files."""
    pairs = [(n, v) for n in NAMES for v in request.GET.getlist(n) if v]
    query = f"?{urlencode(pairs)}" if pairs else ""
    fields = [
        {"name": c.name, "title": c.title, "unit": c.unit, "public": c in PUBLIC}
        for c in (*PUBLIC, *(c for c in CONTROL if c not in PUBLIC))
    ]
    context = {
        "geojson_url": f"/export/trees.geojson{query}",
        "pairs": pairs,
        "systems": [
            (number, f"{gettext(REFERENCES[number].name)} – EPSG:{number}") for number in SYSTEMS
        ],
        "wfs_url": request.build_absolute_uri("/wfs"),
        "fields": fields,
    }
    return render(request, "exports/page.html", context)
