"""A tree is planted, corrected and moved; its end stands in endings.py."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import (
    District,
    Duty,
    Place,
    PositionSource,
    Site,
    Tree,
    TreeStatus,
    User,
)
from baumkataster.rules.numbering import next_free_number, normalise_number
from baumkataster.services.checking import (
    assign,
    ensure_current,
    ensure_position,
    locked,
    save_checked,
)
from baumkataster.signals import control_inputs_changed

#: Fields of a tree that correct_tree takes; position, felling and site have deeds of their own.
CORRECTABLE = frozenset(
    [
        "species",
        "species_as_given",
        "status",
        "tag",
        "planted_on",
        "planted_year",
        "planted_year_source",
        "height_m",
        "crown_diameter_m",
        "crown_base_m",
        "girth_cm",
        "girth_height_cm",
        "stems",
        "phase",
        "expectation",
        "unit",
        "duty",
        "duty_reason",
        "owner",
        "protection",
        "remarks",
    ]
)
#: Fields of the site that are corrected through its tree.
SITE_FIELDS = frozenset(
    [
        "number",
        "house_number",
        "side",
        "open_soil_m2",
        "soil_cover",
        "parcel",
        "cost_centre",
        "surroundings",
        "utilities",
    ]
)
#: Statuses that a correction may move between; the end of a tree has deeds of its own.
LIVING = frozenset(
    {TreeStatus.PLANNED, TreeStatus.PLANTED, TreeStatus.STANDING, TreeStatus.UNVERIFIED}
)
#: A due date depends on these.
CONTROL_INPUTS = frozenset({"status", "duty", "phase", "expectation", "planted_on"})


def district_at(*, geom: Point) -> District | None:
    """The district whose polygon covers the position, if any."""
    return District.objects.filter(geom__covers=geom).order_by("name").first()


def plant_tree(
    *,
    by: User,
    day: date,
    geom: Point,
    place: Place | None = None,
    site: Site | None = None,
    number: str | None = None,
    status: str = TreeStatus.PLANTED,
    id: UUID | None = None,
    **fields: Any,
) -> Tree:
    """Record a tree on a new site of ``place``, or on the existing empty ``site``.

    ``number`` None takes the next free one of the place. ``id`` comes from a device that may send
    twice: a known id changes nothing and gives the tree that is there.

    Raises:
        Refused: number taken, site occupied, or a value out of range.
    """
    if id is not None and (known := Tree.objects.filter(pk=id).first()):
        return known
    if status not in LIVING:
        raise Refused({"status": [_("Ein neuer Baum ist geplant, gepflanzt oder im Bestand.")]})
    unknown = set(fields) - CORRECTABLE - SITE_FIELDS - {"position_accuracy_m", "position_source"}
    if unknown:
        raise Refused({name: [_("Dieses Feld gibt es nicht.")] for name in sorted(unknown)})
    ensure_position(geom)
    with authored(by=by):
        district = district_at(geom=geom)
        if site is None:
            site = _new_site(place, number, geom, district, fields)
        fields = {name: value for name, value in fields.items() if name not in SITE_FIELDS}
        fields.setdefault("position_source", PositionSource.MAP)
        tree = Tree(site=site, geom=geom, district=district, status=status, **fields)
        if id is not None:
            tree.pk = id
        _check_duty(tree)
        save_checked(tree)
        announce(tree=tree, day=day)
    return tree


def correct_tree(
    *, by: User, day: date, tree_id: UUID, version: int | None, changes: Mapping[str, Any]
) -> Tree:
    """Change data of a tree (and number, house number, side, open soil of its site).

    Raises:
        Stale: somebody changed the tree since ``version``.
        Refused: unknown field or value out of range.
    """
    unknown = set(changes) - CORRECTABLE - SITE_FIELDS
    if unknown:
        raise Refused(
            {name: [_("Dieses Feld ist hier nicht änderbar.")] for name in sorted(unknown)}
        )
    with authored(by=by):
        tree = locked(Tree, tree_id)
        own = {name: value for name, value in changes.items() if name in CORRECTABLE}
        ensure_current(tree, version, own)
        if "status" in own and own["status"] != tree.status:
            _check_living(tree, str(own["status"]))
        changed = assign(tree, own)
        if site_changes := {n: v for n, v in changes.items() if n in SITE_FIELDS}:
            _correct_site(tree, site_changes)
            # The tree's version stands for the card that people see: number and tree together.
            changed = changed or ["remarks"]
        if changed:
            _check_duty(tree)
            save_checked(tree, fields=changed)
            tree.refresh_from_db()
        if CONTROL_INPUTS.intersection(changed):
            announce(tree=tree, day=day)
    return tree


def move_tree(
    *,
    by: User,
    day: date,
    tree_id: UUID,
    version: int | None,
    geom: Point,
    accuracy_m: Decimal | None = None,
    source: str = PositionSource.MAP,
) -> Tree:
    """Correct the position of a tree; its site moves along while the tree stands.

    Raises:
        Stale: somebody changed the tree since ``version``.
    """
    ensure_position(geom)
    with authored(by=by):
        tree = locked(Tree, tree_id)
        ensure_current(tree, version, {"geom": geom})
        tree.geom, tree.district = geom, district_at(geom=geom)
        tree.position_accuracy_m, tree.position_source = accuracy_m, source
        moved = ["geom", "district", "position_accuracy_m", "position_source"]
        save_checked(tree, fields=moved)
        if tree.is_standing or tree.status == TreeStatus.PLANNED:
            site = locked(Site, tree.site_id)
            site.geom, site.district = geom, tree.district
            save_checked(site, fields=["geom", "district"])
        tree.refresh_from_db()
    return tree


def _new_site(
    place: Place | None,
    number: str | None,
    geom: Point,
    district: District | None,
    fields: Mapping[str, Any],
) -> Site:
    """Make the numbered site for a new tree; the place is locked so that numbers never collide."""
    if place is None:
        raise Refused({"place": [_("Bitte wählen Sie das Objekt (Straße oder Anlage).")]})
    place = locked(Place, place.pk)
    number = normalise_number(number or str(fields.get("number") or ""))
    if not number:
        number = next_free_number(place.sites.values_list("number", flat=True))
    own = {n: v for n, v in fields.items() if n in SITE_FIELDS and n != "number"}
    site = Site(place=place, number=number, geom=geom, district=district, **own)
    try:
        save_checked(site)
    except Refused as refused:
        if "non_field" in refused.problems:
            raise Refused({"number": refused.problems["non_field"]}) from refused
        raise
    return site


def _correct_site(tree: Tree, changes: Mapping[str, Any]) -> None:
    """Change the site under a tree; a number must stay unique in its place."""
    site = locked(Site, tree.site_id)
    if "number" in changes:
        changes = {**changes, "number": normalise_number(str(changes["number"]))}
        if site.place.sites.filter(number=changes["number"]).exclude(pk=site.pk).exists():
            taken = _("Diese Nummer ist in diesem Objekt schon vergeben.")
            raise Refused({"number": [taken]})
    if changed := assign(site, changes):
        save_checked(site, fields=changed)


def _check_living(tree: Tree, status: str) -> None:
    """Only a living status may be corrected to another living one."""
    if status not in LIVING or tree.status not in LIVING:
        raise Refused({"status": [_("Fällung, Verschwinden und Ersatz werden eigens gemeldet.")]})


def _check_duty(tree: Tree) -> None:
    """Say at its field that a reason is missing; the database refuses it, but knows no field."""
    # A new tree's reason that nobody gave is the database's default, not a text yet.
    reason = tree.duty_reason if isinstance(tree.duty_reason, str) else ""
    if tree.duty != Duty.CITY and not reason.strip():
        raise Refused({"duty_reason": [_("Ohne Kontrollpflicht der Stadt: bitte begründen.")]})


def announce(*, tree: Tree, day: date) -> None:
    """Tell the floors above that due dates must be computed anew, in the same transaction."""
    control_inputs_changed.send(sender=Tree, tree_ids=[tree.pk], day=day)
