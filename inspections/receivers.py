"""Listens to the tree: whatever a due date depends on recomputes it in the same transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from inspections.services.replanning import replan


def recompute(*, tree_ids: Sequence[UUID], day: date, **_: Any) -> None:
    """Receiver of baumkataster.signals.control_inputs_changed."""
    replan(day=day, tree_ids=list(tree_ids))
