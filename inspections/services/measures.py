"""Deeds on measures: ordered, done, cancelled, replaced; young-tree care; called by interfaces."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Photo, Tree, User
from baumkataster.services.checking import ensure_current, locked, save_checked
from baumkataster.services.inserting import insert_checked
from inspections.models import Measure, MeasureKind, MeasureState, Urgency
from inspections.rules.urgency import deadline
from inspections.services.mails import alarm_immediate
from inspections.services.replanning import replan


def order_measure(
    *,
    by: User,
    day: date,
    tree_id: UUID,
    kind: str,
    urgency: str,
    note: str = "",
    contractor_id: UUID | None = None,
    id: UUID | None = None,
    **origin: Any,
) -> Measure:
    """Order a measure; its deadline follows from the urgency and ``day``.

    ``origin`` may name ``inspection`` and ``finding_id``. A known ``id`` changes nothing.

    Raises:
        Refused: unknown tree, kind, urgency or contractor, or the tree is gone.
    """
    if id is not None and (known := Measure.objects.filter(pk=id).first()):
        inspection = origin.get("inspection")
        if known.tree_id != tree_id or known.inspection_id != (inspection and inspection.pk):
            raise Refused(
                {"id": [_("Diese Angaben widersprechen dem, was schon gespeichert ist.")]}
            )
        return known
    with authored(by=by):
        measure = new_measure(
            by=by,
            day=day,
            tree=locked(Tree, tree_id),
            kind=_active(MeasureKind, kind, "kind"),
            urgency=_active(Urgency, urgency, "urgency"),
            contractor=find_contractor(user_id=contractor_id),
            note=note,
            id=id,
            **origin,
        )
        insert_checked(measure)
        alarm_if_immediate(measure=measure)
    return measure


def new_measure(
    *,
    by: User,
    day: date,
    tree: Tree,
    kind: MeasureKind,
    urgency: Urgency,
    contractor: User | None = None,
    note: str = "",
    id: UUID | None = None,
    **origin: Any,
) -> Measure:
    """An ordered measure, to be written in the caller's transaction, which holds the tree.

    Raises:
        Refused: kind or urgency are no longer chosen.
    """
    for chosen, field in ((kind, "kind"), (urgency, "urgency")):
        if not chosen.active:
            raise _not_chosen(field, chosen.code)
    measure = Measure(
        tree=tree,
        kind=kind,
        urgency=urgency,
        ordered_on=day,
        deadline_on=deadline(day, urgency.deadline_days),
        ordered_by=by,
        contractor=contractor,
        note=note,
        **origin,
    )
    if id is not None:
        measure.pk = id
    return measure


def alarm_if_immediate(*, measure: Measure) -> None:
    """Put the alarm into the outbox where a measure that was just written cannot wait."""
    if measure.urgency is not None and measure.urgency.immediate:
        alarm_immediate(measure=measure)


def complete_measure(
    *,
    by: User,
    day: date,
    measure_id: UUID,
    version: int | None,
    done_on: date,
    done_by: str,
    note: str = "",
    photo: Photo | None = None,
) -> Measure:
    """Mark a measure as done: the day, by whom, note and photo; care of young trees moves their due date.

    Raises:
        Refused: not open any more, day in the future or before the order, nobody named.
        Stale: somebody changed the measure since ``version``.
    """
    problems: dict[str, list[str]] = {}
    if done_on > day:
        problems["done_on"] = [_("Der Tag liegt in der Zukunft.")]
    if not done_by.strip():
        problems["done_by"] = [_("Bitte nennen Sie, wer die Maßnahme ausgeführt hat.")]
    if problems:
        raise Refused(problems)
    with authored(by=by):
        measure = _open_measure(measure_id, version)
        if done_on < measure.ordered_on:
            raise Refused({"done_on": [_("Der Tag liegt vor der Anordnung.")]})
        if photo is not None and photo.tree_id != measure.tree_id:
            raise Refused({"photo": [_("Das Foto gehört zu einem anderen Baum.")]})
        measure.done_on, measure.done_by = done_on, done_by
        measure.done_note, measure.done_photo = note, photo
        _finish(measure, MeasureState.DONE, by, day)
    return measure


def cancel_measure(
    *, by: User, day: date, measure_id: UUID, version: int | None, reason: str
) -> Measure:
    """Drop a measure that is not to be done any more, with the reason.

    Raises:
        Refused: not open any more or no reason. Stale: changed since ``version``.
    """
    with authored(by=by, reason=reason):
        measure = _open_measure(measure_id, version)
        measure.end_reason = _required(reason)
        _finish(measure, MeasureState.CANCELLED, by, day)
    return measure


def replace_measure(
    *,
    by: User,
    day: date,
    measure_id: UUID,
    version: int | None,
    kind: str,
    urgency: str,
    reason: str,
    note: str = "",
    id: UUID | None = None,
) -> Measure:
    """Put another measure in the place of an open one, with the reason; returns the new one.

    Raises:
        Refused: not open any more or no reason. Stale: changed since ``version``.
    """
    with authored(by=by, reason=reason):
        if id is not None and (known := Measure.objects.filter(pk=id).first()):
            return known
        measure = _open_measure(measure_id, version)
        measure.end_reason = _required(reason)
        successor = order_measure(
            by=by,
            day=day,
            tree_id=measure.tree_id,
            kind=kind,
            urgency=urgency,
            note=note,
            contractor_id=measure.contractor_id,
            id=id,
            inspection=measure.inspection,
            finding_id=measure.finding_id,
        )
        measure.replaced_by = successor
        _finish(measure, MeasureState.REPLACED, by, day)
    return successor


def record_care(
    *,
    by: User,
    day: date,
    tree_id: UUID,
    kind: str,
    done_on: date,
    done_by: str,
    note: str = "",
    id: UUID | None = None,
) -> Measure:
    """Record care that was done without an order (young-tree care, watering …).

    Raises:
        Refused: unknown tree or kind, day in the future, nobody named.
    """
    if id is not None and (known := Measure.objects.filter(pk=id).first()):
        return known
    if done_on > day:
        raise Refused({"done_on": [_("Der Tag liegt in der Zukunft.")]})
    if not done_by.strip():
        raise Refused({"done_by": [_("Bitte nennen Sie, wer die Pflege ausgeführt hat.")]})
    with authored(by=by):
        measure = Measure(
            tree=locked(Tree, tree_id),
            kind=_active(MeasureKind, kind, "kind"),
            ordered_on=done_on,
            ordered_by=by,
            done_on=done_on,
            done_by=done_by,
            done_note=note,
        )
        if id is not None:
            measure.pk = id
        _finish(measure, MeasureState.DONE, by, day)
    return measure


def _finish(measure: Measure, state: MeasureState, by: User, day: date) -> None:
    """Write the end of a measure and recompute the tree's due date where care changes it."""
    measure.state, measure.ended_by, measure.ended_at = state, by, timezone.now()
    save_checked(measure)
    measure.refresh_from_db()
    if measure.kind.young_tree_care and state == MeasureState.DONE:
        replan(day=day, tree_ids=[measure.tree_id])


def _open_measure(measure_id: UUID, version: int | None) -> Measure:
    """The measure, locked, if it is still open and as the person saw it."""
    measure = locked(Measure, measure_id)
    if measure.state != MeasureState.OPEN:
        state = MeasureState(measure.state).label
        raise Refused(_("Diese Maßnahme ist schon %(state)s.") % {"state": state})
    ensure_current(measure, version, {})
    return measure


def _active(model: Any, code: str, field: str) -> Any:
    """A catalogue entry that may be chosen."""
    found = model.objects.filter(pk=code, active=True).first()
    if found is None:
        raise _not_chosen(field, code)
    return found


def _not_chosen(field: str, code: str) -> Refused:
    return Refused({field: [_("Der Katalog kennt „%(code)s“ nicht.") % {"code": code}]})


def find_contractor(*, user_id: UUID | None) -> User | None:
    """The contractor that a measure is given to."""
    if user_id is None:
        return None
    found = User.objects.filter(pk=user_id, role="contractor", is_active=True).first()
    if found is None:
        raise Refused({"contractor": [_("Dieser Auftragnehmer ist nicht bekannt.")]})
    return found


def _required(reason: str) -> str:
    """The reason, if one was given."""
    if not reason.strip():
        raise Refused({"reason": [_("Bitte nennen Sie den Grund.")]})
    return reason.strip()
