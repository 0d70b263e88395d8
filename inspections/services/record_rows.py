"""The rows of an inspection as entered: record, findings, photos, endings, measures; for recording.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from baumkataster.models import InspectorIdentity, Tree, User
from inspections.models import Finding, FindingEnd, FindingPhoto, Inspection, Measure, RuleSet
from inspections.rules.overdue import berlin_day
from inspections.services.entries import FindingEntry, InspectionEntry, MeasureEntry
from inspections.services.entry_facts import EntryFacts
from inspections.services.measures import find_contractor, new_measure
from inspections.services.proposals import Proposal, resulting_due_day


@dataclass(frozen=True, kw_only=True)
class RecordRows:
    """What is written for one entry."""

    inspection: Inspection
    findings: list[Finding]
    photos: list[FindingPhoto]
    endings: list[FindingEnd]
    measures: list[Measure]

    def __iter__(self) -> Iterator[Model]:
        """All, in the order in which their problems are said."""
        yield self.inspection
        yield from self.findings
        yield from self.photos
        yield from self.endings
        yield from self.measures


def record_rows(
    *,
    by: User,
    entry: InspectionEntry,
    tree: Tree,
    facts: EntryFacts,
    inspector: InspectorIdentity,
    rule_set: RuleSet,
    proposal: Proposal,
    received_at: datetime,
) -> RecordRows:
    """All rows of an entry that breaks no rule; nothing is written yet.

    Raises:
        Refused: a kind, urgency or contractor that is no longer chosen.
    """
    inspection = _inspection(by, entry, tree, received_at, proposal)
    inspection.inspector, inspection.rule_set = inspector, rule_set
    _set_dates(inspection, entry, facts, proposal)
    findings = [
        _finding(inspection, finding, position, facts)
        for position, finding in enumerate(entry.findings)
    ]
    return RecordRows(
        inspection=inspection,
        findings=findings,
        photos=[
            FindingPhoto(finding=row, photo_id=key)
            for row, finding in zip(findings, entry.findings, strict=True)
            for key in dict.fromkeys(finding.photo_ids)
        ],
        endings=[
            FindingEnd(inspection=inspection, finding_id=ending.finding_id, how=ending.how)
            for ending in entry.endings
        ],
        measures=[_measure(by, inspection, tree, measure, facts) for measure in entry.measures],
    )


def expectation_of(entry: InspectionEntry, tree: Tree) -> str:
    """The safety expectation as entered, else as the tree has it."""
    return entry.expectation or tree.effective_expectation


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
        seen_expectation=expectation_of(entry, tree),
        **_tree_as_seen(tree),
    )


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


def _finding(
    inspection: Inspection, entry: FindingEntry, position: int, facts: EntryFacts
) -> Finding:
    """One finding."""
    symptom = facts.symptoms[entry.symptom]
    return Finding(
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


def _measure(
    by: User, inspection: Inspection, tree: Tree, entry: MeasureEntry, facts: EntryFacts
) -> Measure:
    """One measure that the inspector orders; its deadline counts from the day of the inspection."""
    return new_measure(
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
