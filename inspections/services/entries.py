"""What a form or tablet hands in when somebody has looked at a tree: plain values, no rows."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4


@dataclass(frozen=True, kw_only=True)
class FindingEntry:
    """One symptom; zone and symptom are catalogue codes, severity 1 (gering) to 3 (hoch)."""

    zone: str
    symptom: str
    severity: int
    note: str = ""
    #: seen or carried_over.
    observation: str = "seen"
    continues_id: UUID | None = None
    photo_ids: tuple[UUID, ...] = ()
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, kw_only=True)
class MeasureEntry:
    """One measure that the inspector orders; kind and urgency are catalogue codes."""

    kind: str
    urgency: str
    note: str = ""
    #: The finding of the same entry that asks for it.
    finding_id: UUID | None = None
    contractor_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, kw_only=True)
class FindingEndEntry:
    """A finding of an earlier inspection that is no longer there: ``how`` is gone or repaired."""

    finding_id: UUID
    how: str


@dataclass(frozen=True, kw_only=True)
class InspectionEntry:
    """One control of one tree as it was entered; the server adds what it knows itself.

    ``set_months`` None accepts the proposal. ``expectation`` empty: as the tree has it.
    """

    id: UUID
    tree_id: UUID
    kind: str
    inspected_at: datetime
    inspected_by_id: UUID
    device: str
    leaf_state: str
    condition: str
    phase: str
    result: str
    also_regular: bool = False
    weather: str = ""
    limits: tuple[str, ...] = ()
    limits_note: str = ""
    vitality: str = ""
    note: str = ""
    expectation: str = ""
    set_months: int | None = None
    interval_reason: str = ""
    findings: tuple[FindingEntry, ...] = ()
    measures: tuple[MeasureEntry, ...] = ()
    endings: tuple[FindingEndEntry, ...] = ()
    #: What was done on the spot, where a measure cannot wait.
    immediate_action: str = ""
    #: "Ohne neuen Befund": everything was taken over from the inspection before.
    carried_over: bool = False
    corrects_id: UUID | None = None
    correction_reason: str = ""
