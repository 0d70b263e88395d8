"""Tells whether an entry that arrives under a known key is the record that is here; asked by recording.py.

A device may send twice, but what differs in any word must not be answered as kept.
"""

from collections import Counter

from inspections.models import Inspection
from inspections.services.entries import InspectionEntry

#: Columns that hold exactly what was entered.
AS_ENTERED = (
    "tree_id", "inspected_at", "inspected_by_id", "also_regular", "leaf_state", "weather",
    "limits_note", "vitality", "condition", "phase", "result", "note", "corrects_id",
    "correction_reason", "carried_over",
)  # fmt: skip
FINDING = ("zone_id", "symptom_id", "severity", "note", "observation", "continues_id")


def is_same(known: Inspection, entry: InspectionEntry) -> bool:
    """Whether ``entry`` says in every field what ``known`` holds."""
    return (
        all(getattr(known, name) == getattr(entry, name) for name in AS_ENTERED)
        and known.kind_id == entry.kind
        and list(known.limits) == list(entry.limits)
        and known.interval_reason == entry.interval_reason.strip()
        and known.immediate_action == entry.immediate_action.strip()
        and entry.set_months in (None, known.set_months)
        and entry.expectation in ("", known.seen_expectation)
        and _same_findings(known, entry)
        and _same_measures(known, entry)
        and _same_endings(known, entry)
    )


def _same_findings(known: Inspection, entry: InspectionEntry) -> bool:
    """The same findings, each with the same words."""
    here = {row.pk: tuple(getattr(row, name) for name in FINDING) for row in known.findings.all()}
    sent = {
        f.id: (f.zone, f.symptom, f.severity, f.note, f.observation, f.continues_id)
        for f in entry.findings
    }
    return here == sent


def _same_endings(known: Inspection, entry: InspectionEntry) -> bool:
    """The same earlier findings have ended in the same way."""
    here = dict(known.endings.values_list("finding_id", "how"))
    return here == {ending.finding_id: ending.how for ending in entry.endings}


def _same_measures(known: Inspection, entry: InspectionEntry) -> bool:
    """Every measure of the entry was ordered; successors of replaced ones may have come since."""
    here = Counter(known.measures.values_list("kind_id", "urgency_id"))
    return not Counter((m.kind, m.urgency) for m in entry.measures) - here
