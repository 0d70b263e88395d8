"""The regular due date of one tree from all that bears on it; called by services that replan.

The set-based twin in SQL gives the same for all trees; both read ``tests/cases/plan.json``.
Source: GALK-Musterdienstanweisung 2021, 2.2 and 3.4; the choices beyond it stand in the docstrings.
"""

from dataclasses import dataclass
from datetime import date

from inspections.rules.basis import InspectionRecord, basis_of
from inspections.rules.intervals import RuleSet, add_months, propose_interval

__all__ = [
    "ControlPlanValue",
    "InspectionRecord",
    "PreviousPlan",
    "TreeFacts",
    "basis_of",
    "effective_months",
    "plan_control",
]

#: Somebody could walk under these today.
STANDING = frozenset({"planted", "standing", "unverified"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFacts:
    """The tree as it is now; "" is unknown."""

    status: str
    duty: str
    phase: str
    #: The tree's own, else its place's.
    expectation: str
    #: Day on which the tree came into the cadastre.
    recorded_on: date
    place_kind: str = "none"
    planted_on: date | None = None
    #: Deadline of the initial survey, where import or planting gave one.
    initial_due_on: date | None = None
    #: Last young-tree care that was done.
    care_on: date | None = None
    inherited_last_on: date | None = None
    inherited_next_on: date | None = None


@dataclass(frozen=True, slots=True)
class PreviousPlan:
    """The part of the plan before that binds the next one."""

    #: Id of the inspection that was the basis; None if there was none.
    inspection: str | None
    cap_months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlanValue:
    """The regular due date and why; lateness on a day is ``rules/overdue``'s matter."""

    required: bool
    #: "", "duty" or "not_standing".
    not_required_reason: str
    due_on: date | None
    #: Last day inside the tolerance.
    tolerance_until: date | None
    #: Youth phase in care: no inspection needed up to and including this day.
    exempt_until: date | None
    #: Neither inspected by us nor inherited; due_on is the deadline of the initial survey.
    never: bool
    #: Months that led to due_on; None where no interval did.
    interval_months: int | None
    #: Lowest interval since the basis inspection.
    cap_months: int | None
    #: inspection, inherited, initial, planted or none.
    basis: str
    basis_on: date | None
    #: Id of the basis inspection.
    inspection: str | None


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the date counts from, and the date by rule."""

    name: str
    on: date | None
    due_on: date
    months: int | None = None
    cap_months: int | None = None
    inspection: str | None = None


def plan_control(
    *,
    tree: TreeFacts,
    basis: InspectionRecord | None,
    rule_set: RuleSet,
    previous: PreviousPlan | None = None,
) -> ControlPlanValue:
    """Compute the plan of one tree; ``basis`` comes from ``rules/basis``.

    No day goes in, because lateness is not stored: exemption by care stands in the plan as its
    last day, and the date by rule is put off to that day.
    """
    found = _basis(tree, basis, rule_set, previous)
    reason = _not_required_reason(tree)
    if reason:
        return _not_required(reason, found)
    exempt_until = _exempt_until(tree, basis, rule_set)
    due_on = max(found.due_on, exempt_until or found.due_on)
    never = found.name in {"initial", "planted"}
    tolerance = 0 if never else rule_set.tolerance_months
    return ControlPlanValue(
        required=True,
        not_required_reason="",
        due_on=due_on,
        tolerance_until=add_months(due_on, tolerance),
        exempt_until=exempt_until,
        never=never,
        interval_months=found.months,
        cap_months=found.cap_months,
        basis=found.name,
        basis_on=found.on,
        inspection=found.inspection,
    )


def _not_required_reason(tree: TreeFacts) -> str:
    if tree.duty != "city":
        return "duty"
    return "" if tree.status in STANDING else "not_standing"


def _not_required(reason: str, found: _Basis) -> ControlPlanValue:
    """No date at all; the basis and its cap stay known, should the duty come back."""
    seen = found.name in {"inspection", "inherited"}
    return ControlPlanValue(
        required=False,
        not_required_reason=reason,
        due_on=None,
        tolerance_until=None,
        exempt_until=None,
        never=False,
        interval_months=found.months if seen else None,
        cap_months=found.cap_months,
        basis=found.name if seen else "none",
        basis_on=found.on if seen else None,
        inspection=found.inspection,
    )


def _basis(
    tree: TreeFacts,
    basis: InspectionRecord | None,
    rule_set: RuleSet,
    previous: PreviousPlan | None,
) -> _Basis:
    """Own inspection before inherited control before the deadline of the initial survey."""
    if basis is not None:
        months = effective_months(tree, basis, rule_set, previous)
        due_on = add_months(basis.inspected_on, months)
        return _Basis("inspection", basis.inspected_on, due_on, months, months, basis.id)
    last_on, months = tree.inherited_last_on, rule_set.default_months
    if tree.inherited_next_on is not None:
        return _Basis("inherited", last_on, tree.inherited_next_on)
    if last_on is not None:
        return _Basis("inherited", last_on, add_months(last_on, months), months)
    if tree.initial_due_on is not None:
        return _Basis("initial", None, tree.initial_due_on)
    if tree.planted_on is not None:
        return _Basis("planted", tree.planted_on, add_months(tree.planted_on, months), months)
    deadline = rule_set.initial_deadline(tree.place_kind, tree.recorded_on)
    return _Basis("initial", None, deadline)


def effective_months(
    tree: TreeFacts,
    basis: InspectionRecord,
    rule_set: RuleSet,
    previous: PreviousPlan | None,
) -> int:
    """Months from the basis inspection to the due date, as the inputs are now.

    The interval set at the inspection holds. Where today's proposal, for the condition seen, is
    shorter than the one at the inspection, the shorter counts at once. What has become shorter
    since that inspection stays so until the next one (``previous``).
    """
    now = _months(rule_set, tree.phase, basis.condition, tree.expectation)
    then = _first(basis.proposed_months, rule_set.default_months)
    months = _first(basis.set_months, then)
    if now < then:
        months = min(months, now)
    if previous is not None and previous.inspection == basis.id:
        months = min(months, _first(previous.cap_months, months))
    return months


def _months(rule_set: RuleSet, phase: str, condition: str, expectation: str) -> int:
    """Today's proposal as if without care: care puts off the date, it does not lengthen it."""
    proposal = propose_interval(
        rule_set=rule_set,
        phase=phase,
        condition=condition,
        expectation=expectation,
        in_care=False,
    )
    return _first(proposal.months, rule_set.default_months)


def _first(months: int | None, otherwise: int) -> int:
    return otherwise if months is None else months


def _exempt_until(
    tree: TreeFacts, basis: InspectionRecord | None, rule_set: RuleSet
) -> date | None:
    """Last day on which care spares a young tree the regular inspection; None: it does not.

    Not where damage was seen, nor where the arborist expressly set a shorter interval than the
    rule: a person's reasoned demand is stronger than the general exemption.
    """
    if tree.phase != "youth" or tree.care_on is None:
        return None
    if basis is not None and (basis.condition == "damaged" or _shortened(basis)):
        return None
    return add_months(tree.care_on, rule_set.youth_care_months)


def _shortened(basis: InspectionRecord) -> bool:
    if basis.set_months is None:
        return False
    return basis.proposed_months is None or basis.set_months < basis.proposed_months
