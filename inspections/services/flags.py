"""Raises, escalates and resolves the flags of all controls and measures of a day; for run_controls."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection

from inspections.sql_state import control_level_sql, measure_level_sql

#: Every matter that somebody must know of on the day: regular controls (measure_id null), measures.
WANTED: Final = f"""
    wanted AS (
        SELECT * FROM (
            SELECT p.tree_id, NULL::uuid AS measure_id, p.due_on, {control_level_sql("p")} AS level
            FROM inspections_controlplan p
            WHERE p.required
            UNION ALL
            SELECT m.tree_id, m.id, coalesce(m.deadline_on, p.due_on),
                {measure_level_sql("coalesce(m.deadline_on, p.due_on)", "u.immediate")}
            FROM inspections_measure m
            JOIN inspections_urgency u ON u.code = m.urgency_id
            LEFT JOIN inspections_controlplan p ON p.tree_id = m.tree_id
            WHERE m.state = 'open'
        ) matter
        WHERE level > 0
    )"""
SAME_MATTER: Final = """
    f.resolved_on IS NULL AND f.tree_id = w.tree_id
    AND f.measure_id IS NOT DISTINCT FROM w.measure_id"""
# A later date is a new matter: what was due has been done, so its flag is settled.
RESOLVE: Final = f"""
    WITH {WANTED}
    UPDATE inspections_controlflag f SET resolved_on = %(day)s
    WHERE f.resolved_on IS NULL AND NOT EXISTS (
        SELECT 1 FROM wanted w WHERE {SAME_MATTER} AND w.due_on <= f.due_on)"""
ESCALATE: Final = f"""
    WITH {WANTED}
    UPDATE inspections_controlflag f
    SET level = w.level, due_on = w.due_on,
        level_since = CASE WHEN f.level = w.level THEN f.level_since ELSE %(day)s END
    FROM wanted w, inspections_controlflag before
    WHERE {SAME_MATTER} AND before.id = f.id
      AND (f.level, f.due_on) IS DISTINCT FROM (w.level, w.due_on)
    RETURNING f.id, before.level, f.level"""
RAISE: Final = f"""
    WITH {WANTED}
    INSERT INTO inspections_controlflag
        (tree_id, measure_id, level, due_on, raised_on, level_since)
    SELECT w.tree_id, w.measure_id, w.level, w.due_on, %(day)s, %(day)s FROM wanted w
    WHERE NOT EXISTS (SELECT 1 FROM inspections_controlflag f WHERE {SAME_MATTER})
    RETURNING id"""
OVERDUE_MEASURES: Final = """
    SELECT count(*) FROM inspections_measure m
    LEFT JOIN inspections_controlplan p ON p.tree_id = m.tree_id
    WHERE m.state = 'open' AND coalesce(m.deadline_on, p.due_on) < %(day)s"""


@dataclass(frozen=True, kw_only=True)
class FlagChanges:
    """What became of the flags on one day."""

    #: Flag -> level before (0: raised today) of all that are new or rose.
    news: dict[UUID, int]
    raised: int
    escalated: int
    resolved: int


def update_flags(*, day: date) -> FlagChanges:
    """Bring all flags to ``day``; plans must be up to date. Twice on one day changes nothing more.

    A flag stays while its matter stays: level and due day follow it, up and down. It is resolved
    when nobody need know any more, or when the due day moved to a later one; if that is near
    too, a new flag is raised.
    """
    resolved = _rows(RESOLVE, day).rowcount
    rose = {
        flag: before for flag, before, level in _rows(ESCALATE, day).fetchall() if before < level
    }
    raised = [flag for (flag,) in _rows(RAISE, day).fetchall()]
    return FlagChanges(
        news=rose | dict.fromkeys(raised, 0),
        raised=len(raised),
        escalated=len(rose),
        resolved=resolved,
    )


def overdue_measures(*, day: date) -> int:
    """Open measures whose last day is before ``day``."""
    return int(_rows(OVERDUE_MEASURES, day).fetchone()[0])


def _rows(statement: str, day: date) -> Any:
    cursor = connection.cursor()
    cursor.execute(statement, {"day": day})
    return cursor
