"""The answer to a recorded inspection, from the rows that were just written instead of reading them."""

from typing import Any
from uuid import UUID

from rest_framework.fields import DateTimeField

from inspections.models import Finding, Inspection
from inspections.services import Recorded

#: Columns that the answer names as the row does.
PLAIN = (
    "also_regular", "sets_regular_date", "leaf_state", "weather", "limits_note", "vitality",
    "condition", "phase", "result", "note", "device", "seen_number", "seen_place", "seen_species",
    "seen_girth_cm", "seen_girth_height_cm", "seen_height_m", "seen_expectation",
    "proposed_months", "set_months", "interval_reason", "correction_reason", "immediate_action",
    "carried_over",
)  # fmt: skip
_moment = DateTimeField().to_representation


def written_now(recorded: Recorded) -> dict[str, Any] | None:
    """What InspectionSerializer says of a new inspection that corrects and ends nothing; else None."""
    row = recorded.inspection
    if not recorded.created or row.corrects_id is not None or recorded.endings:
        return None
    findings = [_finding(finding, recorded.photos[finding.pk]) for finding in recorded.findings]
    return _inspection(row) | {"findings": findings}


def _inspection(row: Inspection) -> dict[str, Any]:
    """The row and whom and what it names."""
    return {name: getattr(row, name) for name in PLAIN} | {
        "id": str(row.pk),
        "tree": str(row.tree_id),
        "kind": row.kind_id,
        "kind_name": row.kind.name,
        "inspected_at": _moment(row.inspected_at),
        "inspected_on": row.inspected_on.isoformat(),
        "received_at": _moment(row.received_at),
        "inspected_by": str(row.inspected_by_id),
        "inspector_name": row.inspector.name,
        "inspector_qualification": row.inspector.qualification,
        "inspector_certificate": row.inspector.certificate_number,
        "recorded_by_name": str(row.recorded_by),
        "limits": list(row.limits),
        "rule_set_version": row.rule_set.version,
        "next_due_on": row.next_due_on.isoformat() if row.next_due_on else None,
        "corrects": None,
        "corrected_by": None,
        "endings": [],
    }


def _finding(finding: Finding, photos: list[UUID]) -> dict[str, Any]:
    """A finding with its words."""
    return {
        "id": str(finding.pk),
        "inspection": str(finding.inspection_id),
        "zone": finding.zone_id,
        "zone_name": finding.zone.name,
        "symptom": finding.symptom_id,
        "symptom_name": finding.symptom.name,
        "severity": finding.severity,
        "note": finding.note,
        "observation": finding.observation,
        "continues": str(finding.continues_id) if finding.continues_id else None,
        "position": finding.position,
        "photos": [str(key) for key in photos],
    }
