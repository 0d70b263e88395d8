"""Settles values that both the cadastre and a source changed; called by the page of an import.

"Theirs" is written by the services that a person's correction goes through, "ours" is only noted:
the next import of the same value stays silent (differences.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from django.contrib.gis.geos import Point
from django.db import models, transaction
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Change, Site, Species, Tree, TreeGroup, User
from baumkataster.services.checking import assign, locked, save_checked
from baumkataster.services.trees import correct_tree, district_at, move_tree
from geodata.models import ImportConflict

#: The tables that imports compare.
MODELS: Final[dict[str, type[models.Model]]] = {
    model._meta.db_table: model for model in (Tree, Site, TreeGroup)
}


@dataclass(frozen=True, slots=True)
class OurChange:
    """Who wrote our value, and when."""

    by: str
    at: datetime


def settle_conflicts(
    *, conflicts: Iterable[ImportConflict], decision: str, by: User, day: date, now: datetime
) -> tuple[int, list[str]]:
    """Decide each of them; how many were, and a sentence for each that could not be.

    Each is a deed of its own: one value that breaks a rule keeps no other from being settled.
    """
    settled, refusals = 0, []
    for conflict in conflicts:
        try:
            with transaction.atomic():
                settled += _settle(conflict, decision, by, day, now)
        except Refused as error:
            refusals.append(f"{label_of(conflict)}: {error}")
    return settled, refusals


def _settle(conflict: ImportConflict, decision: str, by: User, day: date, now: datetime) -> bool:
    """Whether this call decided it: somebody else may have been quicker."""
    open_one = ImportConflict.objects.select_for_update().filter(pk=conflict.pk, decision="")
    if not open_one.exists():
        return False
    if decision == ImportConflict.Decision.THEIRS:
        source = conflict.run.file_name
        with authored(by=by, reason=_("Wert der Quelle übernommen (%(file)s)") % {"file": source}):
            _take_theirs(conflict, by, day)
    ImportConflict.objects.filter(pk=conflict.pk).update(
        decision=decision, settled_by=by, settled_at=now
    )
    return True


def _take_theirs(conflict: ImportConflict, by: User, day: date) -> None:
    """Write the source's value into our row."""
    value = value_of(conflict, conflict.theirs)
    key, column = conflict.row_id, conflict.column_name
    changes: dict[str, Any] = {field_of(conflict).name: value}
    if conflict.table_name == Tree._meta.db_table and column == "geom":
        move_tree(by=by, day=day, tree_id=key, version=None, geom=value, source="import")
        return
    if conflict.table_name == Tree._meta.db_table and column != "position_accuracy_m":
        correct_tree(by=by, day=day, tree_id=key, version=None, changes=changes)
        return
    row: Any = locked(cast("type[Site]", MODELS[conflict.table_name]), key)
    if conflict.column_name == "geom":
        changes["district"] = district_at(geom=value)
    if changed := assign(row, changes):
        save_checked(row, fields=changed)


def field_of(conflict: ImportConflict) -> models.Field[Any, Any]:
    """The field that the value belongs to."""
    fields = MODELS[conflict.table_name]._meta.concrete_fields
    return next(field for field in fields if field.column == conflict.column_name)


def label_of(conflict: ImportConflict) -> str:
    """The field in the words of the page."""
    return str(field_of(conflict).verbose_name)


def value_of(conflict: ImportConflict, stored: Any) -> Any:
    """A stored value as the field's own type."""
    if stored is None:
        return None
    if conflict.column_name == "geom":
        crs = stored.get("crs", {}).get("properties", {}).get("name", "EPSG:25832")
        x, y = stored["coordinates"][:2]
        return Point(x, y, srid=int(str(crs).rpartition(":")[2]))
    field = field_of(conflict)
    if isinstance(field, models.ForeignKey):
        return Species.objects.get(pk=stored)
    return field.to_python(stored)


def shown(conflict: ImportConflict, stored: Any) -> str:
    """A stored value in words."""
    value = value_of(conflict, stored)
    if value is None or value == "":
        return "–"
    if isinstance(value, Point):
        return f"{value.x:.2f} / {value.y:.2f}"
    return str(value).replace(".", ",") if isinstance(stored, float) else str(value)


def metres_apart(conflict: ImportConflict) -> float | None:
    """How far two positions are from each other; None: other values."""
    if conflict.column_name != "geom" or not (conflict.ours and conflict.theirs):
        return None
    ours, theirs = (value_of(conflict, each) for each in (conflict.ours, conflict.theirs))
    return float(ours.distance(theirs))


def our_changes(conflicts: list[ImportConflict]) -> dict[int, OurChange]:
    """The last change of our value by a person, for each conflict that has one."""
    wanted: dict[tuple[str, str, str], ImportConflict] = {
        (c.table_name, str(c.row_id), c.column_name): c for c in conflicts
    }
    changes = Change.objects.filter(
        table_name__in={table for table, _row, _column in wanted},
        row_id__in={row for _table, row, _column in wanted},
    )
    found: dict[int, OurChange] = {}
    for change in changes.select_related("actor").order_by("id"):
        for column in change.new or {}:
            conflict = wanted.get((change.table_name, change.row_id, column))
            # What the decision itself wrote is no longer our value.
            if conflict and not (conflict.settled_at and change.at >= conflict.settled_at):
                found[conflict.pk] = OurChange(str(change.actor or ""), change.at)
    return found
