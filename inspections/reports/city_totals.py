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
from inspections.reports.past_trees import BESIDE, kept_trees_but
from inspections.reports.planner import on_all_cores
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

    def days(self, *, on: date) -> list[tuple[date | None, int, int, int]]:
        """Due date -> trees that need a control, those of them where children play, and plans."""
        return self._rows("days", day=on, kinds=list(numbers.SENSITIVE))

    def cells(self, *, on: date, plans: int) -> Iterator[dict[str, Any]]:
        """Numbers of each district, unit and kind, as numbers.summed adds them up.

        ``plans``: how many there are. A tree has one at most: as many as trees means that each has
        one, so that a cell's trees need not be looked at to be counted.
        """
        of_cells = "few" if plans == self._rows("known")[0][0] else "every"
        for *values, oldest in self._rows("cells", of_cells, day=on):
            over = (on - oldest).days if oldest else None
            yield dict(zip((*GROUPS, *numbers.NO_TREES), values, strict=True)) | {"oldest": over}

    def _rows(self, name: str, of_cells: str = "", **values: Any) -> list[Any]:
        words = {name: self.found.other(name) for name in BESIDE} | {"trees": self.found.plans[0]}
        words["state"] = state_sql("p")
        for part in ("counts", "needed"):
            words[part] = STATEMENTS[part].partition("\n")[2].format(**words)
        words["of_cells"] = STATEMENTS[of_cells].format(**words) if of_cells else ""
        with on_all_cores(), connection.cursor() as cursor:
            cursor.execute(STATEMENTS[name].format(**words), values | {"touched": self.touched})
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
        days = kept.days(on=rows.on)
        cells = list(kept.cells(on=rows.on, plans=sum(plans for *_, plans in days)))
    everywhere = [(day, trees) for day, trees, _, _ in days if day]
    children = [(day, trees) for day, _, trees, _ in days if day]
    forecast = numbers.by_month(everywhere, children, on=rows.on, months=months)
    return [numbers.summed(cells, group) for group in groups], forecast
