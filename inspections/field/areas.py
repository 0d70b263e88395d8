"""Which trees a tablet takes along: read from what it sends, and turned into a question; for api/field.

An area is a district, a ring drawn on the map, a filter or a tour.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Polygon
from django.db.models import Model
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import District, Place, Tree, TreeStatus, Unit
from baumkataster.permissions import Visitor
from baumkataster.querysets import TreeQuerySet
from baumkataster.services.checking import WINDOW
from inspections.filters import units_of
from inspections.models import ControlPlan, Tour

KINDS: Final = ("district", "polygon", "filter", "tour")
#: What the field works on: standing trees and those that are to be planted.
STATUSES: Final = (
    TreeStatus.PLANNED,
    TreeStatus.PLANTED,
    TreeStatus.STANDING,
    TreeStatus.UNVERIFIED,
)
#: Corners that a finger sets; more come from a program that went wrong.
MAX_POINTS: Final = 500
#: West, south, east, north in degrees, as for every position in the API (baumkataster/api/geometry).
REACH: Final = (0.0, 45.0, 18.0, 60.0)
#: What an area may name.
MODELS: Final[dict[str, type[Model]]] = {
    "district": District,
    "tour": Tour,
    "unit": Unit,
    "place": Place,
}
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Area:
    """What somebody wants to take along; only the fields of its ``kind`` are set."""

    kind: str
    district: UUID | None = None
    #: Corners in degrees, longitude first, not closed.
    ring: Ring = ()
    tour: UUID | None = None
    due_until: date | None = None
    #: Only trees of the person's own units.
    mine: bool = False
    unit: UUID | None = None
    place: UUID | None = None

    @property
    def polygon(self) -> Polygon:
        """The drawn ring in the stored reference system."""
        drawn = Polygon((*self.ring, self.ring[0]), srid=4326)
        drawn.transform(settings.SRID)
        return drawn


def parse(value: Any) -> Area:
    """Read an area as a tablet sends it.

    Raises:
        Refused: with a sentence for the first thing that cannot be meant.
    """
    if not isinstance(value, dict) or value.get("kind") not in KINDS:
        raise Refused({"area": [_("Bitte sagen Sie, welches Gebiet mitgenommen wird.")]})
    kind = value["kind"]
    if kind == "polygon":
        return Area(kind=kind, ring=_ring(value.get("ring")))
    if kind == "filter":
        return _filter(value)
    key = _row(value, kind)
    if key is None:
        raise Refused({kind: [_unknown(kind)]})
    return Area(kind=kind, tour=key) if kind == "tour" else Area(kind=kind, district=key)


def trees_of(area: Area, *, visitor: Visitor, day: date) -> TreeQuerySet:
    """The trees of an area that ``visitor`` may see; what is due is due on ``day``."""
    trees = Tree.objects.visible_to(visitor).filter(status__in=STATUSES)
    if area.kind == "polygon":
        return trees.within(area.polygon)
    if area.kind == "tour":
        return trees.filter(tour_stops__tour=area.tour)
    if area.district:
        trees = trees.filter(district_id=area.district)
    if area.place:
        trees = trees.filter(site__place_id=area.place)
    if area.unit:
        trees = trees.of_units([area.unit])
    if area.mine and visitor.pk:
        trees = trees.of_units(units_of(visitor.pk))
    if area.due_until:
        plans = ControlPlan.objects.due_by(day=area.due_until, on=day)
        trees = trees.filter(pk__in=plans.values("tree_id"))
    return trees


def _filter(value: dict[str, Any]) -> Area:
    """A filter as on the map; fields that are not there ask for nothing."""
    mine = value.get("mine", False)
    if mine is not None and not isinstance(mine, bool):
        raise Refused({"mine": [_("Diesen Wert gibt es hier nicht: %(value)s") % {"value": mine}]})
    return Area(
        kind="filter",
        mine=bool(mine),
        due_until=_day(value.get("due_until")),
        unit=_row(value, "unit"),
        place=_row(value, "place"),
        district=_row(value, "district"),
    )


def _row(value: dict[str, Any], name: str) -> UUID | None:
    """Key of a row that is here; None if none is named."""
    text = value.get(name)
    if text is None or text == "":
        return None
    try:
        key = UUID(text)
    except (TypeError, ValueError, AttributeError) as error:
        raise Refused({name: [_unknown(name)]}) from error
    if not MODELS[name]._default_manager.filter(pk=key).exists():
        raise Refused({name: [_unknown(name)]})
    return key


def _unknown(name: str) -> str:
    """The sentence for a district, tour, unit or place that is not here (any more)."""
    return {
        "district": _("Diesen Ortsteil gibt es hier nicht."),
        "tour": _("Diese Tour gibt es hier nicht."),
        "unit": _("Dieses Revier gibt es hier nicht."),
        "place": _("Dieses Objekt gibt es hier nicht."),
    }[name]


def _day(text: Any) -> date | None:
    """One day, written 2026-11-23."""
    if text is None or text == "":
        return None
    try:
        found = parse_date(text)
    except (TypeError, ValueError):
        found = None
    if found is None:
        raise Refused({"due_until": [_("Bitte ein Datum der Form 2026-11-23 angeben.")]})
    return found


def _ring(value: Any) -> Ring:
    """Corners that enclose something inside Germany, without crossing."""
    if not isinstance(value, list) or not all(_is_position(corner) for corner in value):
        raise Refused({"ring": [_("Die Ecken des Gebiets sind nicht lesbar.")]})
    corners = [(float(corner[0]), float(corner[1])) for corner in value]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(set(corners)) < 3:
        raise Refused({"ring": [_("Ein Gebiet braucht mindestens drei Ecken.")]})
    if len(corners) > MAX_POINTS:
        sentence = _("Ein Gebiet hat höchstens %(most)s Ecken.") % {"most": MAX_POINTS}
        raise Refused({"ring": [sentence]})
    if not all(_in_reach(corner) for corner in corners):
        raise Refused({"ring": [_("Das Gebiet liegt nicht in Deutschland.")]})
    area = Area(kind="polygon", ring=tuple(corners))
    if not area.polygon.valid or area.polygon.area == 0:
        raise Refused({"ring": [_("Die Grenze des Gebiets kreuzt sich selbst.")]})
    west, east, south, north = WINDOW
    from_x, from_y, to_x, to_y = area.polygon.extent
    if not (west <= from_x and to_x <= east and south <= from_y and to_y <= north):
        raise Refused({"ring": [_("Das Gebiet liegt nicht in Deutschland.")]})
    return area.ring


def _is_position(corner: Any) -> bool:
    """Two numbers that may be degrees."""
    return (
        isinstance(corner, list | tuple)
        and len(corner) == 2
        and all(isinstance(n, int | float) and not isinstance(n, bool) for n in corner)
        and all(-360 <= n <= 360 for n in corner)
    )


def _in_reach(corner: tuple[float, float]) -> bool:
    """Whether a corner lies where EPSG:25832 holds."""
    west, south, east, north = REACH
    return west <= corner[0] <= east and south <= corner[1] <= north
