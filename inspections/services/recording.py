"""Records an inspection with all that a court asks, in one transaction; called by API and tablet sync."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import NON_FIELD, Refused
from baumkataster.models import InspectorIdentity, Tree, User
from baumkataster.services import correct_tree
from baumkataster.services.checking import insert_checked, locked
from inspections.models import (
    ControlPlan,
    Finding,
    FindingEnd,
    FindingPhoto,
    Inspection,
    Measure,
    RuleSet,
)
from inspections.rules.overdue import berlin_day
from inspections.services.checks import entry_problems
from inspections.services.entries import (
    FindingEndEntry,
    FindingEntry,
    InspectionEntry,
    MeasureEntry,
)
from inspections.services.entry_facts import EntryFacts, entry_facts
from inspections.services.measures import find_contractor, insert_measure
from inspections.services.proposals import Proposal, propose_by, resulting_due_day
from inspections.services.repeats import is_same
from inspections.services.replanning_one import replan_held


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What became of an entry."""

    inspection: Inspection
    findings: list[Finding]
    endings: list[FindingEnd]
    #: Finding -> its photos.
    photos: dict[UUID, list[UUID]]
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
    day = berlin_day(entry.inspected_at)
    with authored(by=by):
        tree = locked(Tree, entry.tree_id, "site__place", "species")
        if known := Inspection.objects.filter(pk=entry.id).first():
            return _received_before(known, entry)
        facts = entry_facts(entry)
        rule_set = RuleSet.objects.valid_on(day)
        inspector = facts.identity or _nobody()
        proposal = propose_by(
            rule_set=rule_set,
            cared_on=facts.cared_on,
            day=day,
            phase=entry.phase,
            condition=entry.condition,
            expectation=_expectation(entry, tree),
        )
        if problems := entry_problems(
            entry, tree=tree, facts=facts, received_at=received_at, proposed_months=proposal.months
        ):
            raise Refused(problems)
        inspection = _inspection(by, entry, tree, received_at, proposal)
        inspection.inspector, inspection.rule_set = inspector, rule_set
        _set_dates(inspection, entry, facts, proposal)
        insert_checked(inspection)
        return _with_parts(by, inspection, tree, entry, facts)


def _with_parts(
    by: User, inspection: Inspection, tree: Tree, entry: InspectionEntry, facts: EntryFacts
) -> Recorded:
    """Write what hangs on the inspection, let the tree learn from it and recompute its due date."""
    findings = [
        _record_finding(inspection, finding, position, facts)
        for position, finding in enumerate(entry.findings)
    ]
    endings = [_end(inspection, ending) for ending in entry.endings]
    measures = [_order(by, inspection, tree, measure, facts) for measure in entry.measures]
    today = berlin_day(inspection.received_at)
    if not facts.newer_is_here:
        _take_over(by, tree, entry, today)
    same_day = today == inspection.inspected_on
    rule_set = inspection.rule_set if same_day else RuleSet.objects.valid_on(today)
    return Recorded(
        inspection=inspection,
        findings=findings,
        endings=endings,
        photos={finding.id: list(dict.fromkeys(finding.photo_ids)) for finding in entry.findings},
        measures=measures,
        due_on=replan_held(tree_id=tree.pk, rule_set=rule_set),
        created=True,
    )


def _nobody() -> InspectorIdentity:
    """There is no identity of the inspector on the day of the inspection."""
    sentence = _(
        "Für diese Person ist an diesem Tag keine Qualifikation hinterlegt. "
        "Die Verwaltung kann sie unter „Personen“ eintragen."
    )
    raise Refused({"inspected_by": [sentence]})


def _set_dates(
    inspection: Inspection, entry: InspectionEntry, facts: EntryFacts, proposal: Proposal
) -> None:
    """Kind, whether the record sets the regular date, and which."""
    assert facts.kind is not None, "entry_problems has found it in the catalogue"
    inspection.kind = facts.kind
    inspection.sets_regular_date = facts.kind.counts_as_regular or entry.also_regular
    if inspection.sets_regular_date:
        inspection.next_due_on = resulting_due_day(
            inspection.inspected_on, inspection.set_months, proposal
        )


def _inspection(
    by: User,
    entry: InspectionEntry,
    tree: Tree,
    received_at: datetime,
    proposal: Proposal,
) -> Inspection:
    """The row as entered, with the tree as seen and the interval that the rule says."""
    months = proposal.months if entry.set_months is None else entry.set_months
    return Inspection(
        id=entry.id,
        tree=tree,
        also_regular=entry.also_regular,
        inspected_at=entry.inspected_at,
        inspected_on=berlin_day(entry.inspected_at),
        received_at=received_at,
        inspected_by_id=entry.inspected_by_id,
        recorded_by=by,
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
        proposed_months=proposal.months,
        set_months=months,
        interval_reason=entry.interval_reason.strip(),
        immediate_action=entry.immediate_action.strip(),
        carried_over=entry.carried_over,
        corrects_id=entry.corrects_id,
        correction_reason=entry.correction_reason,
        seen_expectation=_expectation(entry, tree),
        **_tree_as_seen(tree),
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


def _record_finding(
    inspection: Inspection, entry: FindingEntry, position: int, facts: EntryFacts
) -> Finding:
    """One finding and its photos."""
    symptom = facts.symptoms[entry.symptom]
    finding = Finding(
        id=entry.id,
        inspection=inspection,
        zone=symptom.zone,
        symptom=symptom,
        severity=entry.severity,
        note=entry.note,
        observation=entry.observation,
        continues_id=entry.continues_id,
        position=position,
    )
    insert_checked(finding)
    if entry.photo_ids:
        FindingPhoto.objects.bulk_create(
            FindingPhoto(finding=finding, photo_id=key) for key in dict.fromkeys(entry.photo_ids)
        )
    return finding


def _end(inspection: Inspection, entry: FindingEndEntry) -> FindingEnd:
    """An earlier finding that is no longer there."""
    ended = FindingEnd(inspection=inspection, finding_id=entry.finding_id, how=entry.how)
    insert_checked(ended)
    return ended


def _order(
    by: User, inspection: Inspection, tree: Tree, entry: MeasureEntry, facts: EntryFacts
) -> Measure:
    """One measure that the inspector orders; its deadline counts from the day of the inspection."""
    return insert_measure(
        by=by,
        day=inspection.inspected_on,
        tree=tree,
        kind=facts.measure_kinds[entry.kind],
        urgency=facts.urgencies[entry.urgency],
        note=entry.note,
        contractor=find_contractor(user_id=entry.contractor_id),
        id=entry.id,
        inspection=inspection,
        finding_id=entry.finding_id,
    )


def _take_over(by: User, tree: Tree, entry: InspectionEntry, today: date) -> None:
    """Let the tree learn phase, expectation and status from its newest inspection."""
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
        findings=list(known.findings.all()),
        endings=list(known.endings.all()),
        photos={},
        measures=list(known.measures.all()),
        due_on=plan.due_on if plan else None,
        created=False,
    )
