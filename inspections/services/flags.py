"""Raises, escalates and resolves the flags of all controls and measures of a day; for run_controls."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import connection

from inspections.rules.overdue import SOON_DAYS
from inspections.sql_state import control_level_sql, measure_level_sql

#: What changes today, found once and kept until the end of the transaction; news.sql reads it, too.
COLLECT: Final = "CREATE TEMPORARY TABLE flag_change ON COMMIT DROP AS " + (
    Path(__file__).parent.parent / "sql" / "flag_changes.sql"
).read_text("utf-8").format(
    control_level=control_level_sql("p"),
    measure_level=measure_level_sql("coalesce(m.deadline_on, p.due_on)", "u.immediate"),
    soon=SOON_DAYS,
    nobody="'00000000-0000-0000-0000-000000000000'::uuid",
)
SETTLE: Final = """
    UPDATE inspections_controlflag f SET resolved_on = %(day)s
    FROM flag_change c WHERE c.settled AND f.id = c.flag_id"""
MOVE: Final = """
    UPDATE inspections_controlflag f
    SET level = c.level, due_on = c.due_on,
        level_since = CASE WHEN f.level = c.level THEN f.level_since ELSE %(day)s END
    FROM flag_change c WHERE NOT c.settled AND NOT c.raised AND f.id = c.flag_id"""
RAISE: Final = """
    INSERT INTO inspections_controlflag
        (tree_id, measure_id, level, due_on, raised_on, level_since)
    SELECT tree_id, measure_id, level, due_on, %(day)s, %(day)s FROM flag_change WHERE raised"""
ESCALATED: Final = "SELECT count(*) FROM flag_change WHERE NOT raised AND level_before < level"
OVERDUE_MEASURES: Final = """
    SELECT count(*) FROM inspections_measure m
    LEFT JOIN inspections_controlplan p ON p.tree_id = m.tree_id
    WHERE m.state = 'open' AND coalesce(m.deadline_on, p.due_on) < %(day)s"""


@dataclass(frozen=True, kw_only=True)
class FlagChanges:
    """What became of the flags on one day, in numbers; the rows stand in ``flag_change``."""

    raised: int
    escalated: int
    resolved: int


def update_flags(*, day: date) -> FlagChanges:
    """Bring all flags to ``day``; plans must be up to date. Twice on one day changes nothing more.

    A flag stays while its matter stays: level and due day follow it, up and down. It is resolved
    when nobody need know any more, or when the due day moved to a later one; if that is near
    too, a new flag is raised. Leaves the changes in the temporary table ``flag_change`` until the
    transaction ends.
    """
    _rows("DROP TABLE IF EXISTS pg_temp.flag_change", day)
    _rows(COLLECT, day)
    # Without it the planner takes the table for a small one and looks up row by row.
    _rows("ANALYZE flag_change", day)
    resolved = _rows(SETTLE, day).rowcount
    _rows(MOVE, day)
    return FlagChanges(
        raised=_rows(RAISE, day).rowcount,
        escalated=int(_rows(ESCALATED, day).fetchone()[0]),
        resolved=resolved,
    )


def overdue_measures(*, day: date) -> int:
    """Open measures whose last day is before ``day``."""
    return int(_rows(OVERDUE_MEASURES, day).fetchone()[0])


def _rows(statement: str, day: date) -> Any:
    cursor = connection.cursor()
    cursor.execute(statement, {"day": day})
    return cursor
