"""Turns rows of tests/cases/plan.json into values of the rules: fills in defaults, reads days."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from inspections.rules.basis import InspectionRecord, basis_of
from inspections.rules.intervals import DEFAULT_MATRIX, RuleSet
from inspections.rules.plan import (
    ControlPlanValue,
    PreviousPlan,
    TreeFacts,
    plan_control,
)
from tests.case_tables import day, table

DEFAULTS = table("plan")["defaults"]


def rule_set_of(row: dict[str, Any]) -> RuleSet:
    """The default rule set with what the row changes; ``matrix`` names single cells."""
    changes = dict(row.get("rule_set", {}))
    matrix = {**DEFAULT_MATRIX, **changes.pop("matrix", {})}
    return RuleSet(matrix=matrix, **changes)


def tree_of(row: dict[str, Any]) -> TreeFacts:
    """The tree of a row."""
    facts = {**DEFAULTS["tree"], **row.get("tree", {})}
    return TreeFacts(**{n: day(v) if n.endswith("_on") else v for n, v in facts.items()})


def records_of(row: dict[str, Any]) -> list[InspectionRecord]:
    """The inspections of a row, in the order of the table."""
    filled = ({**DEFAULTS["inspection"], **record} for record in row["inspections"])
    return [InspectionRecord(**{**r, "inspected_on": day(r["inspected_on"])}) for r in filled]


def planned(row: dict[str, Any]) -> ControlPlanValue:
    """What the rule makes of a row."""
    previous = row.get("previous")
    return plan_control(
        tree=tree_of(row),
        basis=basis_of(records_of(row)),
        rule_set=rule_set_of(row),
        previous=PreviousPlan(**previous) if previous else None,
    )


def as_row(plan: ControlPlanValue) -> dict[str, Any]:
    """A plan as the table writes it."""
    return {n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in asdict(plan).items()}


def expected(row: dict[str, Any]) -> dict[str, Any]:
    """The outcome that a row demands, with defaults."""
    return {**DEFAULTS["expect"], **row["expect"]}


@dataclass(frozen=True)
class Dates:
    """The part of a plan that lateness and escalation need."""

    required: bool = True
    never: bool = False
    due_on: date | None = date(2026, 5, 10)
    tolerance_until: date | None = date(2026, 8, 10)
    exempt_until: date | None = None

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Dates":
        """A plan as a table writes it."""
        return cls(**{n: day(v) if isinstance(v, str) else v for n, v in row.items()})
