"""The tree's card: tree, place, control, inspections, measures, photos and what the visitor may do."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from baumkataster.api.photos import PhotoSerializer
from baumkataster.api.reference import SpeciesSerializer, UnitSerializer
from baumkataster.models import Place, Tree
from baumkataster.permissions import (
    TREE_DOORS,
    Door,
    Visitor,
    doors_of,
    may,
    why_no_inspection,
)
from inspections.api.control import control_facts
from inspections.api.inspections import InspectionSerializer, inspection_rows
from inspections.api.measures import MeasureSerializer, measure_rows
from inspections.models import ControlPlan, InheritedControl


def tree_card(
    tree: Tree, *, feature: dict[str, Any], visitor: Visitor, day: date
) -> dict[str, Any]:
    """All that the card of ``tree`` shows to ``visitor`` on ``day``, in a fixed number of queries.

    ``feature`` is the tree's own GeoJSON feature. Whoever may not see inspections gets none.
    """
    inspections = _inspections(tree, visitor)
    current = next((row for row in inspections if row["corrected_by"] is None), None)
    measures = MeasureSerializer(
        measure_rows(visitor).filter(tree=tree).order_by("deadline_on", "-ordered_on", "id"),
        many=True,
    ).data
    plan = ControlPlan.objects.filter(pk=tree.pk).select_related("rule_set").first()
    return {
        "tree": _tree(feature),
        "place": _place(tree.site.place),
        "district": {"id": str(tree.district.pk), "name": tree.district.name}
        if tree.district
        else None,
        "unit": _unit(tree),
        "species": SpeciesSerializer(tree.species).data if tree.species else None,
        "control": control_facts(plan, day=day),
        "last_inspection": current,
        "inspections": inspections,
        "inherited": _inherited(tree, visitor),
        "measures": sorted(measures, key=lambda row: row["state"] != "open"),
        "photos": PhotoSerializer(tree.photos.order_by("-taken_at", "id"), many=True).data,
        "replaced_by": [str(pk) for pk in tree.replaced_by.values_list("pk", flat=True)],
        **_permissions(tree, visitor, day),
    }


def _tree(feature: dict[str, Any]) -> dict[str, Any]:
    """The feature's properties and its position beside each other."""
    lon, lat = feature["geometry"]["coordinates"]
    return {"id": feature["id"], **feature["properties"], "lon": lon, "lat": lat}


def _place(place: Place) -> dict[str, Any]:
    """Street or ground."""
    return {
        "id": str(place.pk),
        "name": place.name,
        "kind": place.kind,
        "kind_name": place.get_kind_display(),
        "expectation": place.expectation,
        "version": place.version,
    }


def _unit(tree: Tree) -> dict[str, Any]:
    """The responsible unit and who leads it."""
    return dict(UnitSerializer(tree.responsible_unit).data)


def _inspections(tree: Tree, visitor: Visitor) -> list[dict[str, Any]]:
    """Newest first, with findings."""
    if not may(visitor, Door.VIEW_INSPECTIONS):
        return []
    return list(InspectionSerializer(inspection_rows().filter(tree=tree), many=True).data)


def _inherited(tree: Tree, visitor: Visitor) -> dict[str, Any] | None:
    """Last and next control as an earlier system knew them."""
    if not may(visitor, Door.VIEW_INSPECTIONS):
        return None
    found = InheritedControl.objects.filter(tree=tree).order_by("-recorded_at").first()
    if found is None:
        return None
    return {
        "source": found.source,
        "last_on": found.last_on,
        "next_on": found.next_on,
        "details": found.details,
    }


def _permissions(tree: Tree, visitor: Visitor, day: date) -> dict[str, Any]:
    """Which doors are open at this tree now; ``may_not`` says in words why inspecting is not."""
    open_doors = doors_of(visitor)
    allowed = {str(door): door in open_doors for door in TREE_DOORS}
    reason = why_no_inspection(visitor, day=day) if allowed[Door.INSPECT] else ""
    if reason:
        # A wrong record of a tree that is gone may still be corrected, but not without a name.
        allowed[Door.CORRECT_INSPECTION] = False
    if not tree.is_standing:
        reason = reason or _("Dieser Baum steht nicht; es gibt nichts zu kontrollieren.")
        allowed[Door.ORDER_MEASURE] = False
    if reason:
        allowed[Door.INSPECT] = False
    allowed["replace"] = Door.PLANT in open_doors and not tree.is_standing
    return {"may": allowed, "may_not": {"inspect": reason} if reason else {}}
