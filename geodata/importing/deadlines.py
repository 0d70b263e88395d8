"""Deadlines of the initial survey for newly imported trees, spread so that no day drowns in them.

The rule set says by kind of place how many months a tree that was never inspected may wait
(playgrounds and schools first). A district's trees get their days in the order of a walk, evenly
from a month after the import to the deadline; ``inspections`` computes everything else from there.
"""

from __future__ import annotations

import itertools
import json
from datetime import date
from typing import Final
from uuid import UUID

from geodata.importing.staging import run, streamed
from inspections.models import RuleSet
from inspections.services.replanning import replan

#: Days after the import in which nothing falls due: time to look at what was imported.
GRACE_DAYS: Final = 31
#: Trees that are planned at once.
PART: Final = 10_000

_TABLE: Final = """
DROP TABLE IF EXISTS import_due;
CREATE TEMP TABLE import_due (tree_id uuid, due_on date) ON COMMIT DROP
"""
_SPREAD: Final = """
INSERT INTO import_due SELECT q.tree_id, %(day)s::date + (q.first + floor(
    (q.last - q.first + 1) * (q.turn - 1) / q.size::numeric))::integer
FROM (
    SELECT m.tree_id, least(%(grace)s, d.days) AS first, d.days AS last,
        row_number() OVER walk AS turn, count(*) OVER (PARTITION BY p.kind) AS size
    FROM import_row r JOIN import_match m ON m.line = r.line
    JOIN baumkataster_site s ON s.id = m.site_id
    JOIN baumkataster_place p ON p.id = s.place_id
    CROSS JOIN LATERAL (
        SELECT (%(day)s::date + make_interval(months => coalesce(
            (%(months)s::jsonb ->> p.kind)::integer, %(other)s)))::date - %(day)s::date AS days
    ) d
    WHERE m.kind = 'tree' AND m.action = 'new' AND r.last_on IS NULL AND r.next_on IS NULL
    WINDOW walk AS (PARTITION BY p.kind ORDER BY m.district_id, p.id, r.geom, r.line)
) q
"""


def forget() -> None:
    """Begin with no tree that needs a plan."""
    run(_TABLE, {})


def set_deadlines(*, day: date) -> None:
    """Give every new tree without a control its day, and compute its plan.

    Trees that got a control of the source are in ``import_due`` already, without a day. Raises
    LookupError when the city has no rule set yet.
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
    run(_SPREAD, parameters)
    due = streamed("SELECT tree_id, due_on FROM import_due ORDER BY tree_id", {})
    while part := list(itertools.islice(due, PART)):
        days: dict[UUID, date] = {tree_id: on for tree_id, on in part if on is not None}
        replan(day=day, tree_ids=[tree_id for tree_id, _ in part], initial_due=days)
