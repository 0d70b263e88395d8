"""The one SQL text of the control state, for tiles, counts and runs, also as Django expression.

The Python twin is ``rules/overdue.state_on``; tests hold them equal over ``tests/cases``.
"""

import re
from datetime import date
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, F, Func, IntegerField, TextField, Value
from django.db.models.sql.compiler import SQLCompiler

from inspections.rules.escalation import (
    ADMINISTRATOR,
    ARBORIST,
    IMMEDIATE_DAYS,
    NOBODY,
    SUPERVISOR,
)
from inspections.rules.overdue import LATER_DAYS, SOON_DAYS
from inspections.rules.states import STATES

#: Columns of ControlPlan that the state depends on.
PLAN_COLUMNS = ("required", "due_on", "exempt_until", "never", "tolerance_until")
#: {names} are filled in with a table's columns, {day} with a date. No plan at all: none.
STATE = f"""(CASE
    WHEN {{required}} IS NOT TRUE OR {{due_on}} IS NULL THEN 'none'
    WHEN {{exempt_until}} >= {{day}} THEN 'none'
    WHEN {{never}} THEN 'never'
    WHEN {{due_on}} < {{day}} AND {{tolerance_until}} >= {{day}} THEN 'tolerance'
    WHEN {{due_on}} < {{day}} THEN 'overdue'
    WHEN {{due_on}} <= {{day}} + {SOON_DAYS} THEN 'due30'
    WHEN {{due_on}} <= {{day}} + {LATER_DAYS} THEN 'due90'
    ELSE 'ok'
END)"""
#: Rises with the risk (rules/states.json); {state} is filled in.
RANK = "(CASE {state} " + "".join(f"WHEN '{s.code}' THEN {s.rank} " for s in STATES.states) + "END)"
#: Twin of rules/escalation.control_level; {state}, {plan} and {day} are filled in.
CONTROL_LEVEL = f"""(CASE
    WHEN {{state}} = 'none' OR {{plan}}.due_on > {{day}} + {SOON_DAYS} THEN {NOBODY}
    WHEN {{plan}}.due_on >= {{day}} THEN {ARBORIST}
    WHEN {{plan}}.tolerance_until >= {{day}} THEN {SUPERVISOR}
    ELSE {ADMINISTRATOR}
END)"""
#: Twin of rules/escalation.measure_level; {due_on}, {immediate} and {day} are filled in.
MEASURE_LEVEL = f"""(CASE
    WHEN {{due_on}} IS NULL OR {{due_on}} > {{day}} + {SOON_DAYS} THEN {NOBODY}
    WHEN {{immediate}} AND {{day}} - {{due_on}} > {IMMEDIATE_DAYS} THEN {ADMINISTRATOR}
    WHEN {{due_on}} < {{day}} THEN {SUPERVISOR}
    ELSE {ARBORIST}
END)"""
IMMEDIATE_TREES = """(SELECT open_now.tree_id FROM inspections_measure open_now
    JOIN inspections_urgency at_once ON at_once.code = open_now.urgency_id AND at_once.immediate
    WHERE open_now.state = 'open')"""


def state_sql(plan_alias: str, day: str = "%(day)s") -> str:
    """SQL text of the state of the plan row ``plan_alias``; ``day`` is a parameter or SQL text."""
    columns = {name: f"{plan_alias}.{name}" for name in PLAN_COLUMNS}
    return STATE.format(**columns, day=f"{day}::date")


def rank_sql(state: str) -> str:
    """SQL text of a state's rank: 0 (none) to 6 (overdue beyond the tolerance)."""
    return RANK.format(state=state)


def immediate_sql(tree_id: str) -> str:
    """SQL condition: the tree has an open measure that must be done at once."""
    return f"({tree_id} IN {IMMEDIATE_TREES})"


def control_level_sql(plan_alias: str, day: str = "%(day)s") -> str:
    """SQL text of the flag level of a plan's regular control: 0 nobody to 3 administrator."""
    state = state_sql(plan_alias, day)
    return CONTROL_LEVEL.format(state=state, plan=plan_alias, day=f"{day}::date")


def measure_level_sql(due_on: str, immediate: str, day: str = "%(day)s") -> str:
    """SQL text of the flag level of an open measure; ``due_on`` and ``immediate`` are SQL text."""
    return MEASURE_LEVEL.format(due_on=due_on, immediate=immediate, day=f"{day}::date")


class _State(Func):
    """STATE over any columns of a query; the expressions are PLAN_COLUMNS and the day."""

    output_field = TextField()

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, list[Any]]:
        """Fill the text in; the parameters follow the order in which the names occur."""
        names = (*PLAN_COLUMNS, "day")
        sources = zip(names, self.get_source_expressions(), strict=True)
        parts = {name: compiler.compile(source) for name, source in sources}
        params: list[Any] = []

        def filled(match: re.Match[str]) -> str:
            sql, own = parts[match[1]]
            params.extend(own)
            return f"{sql}::date" if match[1] == "day" else str(sql)

        return re.sub(r"\{(\w+)\}", filled, STATE), params


class _Rank(Func):
    """RANK over a state expression."""

    output_field = IntegerField()
    template = RANK.format(state="%(expressions)s")


def state_expression(day: date, plan: str = "control_plan__") -> Func:
    """The state on ``day`` as annotation; ``plan`` leads to the plan ("" on ControlPlan itself)."""
    return _State(
        *(F(f"{plan}{name}") for name in PLAN_COLUMNS), Value(day, output_field=DateField())
    )


def rank_expression(day: date, plan: str = "control_plan__") -> Func:
    """The rank of the state on ``day``, to sort the worst first."""
    return _Rank(state_expression(day, plan))
