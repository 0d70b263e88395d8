"""The overdue report: one query behind page, totals, map, CSV and XLSX; read only, the day is handed in."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Trim

from baumkataster.models import Tree
from baumkataster.permissions import Visitor
from inspections.filters import TreeFilter, apply
from inspections.models import Measure, RuleSet
from inspections.models.catalogues import name_column
from inspections.rules.intervals import add_months
from inspections.sql_state import state_expression

#: The states that the report is about; the others only count.
LATE_STATES = ("overdue", "tolerance", "never")
#: Sort orders that the page offers; every one ends in the key, so that pages never overlap.
ORDERS = {
    "risk": ("-expectation_rank", "-days_over", "place", "number_key", "number", "pk"),
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


def report_rows(*, on: date, visible_to: Visitor, tree_filter: TreeFilter) -> QuerySet[Any]:
    """All trees in the city's duty with the columns of the report; states are not narrowed yet.

    The filter's own ``states`` are applied by ``only_states``, so that counts show all buckets.
    """
    trees = Tree.objects.visible_to(visible_to).filter(
        control_plan__isnull=False, control_plan__required=True
    )
    trees = apply(trees, tree_filter.without_states(), day=on)
    return trees.annotate(
        state=state_expression(on),
        days_over=DaysFrom(F("control_plan__due_on"), Value(on, output_field=DateField())),
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


def only_states(rows: QuerySet[Any], states: tuple[str, ...]) -> QuerySet[Any]:
    """Narrow the report to some buckets; none named: all that is late or never inspected."""
    return rows.filter(state__in=states or LATE_STATES)


def without_care(rows: QuerySet[Any], *, on: date) -> QuerySet[Any]:
    """Young trees, sound as far as known, whose last young-tree care is too old or not recorded.

    The rule set says how long one round of care counts (36 months unless the city changes it).
    """
    young = rows.filter(control_plan__phase="youth").exclude(control_plan__condition="damaged")
    rule_set = RuleSet.objects.valid_on(on)
    if rule_set is not None:
        # An arborist may ask for a control in spite of care; such a tree is not without care.
        young = young.exclude(control_plan__care_on__gt=add_months(on, -rule_set.youth_care_months))
    return young.exclude(control_plan__exempt_until__gte=on)


def in_order(rows: QuerySet[Any], order: str) -> QuerySet[Any]:
    """Sort by one of ORDERS; an unknown word sorts by risk: higher expectation, then days over."""
    return rows.order_by(*ORDERS.get(order, ORDERS["risk"]))


def state_counts(rows: QuerySet[Any]) -> dict[str, int]:
    """State -> number of trees in the city's duty that need control, whatever bucket is shown."""
    counted = rows.order_by().values_list("state").annotate(trees=Count("pk"))
    return dict(counted)


def totals_by(rows: QuerySet[Any], key: str) -> list[dict[str, Any]]:
    """Per district or unit (``district_name``, ``unit_code``): trees, late ones, share, oldest.

    ``late`` counts overdue trees inside and beyond the tolerance; ``percent`` is of ``trees``.
    """
    grouped = (
        rows.order_by()
        .values(key)
        .annotate(
            trees=Count("pk"),
            overdue=_count_of("overdue"),
            tolerance=_count_of("tolerance"),
            never=_count_of("never"),
            oldest=Max(Case(When(state__in=["overdue", "tolerance"], then=F("days_over")))),
        )
        .order_by(key)
    )
    totals = []
    for row in grouped:
        late = row["overdue"] + row["tolerance"]
        percent = round(100 * late / row["trees"], 1) if row["trees"] else 0.0
        totals.append({**row, "name": row[key], "late": late, "percent": percent})
    return totals


def header(*, on: date, rows: QuerySet[Any], asked_by: str) -> Header:
    """What stands above the list, on screen, paper and in files."""
    rule_set = RuleSet.objects.valid_on(on)
    return Header(on=on, rule_set=rule_set, trees_in_duty=rows.count(), asked_by=asked_by)


def _count_of(state: str) -> Count:
    """Count of the rows in one state."""
    return Count(Case(When(state=state, then=Value(1))))
