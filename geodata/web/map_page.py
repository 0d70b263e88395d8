"""The map page /karte/: hands the city, its base maps and the visitor's doors to the browser."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from baumkataster.permissions import Door, Visitor, doors_of
from baumkataster.web.base_maps import base_maps
from baumkataster.web.doors import door
from geodata.city_bounds import bounds_of_city
from inspections.rules.states import STATES_FILE

START_ZOOM = 13

#: The table of states as the browser reads it, too.
STATES_TABLE = json.loads(STATES_FILE.read_text(encoding="utf-8"))


@require_safe
@door(Door.VIEW_MAP)
def map_page(request: HttpRequest) -> HttpResponseBase:
    """The map; its filters and position stand in the address and are read by the browser."""
    return render(request, "map/map.html", {"config": config(request.user)})


def config(visitor: Visitor) -> dict[str, Any]:
    """All that the map must know before it asks for the first tile."""
    bounds = bounds_of_city()
    (south, west), (north, east) = bounds
    may = doors_of(visitor)
    return {
        "center": ((south + north) / 2, (west + east) / 2),
        "zoom": START_ZOOM,
        "bounds": bounds,
        "basemaps": base_maps(),
        "day": timezone.localdate().isoformat(),
        "user": {
            "id": str(visitor.pk),
            "name": str(visitor),
            "role": getattr(visitor, "role", ""),
            "may": {str(each): each in may for each in Door},
        },
        "catalogues_url": "/api/v1/catalogues/",
        "states": STATES_TABLE,
    }
