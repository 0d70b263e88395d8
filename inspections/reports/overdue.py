"""The overdue report: one selection behind page, totals, map and files; read only, the day is handed in.

The numbers are counted in numbers.py, over as few columns as know them.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    DateField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Trim

from baumkataster.models import Role, Tree
from baumkataster.permissions import Visitor
from inspections.filters import TreeFilter, apply
from inspections.models import ControlPlan, Measure, RuleSet
from inspections.models.catalogues import name_column
from inspections.reports import numbers
from inspections.sql_state import state_expression

#: The states that the report is about; the others only count.
LATE_STATES = ("overdue", "tolerance", "never")
#: Sort orders that the page offers; every one ends in the key, so that pages never overlap.
#: The worst stand first in an index of the plan (plan_by_risk): a page of them is read, not sorted.
ORDERS = {
    "risk": ("-expectation_rank", "due_on", "place", "number_key", "number", "pk"),
    "due": ("due_on", "place", "number_key", "number", "pk"),
    "place": ("place", "number_key", "number", "pk"),
    "district": ("district_name", "place", "number_key", "number", "pk"),
    "unit": ("unit_code", "place", "number_key", "number", "pk"),
    "last": (F("last_on").asc(nulls_first=True), "place", "number_key", "number", "pk"),
}


class LeadingNumber(Func):
    """Digits that a tree number begins with, so that 9 stands before 10 and 10a after 10."""

    template = "(substring(%(expressions)s from '^[0-9]{1,15}'))::bigint"
    output_field = BigIntegerField()


class DaysFrom(Func):
    """Whole days from the first date to the second."""

    template = "(-(%(expressions)s::date))"
    arg_joiner = " - "
    output_field = IntegerField()


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the report must say about itself (domain: report date, filter, rule set, number of trees)."""

    on: date
    rule_set: RuleSet | None
    trees_in_duty: int
    #: Name of the person who asked for it.
    asked_by: str


@dataclass(frozen=True, kw_only=True)
class ReportRows:
    """A selection twice: as trees, which can be joined to anything, and as their plans alone.

    Counting plans alone reads a tenth of the bytes. Both are annotated with ``state``.
    """

    on: date
    #: Whether nothing is left out: no filter, and who asks sees all trees.
    whole: bool
    trees: QuerySet[Any]
    plans: QuerySet[Any]

    def only(self, *, trees: Q, plans: Q) -> "ReportRows":
        """The rows that fulfil a condition, said once for trees and once for plans."""
        return replace(
            self, whole=False, trees=self.trees.filter(trees), plans=self.plans.filter(plans)
        )

    def count(self) -> int:
        """Number of rows."""
        return self.plans.count()


def report_rows(*, on: date, visible_to: Visitor, tree_filter: TreeFilter) -> ReportRows:
    """All trees in the city's duty; states are not narrowed yet.

    The filter's own ``states`` are applied by ``only_states``, so that counts show all buckets.
    """
    anywhere = tree_filter.without_states()
    trees = Tree.objects.visible_to(visible_to).filter(
        control_plan__isnull=False, control_plan__required=True
    )
    trees = apply(trees, anywhere, day=on)
    plans = ControlPlan.objects.filter(required=True)
    whole = anywhere == TreeFilter() and getattr(visible_to, "role", None) in _SEES_ALL
    if not whole:
        plans = plans.filter(tree__in=trees.order_by().values("pk"))
    today = Value(on, output_field=DateField())
    return ReportRows(
        on=on,
        whole=whole and visible_to.is_active,
        trees=trees.annotate(
            state=state_expression(on), days_over=DaysFrom(F("control_plan__due_on"), today)
        ),
        plans=plans.annotate(state=state_expression(on, plan="")),
    )


#: Roles from which no tree is hidden.
_SEES_ALL = frozenset(Role) - {Role.CONTRACTOR}


def with_columns(trees: QuerySet[Any]) -> QuerySet[Any]:
    """The trees with all columns of the report, and where they stand."""
    return trees.only("pk", "geom").annotate(
        **_where_and_whose(),
        **_rule_and_last_control(),
        worst_urgency=Subquery(
            Measure.objects.open()
            .filter(tree=OuterRef("pk"))
            .order_by("urgency__position")
            .values(f"urgency__{name_column()}")[:1]
        ),
    )


def _where_and_whose() -> dict[str, Any]:
    """Columns of the tree, its site and the unit that answers for it."""
    supervisor = [
        Coalesce(F(f"unit__supervisor__{name}"), F(f"site__place__unit__supervisor__{name}"))
        for name in ("first_name", "last_name")
    ]
    return {
        "number": F("site__number"),
        "number_key": LeadingNumber(F("site__number")),
        "place": F("site__place__name"),
        "place_kind": F("site__place__kind"),
        "house_number": F("site__house_number"),
        "district_name": F("district__name"),
        "unit_code": Coalesce(F("unit__code"), F("site__place__unit__code")),
        "unit_name": Coalesce(F("unit__name"), F("site__place__unit__name")),
        "species_name": Coalesce(F("species__german_name"), F("species_as_given")),
        "responsible": Trim(Concat(supervisor[0], Value(" "), supervisor[1])),
    }


def _rule_and_last_control() -> dict[str, Any]:
    """Columns of the due date, of what led to it and of the last regular control."""
    plan, last = "control_plan__", "control_plan__inspection__"
    return {
        "phase_seen": F(f"{plan}phase"),
        "condition_seen": F(f"{plan}condition"),
        "expectation_now": F(f"{plan}expectation"),
        "expectation_rank": Case(
            When(control_plan__expectation="lower", then=Value(0)), default=Value(1)
        ),
        "set_months": F(f"{plan}interval_months"),
        "due_on": F(f"{plan}due_on"),
        "care_on": F(f"{plan}care_on"),
        "tolerance_until": F(f"{plan}tolerance_until"),
        "inherited_on": F(f"{plan}inherited__last_on"),
        "inherited_source": F(f"{plan}inherited__source"),
        "proposed_months": F(f"{last}proposed_months"),
        "interval_reason": F(f"{last}interval_reason"),
        "last_on": F(f"{last}inspected_on"),
        "last_by": F(f"{last}inspector__name"),
        "last_kind": F(f"{last}kind__{name_column()}"),
        "last_leaf_state": F(f"{last}leaf_state"),
    }


def only_states(rows: ReportRows, states: tuple[str, ...]) -> ReportRows:
    """Narrow the report to some buckets; none named: all that is late or never inspected."""
    wanted = Q(state__in=states or LATE_STATES)
    if not set(states) <= set(LATE_STATES):
        return rows.only(trees=wanted, plans=wanted)
    # Said so that an index finds them: a state is an expression that no index knows.
    trees = Q(control_plan__never=True) | Q(control_plan__due_on__lt=rows.on)
    plans = Q(never=True) | Q(due_on__lt=rows.on)
    return rows.only(trees=wanted & trees, plans=wanted & plans)


def without_care(rows: ReportRows, *, on: date) -> ReportRows:
    """Young trees whose last young-tree care is too old or not recorded (numbers.uncared)."""
    return rows.only(
        trees=numbers.uncared(on=on, plan="control_plan__"), plans=numbers.uncared(on=on, plan="")
    )


def in_order(rows: ReportRows, order: str) -> QuerySet[Any]:
    """The list, sorted by one of ORDERS; an unknown word sorts by risk: expectation, then days over."""
    return with_columns(rows.trees).order_by(*ORDERS.get(order, ORDERS["risk"]))


def state_counts(rows: ReportRows) -> dict[str, int]:
    """State -> number of trees in the city's duty that need control, whatever bucket is shown."""
    return numbers.state_counts(rows.plans)


def rule_set(on: date) -> RuleSet | None:
    """The version of the rules that holds on that day."""
    return RuleSet.objects.valid_on(on)


def header(*, on: date, counts: dict[str, int], asked_by: str) -> Header:
    """What stands above the list, on screen, paper and in files."""
    return Header(
        on=on, rule_set=rule_set(on), trees_in_duty=sum(counts.values()), asked_by=asked_by
    )
