"""Recomputes the due date of one tree in one prepared statement; for deeds that happen all day.

The statement is the set-based one of replanning.py with one key in the place of the list, so that the
server plans it once per connection and not at every call.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from baumkataster.prepared import prepared
from inspections.models import ControlPlan, RuleSet
from inspections.services.replanning import WRITE_SQL

LOCK_SQL: Final = "SELECT 1 FROM baumkataster_tree WHERE id = %(tree)s FOR NO KEY UPDATE"
ONE_SQL: Final = (
    WRITE_SQL.replace("INSERT INTO", ", written AS (INSERT INTO", 1)
    .replace("%(ids)s::uuid[] IS NULL OR ", "")
    .replace("= ANY (%(ids)s::uuid[])", "= %(tree)s::uuid")
    + ") SELECT due_on FROM computed"
)


def replan_one(*, day: date, tree_id: UUID) -> date | None:
    """Lock one tree and recompute its plan by the rule set of ``day``; the due date now."""
    with transaction.atomic():
        prepared(LOCK_SQL, {"tree": tree_id})
        return replan_held(tree_id=tree_id, rule_set=RuleSet.objects.valid_on(day))


def replan_held(*, tree_id: UUID, rule_set: RuleSet | None) -> date | None:
    """Recompute the plan of a tree that the deed at work holds locked; the due date now."""
    if rule_set is None:
        return ControlPlan.objects.filter(pk=tree_id).values_list("due_on", flat=True).first()
    nothing: dict[str, list[Any]] = {"given_ids": [], "given_days": []}
    rows = prepared(ONE_SQL, {"rule": rule_set.pk, "tree": tree_id, **nothing})
    due_on: date | None = rows[0]["due_on"] if rows else None
    return due_on
