"""The rectangle of degrees in which the city lies; for the map page and the WFS."""

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Polygon

from baumkataster.models import CitySettings, District, Tree

#: South-west and north-east corner, latitude first as Leaflet wants it.
Bounds = tuple[tuple[float, float], tuple[float, float]]
#: West, south, east, north in stored coordinates.
Box = tuple[float, float, float, float]

#: All Germany, for a city without outline, districts and trees.
NOWHERE: Bounds = ((47.2, 5.8), (55.1, 15.1))


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
