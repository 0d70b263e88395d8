"""Turns a readable entry into the deed it means, by kind; called inside the entry's own transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Polygon
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import Place, Species, Tree, TreeStatus, User
from baumkataster.prepared import prepared
from baumkataster.services import correct_tree, fell_tree, move_tree, report_vanished
from baumkataster.services.checking import locked
from baumkataster.services.groups import Share, record_group
from inspections.models import FieldConflict, FieldEntry, Measure, MeasureState
from inspections.rules.overdue import berlin_day
from inspections.services import complete_measure, record_inspection
from inspections.services.replanning_late import replan_late
from inspections.sync.inspecting import inspection_entry
from inspections.sync.merging import (
    Difference,
    merge_changes,
    merge_position,
    read_place,
    read_point,
)
from inspections.sync.planting import plant
from inspections.sync.reading import Body, Envelope, unreadable
from inspections.sync.reasons import Reason, Unsettled

LOCK_SQL: Final = "SELECT id FROM baumkataster_tree WHERE id = %(tree)s FOR UPDATE"
#: What the interval of a tree depends on, beside its inspections.
RULE_INPUTS: Final = frozenset({"phase", "expectation"})
GONE: Final = frozenset({TreeStatus.FELLED, TreeStatus.STUMP, TreeStatus.VANISHED})


@dataclass(frozen=True, kw_only=True)
class Case:
    """An entry that is to become a deed, with all that the deed needs."""

    row: FieldEntry
    envelope: Envelope
    #: Whose observation it is.
    person: User
    #: Who does the deed: the person, or whoever settles or reads in a file.
    by: User
    received_at: datetime
    #: When the deed is done; later than the receipt where the entry waited.
    at: datetime
    #: The office has looked at it: what only a person can judge is not asked again.
    settled: bool = False

    @property
    def day(self) -> date:
        """The day that what the entry says is checked against."""
        return berlin_day(self.received_at)

    @property
    def today(self) -> date:
        """The day of the deed: the rule set in force then gives the due date."""
        return berlin_day(self.at)

    @property
    def body(self) -> Body:
        """The part that depends on the kind."""
        return Body(self.envelope.body)


def interpret(case: Case) -> None:
    """Do what the entry says.

    Raises:
        Unsettled: it cannot be done as it is. Refused: a rule of the cadastre is broken.
    """
    _BY_KIND[case.envelope.kind](case)


def _inspection(case: Case) -> None:
    # Locked first: whoever brings what an entry waits for is before or after it, not beside it.
    if case.envelope.tree is None or not prepared(LOCK_SQL, {"tree": case.envelope.tree}):
        raise _tree_unknown()
    entry = inspection_entry(case.envelope, case.person)
    record_inspection(by=case.by, entry=entry, received_at=case.received_at, at=case.at)


def _tree_new(case: Case) -> None:
    assert case.envelope.tree is not None
    if Tree.objects.filter(pk=case.envelope.tree).exists():
        raise Unsettled(
            Reason.TREE_EXISTS, _("Unter dieser Kennung ist schon ein Baum gespeichert.")
        )
    tree, conflict = plant(by=case.by, day=case.today, tree_id=case.envelope.tree, body=case.body)
    _keep(case, tree, [conflict] if conflict else [])


def _tree_change(case: Case) -> None:
    tree = _standing_tree(case)
    base, changes = case.body.object("base"), case.body.object("changes")
    merge = merge_changes(tree, base, changes)
    if merge.apply:
        correct_tree(by=case.by, day=case.today, tree_id=tree.pk, version=None, changes=merge.apply)
    if case.at > case.received_at and RULE_INPUTS.intersection(merge.apply):
        replan_late(tree_id=tree.pk, received_at=case.received_at, day=case.today)
    _keep(case, tree, merge.conflicts)


def _tree_move(case: Case) -> None:
    tree = _standing_tree(case)
    new = read_place(case.body)
    merged = merge_position(tree, read_point(Body(case.body.object("base"), "base.")), new)
    if isinstance(merged, Difference):
        _keep(case, tree, [merged])
    elif merged:
        move_tree(
            by=case.by,
            day=case.today,
            tree_id=tree.pk,
            version=None,
            geom=new.geom,
            accuracy_m=new.accuracy_m,
            source=new.source,
        )


def _tree_end(case: Case) -> None:
    tree = _standing_tree(case, stump=True)
    how, on, reason = case.body.text("how"), case.body.needed_day("on"), case.body.text("reason")
    _not_after_receipt(case, "on", on)
    common: dict[str, Any] = {
        "by": case.by, "day": case.today, "tree_id": tree.pk, "version": None, "reason": reason
    }  # fmt: skip
    if how == "vanished":
        report_vanished(on=on, **common)
    elif how in {"felled", "stump"}:
        fell_tree(felled_on=on, stump=how == "stump", **common)
    else:
        unreadable("how")


def _measure_done(case: Case) -> None:
    key = case.body.needed_uuid("measure")
    measure = Measure.objects.filter(pk=key).first()
    if measure is None:
        raise Unsettled(Reason.MEASURE_UNKNOWN, _("Diese Maßnahme gibt es im Kataster nicht."))
    if measure.state != MeasureState.OPEN:
        state = MeasureState(measure.state).label
        raise Unsettled(
            Reason.MEASURE_ENDED, _("Diese Maßnahme ist schon %(state)s.") % {"state": state}
        )
    done_on = case.body.needed_day("done_on")
    _not_after_receipt(case, "done_on", done_on)
    complete_measure(
        by=case.by,
        day=case.today,
        measure_id=key,
        version=None,
        done_on=done_on,
        done_by=case.body.text("done_by"),
        note=case.body.text("note"),
    )


def _not_after_receipt(case: Case, field: str, day: date) -> None:
    """What the entry says was done cannot be later than the entry, whenever it is settled."""
    if day > case.day:
        raise Refused({field: [_("Der Tag liegt in der Zukunft.")]})


def _group_new(case: Case) -> None:
    place = Place.objects.filter(pk=case.body.needed_uuid("place")).first() or unreadable("place")
    record_group(
        by=case.by,
        id=case.envelope.id,
        place=place,
        area=_ring(case.body.values.get("ring")),
        number=case.body.text("number"),
        tree_count=case.body.integer("tree_count"),
        shares=[_share(each) for each in case.body.rows("species")],
        remarks=case.body.text("remarks"),
    )


def _share(row: Body) -> Share:
    """One species and its percent."""
    species = Species.objects.filter(pk=row.needed_uuid("species")).first()
    return Share(
        species=species or unreadable(f"{row.path}species"),
        percent=row.integer("percent") or unreadable(f"{row.path}percent"),
    )


def _ring(value: Any) -> Polygon:
    """A list of lon/lat pairs as an area, closed or not."""
    if not isinstance(value, list) or len(value) < 3:
        unreadable("ring")
    corners = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            unreadable("ring")
        point = read_point(Body({"lon": pair[0], "lat": pair[1]}))
        corners.append((point.x, point.y))
    if corners[0] != corners[-1]:
        corners.append(corners[0])
    return Polygon(corners, srid=settings.SRID) if len(corners) > 3 else unreadable("ring")


def _tree(case: Case) -> Tree:
    """The tree of the entry, locked until it is done."""
    key: UUID | None = case.envelope.tree
    if key is None or not Tree.objects.filter(pk=key).exists():
        raise _tree_unknown()
    return locked(Tree, key)


def _tree_unknown() -> Unsettled:
    return Unsettled(Reason.TREE_UNKNOWN, _("Diesen Baum gibt es im Kataster nicht."))


def _standing_tree(case: Case, *, stump: bool = False) -> Tree:
    """The same, if nobody reported its end meanwhile; the office may still correct what is gone."""
    tree = _tree(case)
    if tree.status in GONE and not case.settled and not (stump and tree.status == "stump"):
        raise Unsettled(
            Reason.TREE_GONE, _("Dieser Baum ist als gefällt oder verschwunden gemeldet.")
        )
    return tree


def _keep(case: Case, tree: Tree, found: list[Difference]) -> None:
    """Put what tablet and cadastre disagree on before the office."""
    for each in found:
        FieldConflict.objects.create(
            tree=tree,
            field=each.field,
            base=each.base,
            theirs=each.theirs,
            ours=each.ours,
            entry=case.row,
            person=case.person,
            made_at=case.envelope.made_at,
            found_at=case.received_at,
        )


_BY_KIND: Final[dict[str, Callable[[Case], None]]] = {
    "inspection": _inspection,
    "tree_new": _tree_new,
    "tree_change": _tree_change,
    "tree_move": _tree_move,
    "tree_end": _tree_end,
    "measure_done": _measure_done,
    "group_new": _group_new,
}
