"""The map page /karte/: hands the city, its base maps and the visitor's doors to the browser."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from baumkataster.errors import Refused
from baumkataster.permissions import Door, Visitor, doors_of
from baumkataster.web.base_maps import base_maps
from baumkataster.web.doors import door
from geodata.city_bounds import bounds_of_city
from inspections.past_day import AskedDay, parse_day
from inspections.reports.past import ensure_data
from inspections.rules.states import STATES_FILE

START_ZOOM = 13
#: Doors that stay open while somebody looks at a past day.
LOOKING = frozenset({Door.VIEW_MAP, Door.VIEW_TREE, Door.VIEW_INSPECTIONS, Door.VIEW_REPORT})

#: The table of states as the browser reads it, too.
STATES_TABLE = json.loads(STATES_FILE.read_text(encoding="utf-8"))


@require_safe
@door(Door.VIEW_MAP)
def map_page(request: HttpRequest) -> HttpResponseBase:
    """The map; its filters and position stand in the address and are read by the browser."""
    try:
        asked = parse_day(request.GET, today=timezone.localdate())
        if asked.is_past:
            ensure_data(asked)
    except Refused as refused:
        context = {"problems": refused.problems, "back": "map"}
        return render(request, "reports/refused.html", context, status=400)
    return render(request, "map/map.html", {"config": config(request.user, asked), "asked": asked})


def config(visitor: Visitor, asked: AskedDay) -> dict[str, Any]:
    """All that the map must know before it asks for the first tile."""
    bounds = bounds_of_city()
    (south, west), (north, east) = bounds
    # A past day is looked at, not changed; files of it are the report's.
    may = doors_of(visitor) & LOOKING if asked.is_past else doors_of(visitor)
    return {
        "center": ((south + north) / 2, (west + east) / 2),
        "zoom": START_ZOOM,
        "bounds": bounds,
        "basemaps": base_maps(),
        "day": asked.day.isoformat(),
        "past": {"query": asked.query, "words": asked.words},
        "user": {
            "id": str(visitor.pk),
            "name": str(visitor),
            "role": getattr(visitor, "role", ""),
            "may": {str(each): each in may for each in Door},
        },
        "catalogues_url": "/api/v1/catalogues/",
        "states": STATES_TABLE,
    }
