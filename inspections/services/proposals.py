"""What the rule proposes for a tree that is being inspected; for the form and for the record."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from baumkataster.models import Tree
from inspections.models import Measure, RuleSet
from inspections.rules import intervals


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Interval in months (None: no separate control) and why, as code and in words."""

    months: int | None
    reason_code: str
    reason: str
    #: Where the next regular control would fall; overdue begins the day after.
    due_on: date


def propose(*, tree: Tree, day: date, phase: str, condition: str, expectation: str) -> Proposal:
    """Propose the interval for ``tree`` as it is seen on ``day`` in these words ("" is unknown)."""
    return propose_by(
        rule_set=RuleSet.objects.valid_on(day),
        cared_on=_cared_on(tree, day),
        day=day,
        phase=phase,
        condition=condition,
        expectation=expectation,
    )


def propose_by(
    *,
    rule_set: RuleSet,
    cared_on: date | None,
    day: date,
    phase: str,
    condition: str,
    expectation: str,
) -> Proposal:
    """As propose, where rule set and last young-tree care up to ``day`` are known."""
    rules = rule_values(rule_set)
    exempt_until = intervals.add_months(cared_on, rules.youth_care_months) if cared_on else None
    found = intervals.propose_interval(
        rule_set=rules,
        phase=phase,
        condition=condition,
        expectation=expectation,
        in_care=exempt_until is not None and day <= exempt_until,
    )
    due_on = intervals.add_months(day, found.months or rules.default_months)
    if found.months is None and exempt_until is not None:
        due_on = max(due_on, exempt_until)
    return Proposal(
        months=found.months,
        reason_code=found.reason_code,
        reason=found.reason.text(gettext),
        due_on=due_on,
    )


def resulting_due_day(day: date, months: int | None, proposal: Proposal) -> date:
    """The regular date that a record of ``day`` leads to: its own interval, else the proposal's."""
    if months is None or months == proposal.months:
        return proposal.due_on
    return intervals.add_months(day, months)


def rule_values(rule_set: RuleSet) -> intervals.RuleSet:
    """A stored rule set as the plain values that rules/ works with."""
    return intervals.RuleSet(
        matrix=rule_set.matrix,
        default_months=rule_set.default_months,
        tolerance_months=rule_set.tolerance_months,
        youth_care_months=rule_set.youth_care_months,
        initial_months=rule_set.initial_months,
    )


def _cared_on(tree: Tree, day: date) -> date | None:
    """The newest young-tree care up to ``day``."""
    cared: date | None = (
        Measure.objects.filter(
            tree=tree, state="done", kind__young_tree_care=True, done_on__lte=day
        )
        .order_by("-done_on")
        .values_list("done_on", flat=True)
        .first()
    )
    return cared
