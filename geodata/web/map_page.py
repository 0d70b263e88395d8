"""The map page /karte/: hands the city, its base maps and the visitor's doors to the browser."""

import json
from typing import Any

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Polygon
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from baumkataster.models import BaseMap, CitySettings, District, Tree
from baumkataster.permissions import Door, Visitor, doors_of
from baumkataster.web.doors import door
from inspections.rules.states import STATES_FILE

#: Where the map starts without districts and trees: all Germany (latitude, longitude).
NOWHERE = ((47.2, 5.8), (55.1, 15.1))
START_ZOOM = 13

#: The table of states as the browser reads it, too.
STATES_TABLE = json.loads(STATES_FILE.read_text(encoding="utf-8"))

#: A rectangle of degrees: south-west and north-east corner, latitude first as Leaflet wants it.
Bounds = tuple[tuple[float, float], tuple[float, float]]
#: West, south, east, north in stored coordinates.
Box = tuple[float, float, float, float]


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
        "basemaps": [_base_map(row) for row in BaseMap.objects.filter(active=True)],
        "day": timezone.localdate().isoformat(),
        "user": {
            "id": str(visitor.pk),
            "role": getattr(visitor, "role", ""),
            "may": {str(each): each in may for each in Door},
        },
        "catalogues_url": "/api/v1/catalogues/",
        "states": STATES_TABLE,
    }


def bounds_of_city() -> Bounds:
    """The rectangle around the municipality, else its districts, else its trees."""
    city = CitySettings.objects.first()
    own: Box | None = city.outline.extent if city and city.outline else None
    box = own or _extent(District) or _extent(Tree)
    if box is None:
        return NOWHERE
    around = Polygon.from_bbox(box)
    around.srid = settings.SRID
    around.transform(4326)
    west, south, east, north = around.extent
    return (south, west), (north, east)


def _extent(model: type[District] | type[Tree]) -> Box | None:
    """The rectangle around all rows, in stored coordinates."""
    found: Box | None = model._default_manager.aggregate(box=Extent("geom"))["box"]
    return found


def _base_map(row: BaseMap) -> dict[str, Any]:
    """One choice of the background."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "kind": row.kind,
        "url": row.url,
        "layers": row.layers,
        "attribution": row.attribution,
        "max_zoom": row.max_zoom,
    }
