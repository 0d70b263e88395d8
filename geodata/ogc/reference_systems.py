"""The reference systems that the WFS speaks: whatever a client writes becomes one of these objects.

Debian's GDAL is older than the one that refuses malicious definitions, so no text of a client may
reach it: every system here is made from numbers of our own.
"""

import re
from typing import Final

from django.utils.translation import gettext
from gisserver.crs import CRS, CRS84
from gisserver.exceptions import ExternalValueError


def _system(epsg: int, *, force_xy: bool = False) -> CRS:
    """A system by its number; ``force_xy`` puts the longitude first."""
    system = CRS(
        domain="ogc", authority="EPSG", version="", crsid=str(epsg), srid=epsg, force_xy=force_xy
    )
    if force_xy:
        # Named in a remark of GML answers; the class is frozen, the library sets it like this too.
        system.__dict__["origin"] = f"EPSG:{epsg}"
    return system


STORED: Final = _system(25832)
#: By number, in the axis order of the authority: 4326 and 4258 begin with the latitude.
SYSTEMS: Final[dict[int, CRS]] = {
    25832: STORED,
    25833: _system(25833),
    3857: _system(3857),
    4326: _system(4326),
    4258: _system(4258),
}
#: The same for the old notations, in which everybody expects the longitude first.
OLD_NOTATION: Final[dict[int, CRS]] = SYSTEMS | {
    epsg: _system(epsg, force_xy=True) for epsg in (4326, 4258)
}
#: What capabilities offer besides the stored system.
OTHERS: Final = [SYSTEMS[4326], CRS84, SYSTEMS[3857], SYSTEMS[25833], SYSTEMS[4258]]
#: Where EPSG:25832 can follow, in each other system: west, south, east, north.
REACH: Final[dict[int, tuple[float, float, float, float]]] = {
    4326: (-10.0, 35.0, 30.0, 75.0),
    4258: (-10.0, 35.0, 30.0, 75.0),
    3857: (-1_113_000.0, 4_164_000.0, 3_339_000.0, 12_932_000.0),
    25833: (-1_500_000.0, 3_900_000.0, 2_000_000.0, 8_300_000.0),
}

_NEW = re.compile(
    r"(?:urn:(?:ogc|x-ogc|opengis):def:crs:EPSG:[0-9.]{0,10}:"
    r"|https?://www\.opengis\.net/def/crs/EPSG/[0-9.]{1,10}/)?([0-9]{4,6})",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"(?:EPSG:|https?://www\.opengis\.net/gml/srs/epsg\.xml#)([0-9]{4,6})", re.IGNORECASE
)
_LON_LAT = re.compile(
    r"(?:urn:(?:ogc|x-ogc|opengis):def:crs:OGC:[0-9.]{0,10}:|OGC:|CRS:"
    r"|https?://www\.opengis\.net/def/crs/OGC/[0-9.]{1,10}/)(?:CRS)?84",
    re.IGNORECASE,
)


def known_system(name: str | int) -> CRS:
    """The system that a client names in any of the usual notations.

    Raises:
        ExternalValueError: none of ours; the sentence lists them and repeats nothing of the client's.
    """
    text = str(name).strip()
    if _LON_LAT.fullmatch(text):
        return CRS84
    for notation, systems in ((_NEW, SYSTEMS), (_OLD, OLD_NOTATION)):
        found = notation.fullmatch(text)
        if found and int(found[1]) in systems:
            return systems[int(found[1])]
    listed = ", ".join(f"EPSG:{epsg}" for epsg in SYSTEMS)
    raise ExternalValueError(
        gettext("Dieses Bezugssystem gibt es hier nicht. Möglich: %s, CRS84.") % listed
    )
