"""The tree card and the map's counts of a past day; called by api/trees.py."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from baumkataster.models import Role, Tree
from baumkataster.permissions import Visitor
from inspections.api.card import tree_card
from inspections.api.measures import measure_rows
from inspections.filters import TreeFilter, apply
from inspections.models import Measure
from inspections.past_day import AskedDay
from inspections.reports.past import looking_back
from inspections.reports.planner import on_all_cores
from inspections.rules.states import RISK_ORDER
from inspections.sql_state import state_expression

#: The past is looked at, not changed: no deed is offered there.
LOOKING = frozenset({"view_inspections"})


def counts_of_states(visitor: Visitor, tree_filter: TreeFilter, day: date) -> dict[str, int]:
    """Trees per control state, whatever state is chosen; ``immediate`` and ``total`` besides."""
    trees = Tree.objects.visible_to(visitor)
    trees = apply(trees, tree_filter.without_states(), day=day)
    states = trees.order_by().annotate(state=state_expression(day)).values_list("state")
    with on_all_cores():
        counts = dict.fromkeys(RISK_ORDER, 0) | dict(states.annotate(trees=Count("pk")))
    urgent = Measure.objects.open().filter(urgency__immediate=True)
    counts["immediate"] = trees.filter(pk__in=urgent.values("tree_id")).count()
    counts["total"] = sum(counts[state] for state in RISK_ORDER)
    return counts


def seen_today(visitor: Visitor) -> str:
    """SQL of the trees that a contractor sees by today's orders; empty for people who see all."""
    if getattr(visitor, "role", "") != Role.CONTRACTOR:
        return ""
    return (
        "SELECT DISTINCT tree_id FROM public.inspections_measure"
        f" WHERE contractor_id = '{visitor.pk}'"
    )


def past_card(
    pk: UUID,
    *,
    rows: QuerySet[Any],
    feature: Callable[[Tree], dict[str, Any]],
    visitor: Visitor,
    asked: AskedDay,
) -> dict[str, Any]:
    """The card of a tree that the visitor sees today, as it was on the day; it offers no deed.

    Raises:
        NotFound: the tree was not there (not known) on the day.
        Refused: the day lies before the first data of the city.
    """
    seen = measure_rows(visitor).filter(tree_id=pk).values_list("pk", flat=True)
    theirs = {str(key) for key in seen}
    with looking_back(asked, among=f"SELECT '{pk}'::uuid", evidence=True):
        tree = rows.filter(pk=pk).first()
        if tree is None:
            raise NotFound(_("An diesem Tag stand der Baum hier nicht oder war nicht bekannt."))
        card = tree_card(tree, feature=feature(tree), visitor=visitor, day=asked.day)
    card["measures"] = [row for row in card["measures"] if str(row["id"]) in theirs]
    card["may"] = {name: allowed and name in LOOKING for name, allowed in card["may"].items()}
    past = {"day": asked.day, "reading": str(asked.reading), "words": asked.words}
    return card | {"may_not": {}, "past": past}
