"""The evidence of the demo city as plain values: visits, findings, measures; filled by inspections.py."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from geodata.demo.people import IdentityRow, PersonRow
from geodata.demo.stand import TreeRow


@dataclass(slots=True, kw_only=True)
class FindingRow:
    """One symptom that was stated."""

    id: UUID
    zone: str
    symptom: str
    severity: int
    note: str
    observation: str = "seen"
    continues: UUID | None = None


@dataclass(slots=True, kw_only=True)
class InspectionRow:
    """One control of one tree."""

    id: UUID
    tree: TreeRow
    kind: str
    at: datetime
    received_at: datetime
    person: PersonRow
    identity: IdentityRow
    device: str
    leaf_state: str
    weather: str
    phase: str
    condition: str
    vitality: str
    result: str = "safe"
    note: str = ""
    limits: list[str] = field(default_factory=list)
    also_regular: bool = False
    seen_girth_cm: int | None = None
    seen_height_m: float | None = None
    proposed_months: int | None = None
    set_months: int | None = None
    interval_reason: str = ""
    next_due_on: date | None = None
    corrects: UUID | None = None
    correction_reason: str = ""
    findings: list[FindingRow] = field(default_factory=list)

    @property
    def on(self) -> date:
        """The day in Berlin."""
        return self.at.date()

    @property
    def sets_regular_date(self) -> bool:
        """Initial and regular inspections do, others when marked."""
        return self.kind in {"initial", "regular"} or self.also_regular


@dataclass(slots=True, kw_only=True)
class MeasureRow:
    """One piece of work."""

    id: UUID
    tree: TreeRow
    kind: str
    urgency: str | None
    ordered_on: date
    ordered_by: PersonRow
    inspection: InspectionRow | None = None
    finding: FindingRow | None = None
    deadline_on: date | None = None
    contractor: PersonRow | None = None
    note: str = ""
    state: str = "open"
    done_on: date | None = None
    done_by: str = ""
    done_note: str = ""
    ended_by: PersonRow | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    replaced_by: UUID | None = None


@dataclass(slots=True, kw_only=True)
class InheritedRow:
    """What an earlier system knew."""

    id: UUID
    tree: TreeRow
    last_on: date
    next_on: date


@dataclass(slots=True)
class Evidence:
    """All records."""

    inspections: list[InspectionRow] = field(default_factory=list)
    measures: list[MeasureRow] = field(default_factory=list)
    inherited: list[InheritedRow] = field(default_factory=list)
