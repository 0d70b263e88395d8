"""Totals and forecast of a selection; of a whole large city from trees that the worker keeps.

To find the district, the unit and the kind of place of a million trees takes longer than to count
them. The kept trees (past_trees.py) know these as the number of a cell, and marks say which trees have
changed since: those are read from where they stand. Due dates are always read from the plans. So
nothing is older than the transaction that asks. On a past day (past.py) plans and tables mean that
day, and trees that belonged elsewhere then are read from where they stood, too.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from baumkataster.models import Place, Site, Tree
from inspections.models import ControlPlan
from inspections.reports import numbers
from inspections.reports.overdue import ReportRows
from inspections.reports.past_rows import named, past
from inspections.reports.past_store import Found, held
from inspections.reports.past_trees import CELLS, kept_trees_but
from inspections.reports.planner import on_all_cores
from inspections.rules.intervals import add_months
from inspections.sql_state import state_sql

STATEMENTS: Final = named(Path(__file__).parent.parent / "sql" / "city_totals.sql")
#: What kept trees can be grouped by, in the order of the statement.
GROUPS: Final = ("district_name", "unit_code", "place_kind")
#: Rebuilt rows of a past day that say where trees belonged, and the statements that read them.
ELSEWHERE: Final = tuple(past(model) for model in (Tree, Site, Place))
#: More trees than these are not looked up one by one.
MOST_ELSEWHERE: Final = 20_000


class KeptCity:
    """All trees by the cells that the worker has kept, as the running transaction sees them."""

    def __init__(self, found: Found, touched: set[UUID]) -> None:
        self.found = found
        self.touched = list(touched)

    def cells(self, *, on: date) -> Iterator[dict[str, Any]]:
        """Numbers of each district, unit and kind, as numbers.summed adds them up."""
        for *values, oldest in self._rows("cells", day=on):
            over = (on - oldest).days if oldest else None
            yield dict(zip((*GROUPS, *numbers.NO_TREES), values, strict=True)) | {"oldest": over}

    def sensitive(self, *, on: date, last: date) -> list[tuple[date, int]]:
        """Due date before ``last`` -> trees where children play."""
        return self._rows("days", day=on, last=last, kinds=list(numbers.SENSITIVE))

    def _rows(self, name: str, **values: Any) -> list[Any]:
        tables = {"trees": self.found.plans[0], "cells": self.found.other(CELLS)}
        state = state_sql("p")
        counts = STATEMENTS["counts"].partition("\n")[2].format(state=state)
        text = STATEMENTS[name].format(state=state, counts=counts, **tables)
        with on_all_cores(), connection.cursor() as cursor:
            cursor.execute(text, values | {"touched": self.touched})
            return list(cursor.fetchall())


@contextmanager
def kept_city(rows: ReportRows) -> Iterator[KeptCity | None]:
    """The kept trees where they answer for ``rows``: all of the city, and as they are now.

    Inside somebody else's transaction what they changed and did not commit counts, too; that of a past
    day has changed nothing.
    """
    if not rows.whole:
        yield None
        return
    if connection.in_atomic_block:
        yield _kept_city_then()
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Trees, marks and plans of one instant.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found, touched = kept_trees_but()
        yield KeptCity(found, touched) if found and held(found) else None


def _kept_city_then() -> KeptCity | None:
    """The kept trees in a transaction that sees a past day; None: it sees none, or too much moved."""
    seen = _past_tables()
    if ControlPlan._meta.db_table not in seen:
        return None
    found, touched = kept_trees_but()
    if found is None or not held(found):
        return None
    parts = [STATEMENTS[name] for name in ELSEWHERE if name in seen]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"{' UNION '.join(parts)} LIMIT %s", [MOST_ELSEWHERE + 1])
            elsewhere = {key for (key,) in cursor.fetchall()}
        if len(elsewhere) > MOST_ELSEWHERE:
            return None
        touched |= elsewhere
    return KeptCity(found, touched)


def _past_tables() -> set[str]:
    """Names that mean something else to this transaction (past_rows.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()")
        return {name for (name,) in cursor.fetchall()}


def totals_and_forecast(
    rows: ReportRows, groups: Iterable[str], *, months: int
) -> tuple[list[list[dict[str, Any]]], list[numbers.Forecast]]:
    """A list of totals per group of GROUPS, and what falls due in the months to come."""
    with kept_city(rows) as kept:
        if kept is None:
            totals = numbers.totals_by(rows.trees, *groups)
            return totals, numbers.forecast(rows.plans, rows.trees, on=rows.on, months=months)
        last = add_months(rows.on.replace(day=1), months)
        cells = list(kept.cells(on=rows.on))
        everywhere = numbers.by_day(rows.plans.filter(due_on__lt=last), on=rows.on, plan="")
        children = kept.sensitive(on=rows.on, last=last)
    forecast = numbers.by_month(everywhere, children, on=rows.on, months=months)
    return [numbers.summed(cells, group) for group in groups], forecast
