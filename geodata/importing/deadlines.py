"""Deadlines of the initial survey for newly imported trees, spread so that no day drowns in them.

The rule set says by kind of place how many months a tree that was never inspected may wait
(playgrounds and schools first). A district's trees get their days in the order of a walk, evenly
from a month after the import to the deadline; ``inspections`` computes everything else from there.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection

from geodata.importing.staging import rows_of
from inspections.models import RuleSet
from inspections.services.replanning import replan

#: Days after the import in which nothing falls due: time to look at what was imported.
GRACE_DAYS: Final = 31

_SPREAD: Final = """
SELECT q.tree_id, %(day)s::date + (q.first + floor(
    (q.last - q.first + 1) * (q.turn - 1) / q.size::numeric))::integer
FROM (
    SELECT r.tree_id, least(%(grace)s, m.days) AS first, m.days AS last,
        row_number() OVER walk AS turn, count(*) OVER (PARTITION BY p.kind) AS size
    FROM import_row r JOIN baumkataster_site s ON s.id = r.site_id
    JOIN baumkataster_place p ON p.id = s.place_id
    CROSS JOIN LATERAL (
        SELECT (%(day)s::date + make_interval(months => coalesce(
            (%(months)s::jsonb ->> p.kind)::integer, %(other)s)))::date - %(day)s::date AS days
    ) m
    WHERE r.kind = 'tree' AND r.action = 'new' AND r.last_on IS NULL AND r.next_on IS NULL
    WINDOW walk AS (PARTITION BY p.kind ORDER BY r.district_id, p.id, r.geom, r.line)
) q
"""


def set_deadlines(*, day: date, inherited: list[UUID]) -> None:
    """Give every new tree without a control its day, and compute their and ``inherited``'s plans.

    Raises LookupError when the city has no rule set yet.
    """
    rule_set = RuleSet.objects.valid_on(day)
    if rule_set is None:
        raise LookupError("no rule set")
    parameters = {
        "day": day,
        "grace": GRACE_DAYS,
        "months": json.dumps(rule_set.initial_months),
        "other": rule_set.default_months,
    }
    with connection.cursor() as cursor:
        # Since it was filled, every row has got its kind, action and site; without fresh statistics
        # the planner takes the new trees for one row and joins them row by row, for minutes.
        cursor.execute("ANALYZE import_row")
    due: dict[UUID, date] = dict(rows_of(_SPREAD, parameters))
    if concerned := [*due, *inherited]:
        replan(day=day, tree_ids=concerned, initial_due=due)
