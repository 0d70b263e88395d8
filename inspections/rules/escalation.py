"""Who must know of a date that comes near or has passed; called by the scheduled control.

The set-based twin in SQL gives the same; both read ``tests/cases/escalation.json``.
"""

from datetime import date
from typing import Final

from inspections.rules.overdue import SOON_DAYS, Dated, state_on
from inspections.rules.urgency import measure_days_over

#: Levels of ControlFlag; each includes those before. 0: nobody need be told.
NOBODY: Final = 0
ARBORIST: Final = 1
SUPERVISOR: Final = 2
ADMINISTRATOR: Final = 3

#: An immediate measure that stays open longer than this many days reaches the administrator.
IMMEDIATE_DAYS: Final = 1


def control_level(plan: Dated, day: date) -> int:
    """Level of the flag for a tree's regular inspection on ``day``.

    1 from 30 days before the due day, 2 from the day after it, 3 from the day after the
    tolerance. A tree that was never inspected has no tolerance: 3 follows its deadline.
    """
    if state_on(plan, day) == "none" or plan.due_on is None:
        return NOBODY
    left = (plan.due_on - day).days
    if left > SOON_DAYS:
        return NOBODY
    if left >= 0:
        return ARBORIST
    inside = plan.tolerance_until is not None and day <= plan.tolerance_until
    return SUPERVISOR if inside else ADMINISTRATOR


def measure_level(*, due_on: date | None, immediate: bool, day: date) -> int:
    """Level of the flag for an open measure on ``day``; ``due_on`` as ``measure_due_on`` says.

    1 from 30 days before, 2 from the day after; 3 only for an immediate measure that is more
    than one day over.
    """
    if due_on is None or (due_on - day).days > SOON_DAYS:
        return NOBODY
    over = measure_days_over(due_on, day)
    if immediate and over > IMMEDIATE_DAYS:
        return ADMINISTRATOR
    return SUPERVISOR if over else ARBORIST
