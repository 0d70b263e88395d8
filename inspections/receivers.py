"""Listens to the tree: whatever a due date depends on recomputes it in the same transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from inspections.services.replanning import replan
from inspections.services.replanning_one import replan_one


def recompute(*, tree_ids: Sequence[UUID], day: date, **_: Any) -> None:
    """Receiver of baumkataster.signals.control_inputs_changed."""
    if len(tree_ids) == 1:
        replan_one(day=day, tree_id=tree_ids[0])
    else:
        replan(day=day, tree_ids=list(tree_ids))
