"""The SQL texts of state and flag level give what the Python rules give."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count

from baumkataster.models import Tree
from inspections.models import ControlPlan
from inspections.rules.escalation import control_level, measure_level
from inspections.rules.overdue import state_on
from inspections.rules.plan import ControlPlanValue
from inspections.rules.states import STATES
from inspections.sql_state import (
    control_level_sql,
    immediate_sql,
    measure_level_sql,
    rank_expression,
    rank_sql,
    state_expression,
    state_sql,
)
from tests.database.plan_rows import make_measure
from tests.factories import load_catalogues, load_rule_set, make_tree

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent.parent / "cases"
STATE_ROWS = json.loads((CASES / "state_on.json").read_text("utf-8"))["rows"]
LEVEL_ROWS = json.loads((CASES / "escalation.json").read_text("utf-8"))["rows"]
DAY = date(2026, 5, 10)


def plan_value(values: dict[str, Any]) -> ControlPlanValue:
    """The columns that lateness needs, as the rule takes them."""
    rest = {name: None for name in ControlPlanValue.__dataclass_fields__}
    return ControlPlanValue(**(rest | values))


def of_plan(sql: str, plan: ControlPlanValue, day: date) -> Any:
    """The SQL text over one plan that need not obey the table's constraints."""
    columns = ("required", "due_on", "exempt_until", "never", "tolerance_until")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH p (required, due_on, exempt_until, never, tolerance_until) AS (VALUES"
            " (%(required)s::bool, %(due_on)s::date, %(exempt_until)s::date, %(never)s::bool,"
            f" %(tolerance_until)s::date)) SELECT {sql} FROM p",
            {name: getattr(plan, name) for name in columns} | {"day": day},
        )
        return cursor.fetchone()[0]


def near(*days: int) -> list[date | None]:
    return [None, *(DAY + timedelta(days=days_) for days_ in days)]


def plans() -> Iterator[ControlPlanValue]:
    """Every mixture of the columns around the days on which something changes."""
    edges = near(-2, -1, 0, 1, 29, 30, 31, 90, 91)
    for required, never, due_on, tolerance, exempt in product(
        [True, False], [True, False], edges, near(-1, 0, 1), near(-1, 0, 1)
    ):
        yield plan_value(
            {
                "required": required,
                "never": never,
                "due_on": due_on,
                "tolerance_until": tolerance,
                "exempt_until": exempt,
            }
        )


def dates_of(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if isinstance(value, str) else value
        for name, value in values.items()
    }


@pytest.mark.parametrize("row", STATE_ROWS, ids=lambda row: row["name"])
def test_state_of_case_row(row):
    plan = plan_value(dates_of(row["plan"]))
    assert of_plan(state_sql("p"), plan, date.fromisoformat(row["day"])) == row["state"]


@pytest.mark.parametrize("row", LEVEL_ROWS, ids=lambda row: row["name"])
def test_level_of_case_row(row):
    day = date.fromisoformat(row["day"])
    if "plan" in row:
        found = of_plan(control_level_sql("p"), plan_value(dates_of(row["plan"])), day)
    else:
        found = of_measure(dates_of(row["measure"]), day)
    assert found == row["level"]


def of_measure(measure: dict[str, Any], day: date) -> int:
    """The SQL text of the level over plain values."""
    sql = measure_level_sql("%(due_on)s::date", "%(immediate)s")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", measure | {"day": day})
        return int(cursor.fetchone()[0])


def test_state_and_level_of_every_mixture():
    for plan in plans():
        assert of_plan(state_sql("p"), plan, DAY) == state_on(plan, DAY), plan
        assert of_plan(control_level_sql("p"), plan, DAY) == control_level(plan, DAY), plan


def test_measure_level_of_every_mixture():
    for due_on, immediate in product(near(-3, -2, -1, 0, 1, 29, 30, 31), [True, False]):
        found = of_measure({"due_on": due_on, "immediate": immediate}, DAY)
        assert found == measure_level(due_on=due_on, immediate=immediate, day=DAY)


@pytest.fixture
def planned() -> dict[Any, ControlPlan]:
    """Trees in every state, and one without a plan."""
    load_catalogues()
    rules = load_rule_set()
    made = {}
    for days, never in product([-200, -10, 10, 80, 300], [True, False]):
        due = DAY + timedelta(days=days)
        made[make_tree().pk] = ControlPlan(
            due_on=due, tolerance_until=due + timedelta(days=92), never=never, required=True
        )
    made[make_tree().pk] = ControlPlan(required=False, never=False)
    for key, plan in made.items():
        plan.tree_id, plan.rule_set, plan.basis = key, rules, "none"
        plan.save()
    return made


def test_expression_annotates_trees_and_plans(planned):
    lonely = make_tree()
    trees = Tree.objects.annotate(state=state_expression(DAY), rank=rank_expression(DAY))
    ranks = {state.code: state.rank for state in STATES.states}
    for tree in trees:
        state = state_on(planned[tree.pk], DAY) if tree.pk != lonely.pk else "none"
        assert (tree.state, tree.rank) == (state, ranks[state])
    plans_ = ControlPlan.objects.annotate(state=state_expression(DAY, plan=""))
    assert {p.pk: p.state for p in plans_} == {k: state_on(p, DAY) for k, p in planned.items()}


def test_expression_filters_groups_and_sorts(planned):
    trees = Tree.objects.annotate(state=state_expression(DAY)).filter(state__in=["never", "none"])
    counts = trees.order_by().values_list("state").annotate(number=Count("pk"))
    assert dict(counts) == {"never": 5, "none": 1}
    worst = Tree.objects.order_by(rank_expression(DAY).desc(), "pk").first()
    assert state_on(planned[worst.pk], DAY) == "overdue"


def test_plain_sql_joins_rank_and_immediate(planned):
    urgent = make_measure().tree
    make_measure(urgency_id="2", tree=make_tree())
    done = make_measure(tree=make_tree())
    type(done).objects.filter(pk=done.pk).update(
        state="cancelled", end_reason="x", ended_by=done.ordered_by, ended_at=done.created_at
    )
    state = state_sql("p")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id, {state}, {rank_sql(state)}, {immediate_sql('t.id')}"
            " FROM baumkataster_tree t LEFT JOIN inspections_controlplan p ON p.tree_id = t.id",
            {"day": DAY},
        )
        rows = cursor.fetchall()
    assert {key for key, _state, _rank, immediate in rows if immediate} == {urgent.pk}
    for key, found, rank, _immediate in rows:
        assert found == (state_on(planned[key], DAY) if key in planned else "none")
        assert rank == STATES.by_code(found).rank
