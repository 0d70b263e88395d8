"""Records an inspection with all that a court asks, in one transaction; called by API and tablet sync."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import NON_FIELD, Refused
from baumkataster.models import InspectorIdentity, Photo, Tree, User
from baumkataster.services import correct_tree
from baumkataster.services.checking import locked, save_checked
from inspections.models import (
    ControlPlan,
    Finding,
    FindingEnd,
    FindingPhoto,
    Inspection,
    InspectionKind,
    Measure,
    RuleSet,
)
from inspections.rules.overdue import berlin_day
from inspections.services.checks import entry_problems
from inspections.services.entries import FindingEntry, InspectionEntry
from inspections.services.measures import order_measure
from inspections.services.proposals import Proposal, propose, resulting_due_day
from inspections.services.repeats import is_same
from inspections.services.replanning import replan


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What became of an entry."""

    inspection: Inspection
    measures: list[Measure]
    #: The tree's regular due date now; None: no control needed.
    due_on: date | None
    #: False: the entry had been received before.
    created: bool


def record_inspection(*, by: User, entry: InspectionEntry, received_at: datetime) -> Recorded:
    """Write inspection, findings and measures, and recompute the due date of the tree.

    The same entry again changes nothing (``created=False``).

    Raises:
        Refused: the entry breaks a rule; field names are those of InspectionEntry.
    """
    with authored(by=by):
        tree = locked(Tree, entry.tree_id)
        if known := Inspection.objects.filter(pk=entry.id).first():
            return _received_before(known, entry)
        identity = _identity(entry)
        proposal = _proposal(entry, tree)
        if problems := entry_problems(
            entry, tree=tree, received_at=received_at, proposed_months=proposal.months
        ):
            raise Refused(problems)
        inspection = _inspection(by, entry, tree, identity, received_at, proposal)
        save_checked(inspection)
        for position, finding in enumerate(entry.findings):
            _record_finding(inspection, finding, position)
        for ending in entry.endings:
            save_checked(
                FindingEnd(inspection=inspection, finding_id=ending.finding_id, how=ending.how)
            )
        measures = [_order(by, inspection, measure) for measure in entry.measures]
        today = berlin_day(received_at)
        _take_over(by, inspection, tree, entry, today)
        replan(day=today, tree_ids=[tree.pk])
        plan = ControlPlan.objects.get(pk=tree.pk)
    return Recorded(inspection=inspection, measures=measures, due_on=plan.due_on, created=True)


def _identity(entry: InspectionEntry) -> InspectorIdentity:
    """The inspector's identity as it was on the day of the inspection."""
    day = berlin_day(entry.inspected_at)
    found = (
        InspectorIdentity.objects.filter(user_id=entry.inspected_by_id, valid_from__lte=day)
        .order_by("-valid_from", "-recorded_at")
        .first()
    )
    if found is None:
        raise Refused(
            {
                "inspected_by": [
                    _(
                        "Für diese Person ist an diesem Tag keine Qualifikation hinterlegt. "
                        "Die Verwaltung kann sie unter „Personen“ eintragen."
                    )
                ]
            }
        )
    return found


def _inspection(
    by: User,
    entry: InspectionEntry,
    tree: Tree,
    identity: InspectorIdentity,
    received_at: datetime,
    proposal: Proposal,
) -> Inspection:
    """The row, with the tree as seen and what the rule says."""
    day = berlin_day(entry.inspected_at)
    kind = InspectionKind.objects.get(pk=entry.kind)
    sets_date = kind.counts_as_regular or entry.also_regular
    months = proposal.months if entry.set_months is None else entry.set_months
    rule_set: RuleSet = RuleSet.objects.valid_on(day)
    return Inspection(
        id=entry.id,
        tree=tree,
        kind=kind,
        also_regular=entry.also_regular,
        sets_regular_date=sets_date,
        inspected_at=entry.inspected_at,
        inspected_on=day,
        received_at=received_at,
        inspected_by_id=entry.inspected_by_id,
        recorded_by=by,
        inspector=identity,
        device=entry.device,
        leaf_state=entry.leaf_state,
        weather=entry.weather,
        limits=list(entry.limits),
        limits_note=entry.limits_note,
        vitality=entry.vitality,
        condition=entry.condition,
        phase=entry.phase,
        result=entry.result,
        note=entry.note,
        rule_set=rule_set,
        proposed_months=proposal.months,
        set_months=months,
        interval_reason=entry.interval_reason.strip(),
        immediate_action=entry.immediate_action.strip(),
        carried_over=entry.carried_over,
        next_due_on=resulting_due_day(day, months, proposal) if sets_date else None,
        corrects_id=entry.corrects_id,
        correction_reason=entry.correction_reason,
        seen_expectation=_expectation(entry, tree),
        **_tree_as_seen(tree),
    )


def _proposal(entry: InspectionEntry, tree: Tree) -> Proposal:
    """What the rule says of the tree as the entry describes it."""
    return propose(
        tree=tree,
        day=berlin_day(entry.inspected_at),
        phase=entry.phase,
        condition=entry.condition,
        expectation=_expectation(entry, tree),
    )


def _expectation(entry: InspectionEntry, tree: Tree) -> str:
    """The safety expectation as entered, else as the tree has it."""
    return entry.expectation or tree.effective_expectation


def _tree_as_seen(tree: Tree) -> dict[str, Any]:
    """Number, place, position and measures of the tree, copied so that they stay as they were."""
    species = tree.species
    return {
        "seen_number": tree.site.number,
        "seen_place": tree.site.place.name,
        "seen_position": tree.geom,
        "seen_species": species.botanical_name if species else tree.species_as_given or "–",
        "seen_girth_cm": tree.girth_cm,
        "seen_girth_height_cm": tree.girth_height_cm,
        "seen_height_m": tree.height_m,
    }


def _record_finding(inspection: Inspection, entry: FindingEntry, position: int) -> None:
    """One finding and its photos."""
    finding = Finding(
        id=entry.id,
        inspection=inspection,
        zone_id=entry.zone,
        symptom_id=entry.symptom,
        severity=entry.severity,
        note=entry.note,
        observation=entry.observation,
        continues_id=entry.continues_id,
        position=position,
    )
    save_checked(finding)
    photos = Photo.objects.filter(pk__in=entry.photo_ids, tree_id=inspection.tree_id)
    FindingPhoto.objects.bulk_create(FindingPhoto(finding=finding, photo=p) for p in photos)


def _order(by: User, inspection: Inspection, entry: Any) -> Measure:
    """One measure that the inspector orders; its deadline counts from the day of the inspection."""
    return order_measure(
        by=by,
        day=inspection.inspected_on,
        tree_id=inspection.tree_id,
        kind=entry.kind,
        urgency=entry.urgency,
        note=entry.note,
        contractor_id=entry.contractor_id,
        id=entry.id,
        inspection=inspection,
        finding_id=entry.finding_id,
    )


def _take_over(
    by: User, inspection: Inspection, tree: Tree, entry: InspectionEntry, today: date
) -> None:
    """Let the tree learn phase, expectation and status from its newest inspection, not from a late one."""
    newer = Inspection.objects.filter(tree=tree, inspected_at__gt=entry.inspected_at)
    if newer.exclude(pk=inspection.pk).exists():
        return
    changes: dict[str, Any] = {}
    if entry.phase != tree.phase:
        changes["phase"] = entry.phase
    if entry.expectation and entry.expectation != tree.effective_expectation:
        changes["expectation"] = entry.expectation
    if tree.status == "unverified":
        changes["status"] = "standing"
    if changes:
        correct_tree(by=by, day=today, tree_id=tree.pk, version=None, changes=changes)


def _received_before(known: Inspection, entry: InspectionEntry) -> Recorded:
    """Answer for an entry that is here already; another record under the same id is refused."""
    if not is_same(known, entry):
        raise Refused(
            {NON_FIELD: [_("Unter dieser Kennung ist schon eine andere Kontrolle gespeichert.")]}
        )
    plan = ControlPlan.objects.filter(pk=known.tree_id).first()
    return Recorded(
        inspection=known,
        measures=list(known.measures.all()),
        due_on=plan.due_on if plan else None,
        created=False,
    )
