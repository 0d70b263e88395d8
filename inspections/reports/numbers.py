"""The numbers of the overdue report, each counted over the narrowest rows that know it.

States and the care of young trees stand in the plan alone; who is late is looked up among the late
ones; only the shares of districts, units and kinds need every tree with its place.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import Case, Count, F, Max, Q, QuerySet, When
from django.db.models.functions import Coalesce

from baumkataster.models import District, PlaceKind
from inspections.models import LeafState, RuleSet
from inspections.reports.planner import on_all_cores
from inspections.rules.intervals import add_months

#: Places where children play: counted apart in the forecast.
SENSITIVE: Final = (PlaceKind.PLAYGROUND, PlaceKind.SCHOOL, PlaceKind.DAYCARE)
#: Trees that one person controls on one day; the proven average of public services.
TREES_A_DAY: Final = 55
#: What totals are grouped by: name of the group -> column.
GROUPS: Final = {
    "district_name": F("district__name"),
    "unit_code": Coalesce(F("unit__code"), F("site__place__unit__code")),
    "place_kind": F("site__place__kind"),
    "inspector": F("control_plan__inspection__inspector__name"),
}

#: What is added up over groups.
NO_TREES: Final = {"trees": 0, "overdue": 0, "tolerance": 0, "never": 0}
#: In an order that no index has: for a whole city it is faster to read and sort all inspections once
#: than to fetch each of them by the index of its tree. Few trees are looked up one by one.
SAME_LEAVES: Final = """
    SELECT count(*) FROM (
        SELECT tree_id FROM (
            SELECT i.tree_id, i.leaf_state, row_number() OVER (
                PARTITION BY i.tree_id
                ORDER BY i.inspected_on DESC NULLS LAST, i.received_at DESC, i.id DESC
            ) AS turn
            FROM inspections_inspection i
            WHERE i.tree_id IN ({trees}) AND i.sets_regular_date AND NOT EXISTS (
                SELECT FROM inspections_inspection correction WHERE correction.corrects_id = i.id)
        ) newest
        WHERE turn <= 3
        GROUP BY tree_id
        HAVING count(*) = 3 AND min(leaf_state) = max(leaf_state) AND min(leaf_state) = ANY (%s)
    ) same"""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What falls due in one month; ``late`` trees stand in the first one."""

    month: date
    trees: int
    #: Of these at playgrounds, schools and day-care centres.
    sensitive: int

    @property
    def days(self) -> int:
        """Days of work of one person."""
        return -(-self.trees // TREES_A_DAY)


def state_counts(plans: QuerySet[Any]) -> dict[str, int]:
    """State -> number of trees in the city's duty that need control, whatever bucket is shown."""
    return dict(plans.order_by().values_list("state").annotate(trees=Count("pk")))


def states_and_care(plans: QuerySet[Any], *, on: date) -> tuple[dict[str, int], int]:
    """State -> number of trees, and how many young trees miss their care, from one look at the plans."""
    counted = (
        plans.order_by()
        .values("state")
        .annotate(trees=Count("pk"), careless=Count("pk", filter=uncared(on=on, plan="")))
    )
    found = list(counted.values_list("state", "trees", "careless"))
    return {state: trees for state, trees, _careless in found}, sum(row[2] for row in found)


def uncared(*, on: date, plan: str) -> Q:
    """Young trees, sound as far as known, whose last young-tree care is too old or not recorded.

    The rule set says how long one round of care counts (36 months unless the city changes it).
    ``plan`` leads to the plan ("" on ControlPlan itself).
    """
    young = Q((f"{plan}phase", "youth")) & ~Q((f"{plan}condition", "damaged"))
    rule_set = RuleSet.objects.valid_on(on)
    if rule_set is not None:
        since = add_months(on, -rule_set.youth_care_months)
        # An arborist may ask for a control in spite of care; such a tree is not without care.
        young &= Q((f"{plan}care_on__isnull", True)) | Q((f"{plan}care_on__lte", since))
    return young & (Q((f"{plan}exempt_until__isnull", True)) | Q((f"{plan}exempt_until__lt", on)))


def same_leaf_states(trees: QuerySet[Any]) -> int:
    """Trees whose last three regular inspections all saw them leafy, or all bare.

    The three are to alternate, because each state hides what the other shows.
    """
    chosen, values = trees.order_by().values("pk").query.sql_with_params()
    alike = [LeafState.LEAFY, LeafState.BARE]
    with connection.cursor() as cursor:
        cursor.execute(SAME_LEAVES.format(trees=chosen), [*values, alike])
        return int(cursor.fetchone()[0])


def worst_districts(rows: QuerySet[Any], most: int, *, on: date) -> list[dict[str, Any]]:
    """Districts with the most trees overdue beyond the tolerance: key, name, number.

    Names are looked up for those few: grouped by name, too, all late trees would be sorted by it.
    """
    late = (
        rows.order_by()
        # Said so that an index finds them: a state alone is an expression that no index knows.
        .filter(state="overdue", control_plan__due_on__lt=on, district__isnull=False)
    )
    counted = dict(late.values_list("district_id").annotate(trees=Count("pk")))
    least = min(sorted(counted.values())[-most:], default=0)
    chosen = District.objects.filter(pk__in=[key for key in counted if counted[key] >= least])
    found = [
        {"district_id": key, "name": name, "trees": counted[key]}
        for key, name in chosen.order_by("name").values_list("pk", "name")
    ]
    return sorted(found, key=lambda row: -row["trees"])[:most]


def totals_by(rows: QuerySet[Any], *groups: str) -> list[list[dict[str, Any]]]:
    """Per group of GROUPS: trees, late ones, share, oldest; a list each, from one look at all trees.

    ``late`` counts overdue trees inside and beyond the tolerance; ``percent`` is of ``trees``.
    """
    counted = (
        rows.order_by()
        .values(**{group: GROUPS[group] for group in groups})
        .annotate(
            trees=Count("pk"),
            overdue=_count_of("overdue"),
            tolerance=_count_of("tolerance"),
            never=_count_of("never"),
            oldest=Max(Case(When(state__in=["overdue", "tolerance"], then=F("days_over")))),
        )
    )
    with on_all_cores():
        cells = list(counted)
    return [summed(cells, group) for group in groups]


def summed(cells: Iterable[dict[str, Any]], group: str) -> list[dict[str, Any]]:
    """The rows of one group out of the combinations of all groups, in the order of their names."""
    found: dict[str | None, dict[str, Any]] = {}
    for cell in cells:
        row = found.setdefault(cell[group], {"name": cell[group], "oldest": None} | NO_TREES)
        for number in NO_TREES:
            row[number] += cell[number]
        row["oldest"] = max(filter(None, (row["oldest"], cell["oldest"])), default=None)
    return [_with_share(row) for row in sorted(found.values(), key=lambda row: row["name"] or "")]


def forecast(
    plans: QuerySet[Any], trees: QuerySet[Any], *, on: date, months: int
) -> list[Forecast]:
    """What falls due in this month (with all that is late) and the months after it."""
    last = add_months(on.replace(day=1), months)
    due = trees.filter(control_plan__due_on__lt=last, site__place__kind__in=SENSITIVE)
    children = by_day(due, on=on, plan="control_plan__")
    everywhere = by_day(plans.filter(due_on__lt=last), on=on, plan="")
    return by_month(everywhere, children, on=on, months=months)


def by_day(rows: QuerySet[Any], *, on: date, plan: str) -> list[tuple[date, int]]:
    """Due date -> trees that fall due; without those that need no control (of required plans: those
    that are exempt). ``plan`` leads to the plan."""
    free = Q((f"{plan}exempt_until__isnull", True)) | Q((f"{plan}exempt_until__lt", on))
    counted = rows.order_by().filter(free, **{f"{plan}required": True})
    return list(counted.values_list(f"{plan}due_on").annotate(trees=Count("pk")))


def by_month(
    everywhere: Iterable[tuple[date, int]],
    children: Iterable[tuple[date, int]],
    *,
    on: date,
    months: int,
) -> list[Forecast]:
    """The forecast from trees by due date, everywhere and where children play."""
    first = on.replace(day=1)
    trees, sensitive = _months(everywhere, first), _months(children, first)
    listed = [add_months(first, step) for step in range(months)]
    return [Forecast(month=m, trees=trees[m], sensitive=sensitive[m]) for m in listed]


def by_year(months: Iterable[Forecast]) -> list[Forecast]:
    """The forecast of every twelve months, named by their first."""
    listed = list(months)
    return [
        Forecast(
            month=listed[start].month,
            trees=sum(each.trees for each in listed[start : start + 12]),
            sensitive=sum(each.sensitive for each in listed[start : start + 12]),
        )
        for start in range(0, len(listed), 12)
    ]


def _months(days: Iterable[tuple[date, int]], first: date) -> Counter[date]:
    """First day of the month -> trees; what is late counts in the first."""
    found: Counter[date] = Counter()
    for day, trees in days:
        found[max(day.replace(day=1), first)] += trees
    return found


def _with_share(row: dict[str, Any]) -> dict[str, Any]:
    late = row["overdue"] + row["tolerance"]
    return {**row, "late": late, "percent": round(100 * late / row["trees"], 1)}


def _count_of(state: str) -> Count:
    """Count of the rows in one state."""
    return Count(Case(When(state=state, then=1)))
