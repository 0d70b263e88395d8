"""Deeds on tree groups: many small or like trees recorded as one area with species shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Place, Species, TreeGroup, TreeGroupShare, User
from baumkataster.rules.numbering import next_free_number, normalise_number
from baumkataster.services.checking import ensure_position, locked, save_checked
from baumkataster.services.trees import district_at

#: Larger is a wood, not a group.
MOST_SQUARE_METRES = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Share:
    """How much of a group is of one species."""

    species: Species
    percent: int


def record_group(
    *,
    by: User,
    place: Place,
    area: Polygon,
    number: str = "",
    tree_count: int | None = None,
    shares: Sequence[Share] = (),
    remarks: str = "",
    id: UUID | None = None,
) -> TreeGroup:
    """Record a group on an area; without ``number`` it takes the next free one of the place's groups.

    ``id`` comes from a device that may send twice: a known id changes nothing.

    Raises:
        Refused: by field; an area that crosses itself, a number that is taken, shares over 100 %.
    """
    if id is not None and (known := TreeGroup.objects.filter(pk=id).first()):
        return known
    _check_area(area)
    _check_shares(shares)
    middle = area.point_on_surface
    ensure_position(middle)
    with authored(by=by):
        place = locked(Place, place.pk)
        number = normalise_number(number)
        taken = list(place.groups.values_list("number", flat=True))
        if number in taken:
            raise Refused({"number": [_("Diese Nummer ist in diesem Objekt schon vergeben.")]})
        group = TreeGroup(
            place=place,
            number=number or next_free_number(taken),
            geom=middle,
            area=MultiPolygon(area, srid=area.srid),
            district=district_at(geom=middle),
            tree_count=tree_count,
            remarks=remarks,
        )
        if id is not None:
            group.pk = id
        save_checked(group)
        for share in shares:
            save_checked(TreeGroupShare(group=group, species=share.species, percent=share.percent))
    return group


def _check_area(area: Polygon) -> None:
    """An area that a map can draw and that nobody drew by mistake."""
    if not area.valid or area.area <= 0:
        raise Refused({"ring": [_("Die Fläche überschneidet sich selbst oder ist leer.")]})
    if area.area > MOST_SQUARE_METRES:
        raise Refused({"ring": [_("Die Fläche ist für eine Baumgruppe zu groß.")]})


def _check_shares(shares: Sequence[Share]) -> None:
    """Shares of a whole."""
    if sum(share.percent for share in shares) > 100:
        raise Refused({"species": [_("Die Anteile der Baumarten ergeben mehr als 100 %.")]})
    if len({share.species.pk for share in shares}) < len(shares):
        raise Refused({"species": [_("Eine Baumart ist zweimal genannt.")]})
