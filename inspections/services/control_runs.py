"""The scheduled control of a day: flags, digests and the proof that the city looked."""

import time
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, transaction

from inspections.models import ControlRun, RuleSet
from inspections.services.digests import write_digests
from inspections.services.flags import overdue_measures, update_flags
from inspections.services.replanning import CITY_LOCK, replan_by
from inspections.services.replanning_city import apply_rule_sets
from inspections.services.turns import one_at_a_time
from inspections.sql_state import state_sql

#: Key of the advisory lock that lets one run at a time pass, on all machines of an installation.
RUN_LOCK: Final = 7_305_530
#: Standing trees by responsible unit and state. unnest keeps the state a column of its own: as an
#: expression over five columns the planner expects a million groups, and forgoes its workers.
COUNT_SQL: Final = f"""
    SELECT unit.code, counted.state, counted.trees FROM (
        SELECT seen.unit_id, seen.state, count(*) AS trees FROM (
            SELECT coalesce(t.unit_id, place.unit_id) AS unit_id,
                unnest(ARRAY[{state_sql("p")}]) AS state
            FROM baumkataster_tree t
            JOIN baumkataster_site site ON site.id = t.site_id
            JOIN baumkataster_place place ON place.id = site.place_id
            LEFT JOIN inspections_controlplan p ON p.tree_id = t.id
            WHERE t.status IN ('planted', 'standing', 'unverified')
        ) seen GROUP BY 1, 2
    ) counted
    JOIN baumkataster_unit unit ON unit.id = counted.unit_id"""


def run_controls(*, day: date, now: datetime) -> ControlRun | None:
    """Control all trees on ``day``; ``now`` (aware) is kept as the time of the run.

    First due dates are brought up to date where a rule set is not through with all trees and once a
    week, in small transactions, so that nobody who records an inspection waits for the whole city;
    killed there, the next run goes on. Then, in one transaction that locks no tree: flags raised,
    escalated and resolved, digests put into the outbox, the run recorded. Killed in the middle of
    that, nothing has happened. A second run of a day changes nothing and returns the first one.
    After days without a run, this one does what is due now and says how many were missed.

    Returns None where there is nothing to record: no rule set yet, or a later day has been
    controlled already.
    """
    begun = time.monotonic()
    with one_at_a_time(RUN_LOCK):
        last = ControlRun.objects.order_by("-day").first()
        if last is not None and last.day >= day:
            return last if last.day == day else None
        # Until the run is recorded nobody brings the city under another rule set: all is counted by one.
        with one_at_a_time(CITY_LOCK):
            applied = apply_rule_sets(day=day, now=now, failed_too=True)
            rule_set = RuleSet.objects.valid_on(day)
            if rule_set is None:
                return None
            if rule_set.pk not in applied and _may_have_moved(day, rule_set, last):
                replan_by(rule_set=rule_set)
            with transaction.atomic():
                return _record(day, rule_set, last, now, begun)


def _may_have_moved(day: date, rule_set: RuleSet, last: ControlRun | None) -> bool:
    """Whether all due dates must be computed: a due date knows no day, only inputs and rule set.

    Every deed that changes an input recomputes its trees itself; once a week all are computed
    nevertheless, so that what went past the deeds is found.
    """
    if last is None or last.rule_set_id != rule_set.pk:
        return True
    return last.day.isocalendar()[:2] != day.isocalendar()[:2]


def _record(
    day: date, rule_set: RuleSet, last: ControlRun | None, now: datetime, begun: float
) -> ControlRun:
    """Flags, mails and the record of one day; plans are up to date."""
    missed_days = (day - last.day).days - 1 if last else 0
    changes = update_flags(day=day)
    mails = write_digests(day=day, missed_days=missed_days)
    counts, unit_counts = count_states(day=day)
    return ControlRun.objects.create(
        day=day,
        rule_set=rule_set,
        started_at=now,
        finished_at=now + timedelta(seconds=time.monotonic() - begun),
        missed_days=missed_days,
        counts=counts,
        unit_counts=unit_counts,
        overdue_measures=overdue_measures(day=day),
        raised=changes.raised,
        escalated=changes.escalated,
        resolved=changes.resolved,
        mails=mails,
    )


def count_states(*, day: date) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Standing trees by state, in the city and by unit code; "trees" is the sum of each."""
    units: dict[str, Counter[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, {"day": day})
        for unit, state, number in cursor.fetchall():
            units.setdefault(unit, Counter()).update({state: number, "trees": number})
    city = sum(units.values(), Counter({"trees": 0}))
    return {"trees": 0} | city, {unit: dict(counts) for unit, counts in sorted(units.items())}
