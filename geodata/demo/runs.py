"""The control runs of the last twelve weeks, as they would have counted; called by starting_demo.py.

Each tree's plan of today holds from its last control on; before that the control before it said
when the next one was due. What few trees were felled since is left out.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import connection

from inspections.models import ControlRun, RuleSet
from inspections.rules.overdue import LATER_DAYS, ZONE
from inspections.sql_state import state_sql

#: So many days the trend on a report looks back.
DAYS: Final = 84
#: When a run begins, and how long it took.
_BEGUN, _TOOK = time(5, 30), timedelta(seconds=6)


def _clipped(column: str, later: int) -> str:
    """A day, moved to the rim of the window where it lies outside: the state is the same."""
    end = f"%(day)s::date + {later}"
    moved = f"greatest(least({column}, {end}), %(first)s::date - 1)"
    return f"CASE WHEN {column} IS NOT NULL THEN {moved} END AS {column}"


#: Plans that differ only outside of the window are one: a million become some ten thousand.
_PLANS = f"""
WITH plans AS (
  SELECT coalesce(t.unit_id, place.unit_id) AS unit_id, p.*,
    CASE WHEN p.basis = 'inspection' THEN p.basis_on END AS seen_on
  FROM inspections_controlplan p
  JOIN baumkataster_tree t ON t.id = p.tree_id
  JOIN baumkataster_site site ON site.id = t.site_id
  JOIN baumkataster_place place ON place.id = site.place_id
  WHERE t.status IN ('planted', 'standing', 'unverified')),
spans AS (
  SELECT unit_id, required, never, due_on, tolerance_until, exempt_until,
    greatest(seen_on, %(first)s::date) AS since, %(day)s::date AS until FROM plans
  UNION ALL
  SELECT unit_id, required, before.due_on IS NULL, coalesce(before.due_on, seen_on),
    (before.due_on + interval '3 months')::date, exempt_until, %(first)s::date, seen_on
  FROM plans LEFT JOIN LATERAL (
    SELECT i.next_due_on AS due_on FROM inspections_inspection i
    WHERE i.tree_id = plans.tree_id AND i.sets_regular_date AND i.inspected_on < seen_on
    ORDER BY i.inspected_on DESC LIMIT 1) before ON true
  WHERE seen_on > %(first)s::date),
kinds AS (
  SELECT unit_id, required, never, since, until, count(*) AS trees,
    {_clipped("due_on", LATER_DAYS + 1)},
    {_clipped("tolerance_until", 0)},
    {_clipped("exempt_until", 0)}
  FROM spans GROUP BY 1, 2, 3, 4, 5, 7, 8, 9)
SELECT d.day::date, unit.code, {state_sql("k", "d.day")} AS state, sum(k.trees)::int
FROM kinds k
JOIN baumkataster_unit unit ON unit.id = k.unit_id
CROSS JOIN LATERAL generate_series(k.since, k.until - 1, interval '1 day') AS d (day)
GROUP BY 1, 2, 3"""
_MEASURES = """
SELECT d.day::date, count(m.id)
FROM generate_series(%(first)s::date, %(day)s::date - 1, interval '1 day') AS d (day)
LEFT JOIN inspections_measure m ON m.deadline_on < d.day AND m.ordered_on <= d.day
  AND coalesce(m.done_on, m.ended_at::date, 'infinity') > d.day
  AND coalesce(m.done_on, m.ended_at::date, 'infinity') > %(first)s::date
GROUP BY 1"""


def record_past_runs(*, day: date) -> int:
    """Write one run for each day before ``day``; how many."""
    first = day - timedelta(days=DAYS)
    units: dict[date, dict[str, Counter[str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PLANS, {"first": first, "day": day})
        for on, unit, state, number in cursor.fetchall():
            counted = units.setdefault(on, {}).setdefault(unit, Counter())
            counted.update({state: number, "trees": number})
        cursor.execute(_MEASURES, {"first": first, "day": day})
        late = dict(cursor.fetchall())
    rule_set = RuleSet.objects.valid_on(first)
    if rule_set is None:
        return 0
    runs = [_run(on, rule_set, units[on], late[on]) for on in sorted(units)]
    return len(ControlRun.objects.bulk_create(runs))


def _run(
    on: date, rule_set: RuleSet, units: dict[str, Counter[str]], late_measures: int
) -> ControlRun:
    """One day's record; flags and mails are those that the demo never had."""
    begun = datetime.combine(on, _BEGUN, ZONE)
    return ControlRun(
        day=on,
        rule_set=rule_set,
        started_at=begun,
        finished_at=begun + _TOOK,
        missed_days=0,
        counts=dict(sum(units.values(), Counter())),
        unit_counts={unit: dict(counts) for unit, counts in sorted(units.items())},
        overdue_measures=late_measures,
        raised=0,
        escalated=0,
        resolved=0,
        mails=0,
    )
