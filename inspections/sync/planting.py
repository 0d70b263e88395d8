"""Records a tree that a tablet has newly found or planted; asked by interpreting.py."""

from datetime import date
from typing import Any
from uuid import UUID

from baumkataster.models import Place, Site, Tree, TreeStatus, User
from baumkataster.rules.numbering import normalise_number
from baumkataster.services import plant_tree
from baumkataster.services.checking import locked
from inspections.sync.merging import Difference, as_value, plain, read_place
from inspections.sync.reading import Body, unreadable

#: Fields of the body that are columns of the tree under the same name.
COLUMNS = (
    "species", "species_as_given", "planted_on", "planted_year", "planted_year_source", "height_m",
    "crown_diameter_m", "girth_cm", "girth_height_cm", "phase", "expectation", "tag", "remarks",
)  # fmt: skip


def plant(*, by: User, day: date, tree_id: UUID, body: Body) -> tuple[Tree, Difference | None]:
    """Record the tree under the number that the tablet gave, or under the next free one.

    Two tablets without a net may give the same number: the tree that comes second gets the next
    free one, and the office sees both numbers as a conflict. A number whose tree is gone is the
    site of the new one.

    Raises:
        Unsettled, Refused: a value that cannot be.
    """
    place = Place.objects.filter(pk=body.needed_uuid("place")).first() or unreadable("place")
    place = locked(Place, place.pk)
    wanted = normalise_number(body.text("number"))
    site = place.sites.filter(number=wanted).first() if wanted else None
    taken = site is not None and _occupied(site)
    where = read_place(body)
    tree = plant_tree(
        by=by,
        day=day,
        geom=where.geom,
        position_accuracy_m=where.accuracy_m,
        position_source=where.source,
        id=tree_id,
        status=body.text("status") or TreeStatus.STANDING,
        **_spot(place, None if taken else site, "" if taken else wanted),
        **_values(body),
    )
    given = tree.site.number
    conflict = Difference(field="number", base=None, theirs=given, ours=wanted) if taken else None
    return tree, conflict


def _spot(place: Place, site: Site | None, number: str) -> dict[str, Any]:
    """The empty site, or the place for a new one."""
    return {"site": site} if site is not None else {"place": place, "number": number or None}


def _occupied(site: Site) -> bool:
    """Whether a tree stands there or is planned to."""
    living = ("planned", "planted", "standing", "unverified")
    return not site.active or site.trees.filter(status__in=living).exists()


def _values(body: Body) -> dict[str, Any]:
    """Columns that the body says something about."""
    said = {name: plain(name, body.values.get(name)) for name in COLUMNS}
    return {name: as_value(name, value) for name, value in said.items() if value not in (None, "")}
