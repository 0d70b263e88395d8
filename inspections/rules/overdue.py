"""How late a tree is on a given day; asked by lists, cards, reports and the scheduled control.

Its twins are ``static/js/core/overdue.js`` and the SQL text of the state; all read
``tests/cases/state_on.json``. Source: GALK-Musterdienstanweisung 2021, 3.4 (tolerance).
"""

from datetime import date, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

#: The day of a German city changes here.
ZONE: Final = ZoneInfo("Europe/Berlin")

#: Days before the due day from which a tree counts as due soon.
SOON_DAYS: Final = 30
LATER_DAYS: Final = 90

#: Buckets of the overdue report in its order; each is a state.
BUCKETS: Final = ("never", "overdue", "tolerance", "due30", "due90", "ok", "none")


class Dated(Protocol):
    """The part of a plan that lateness needs: rows of ControlPlan and ControlPlanValue have it."""

    @property
    def required(self) -> bool: ...
    @property
    def never(self) -> bool: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def tolerance_until(self) -> date | None: ...
    @property
    def exempt_until(self) -> date | None: ...


def berlin_day(instant: datetime) -> date:
    """The day that a calendar in Berlin showed at that instant; ValueError without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(ZONE).date()


def state_on(plan: Dated, day: date) -> str:
    """State of a tree on ``day``: ok, due90, due30, tolerance, overdue, never or none.

    The due day itself is not late, the tolerance includes its last day, an exemption by care
    too. A tree that was never inspected is ``never`` before and after its deadline.
    """
    if not plan.required or plan.due_on is None:
        return "none"
    if plan.exempt_until is not None and day <= plan.exempt_until:
        return "none"
    if plan.never:
        return "never"
    left = (plan.due_on - day).days
    if left < 0:
        inside = plan.tolerance_until is not None and day <= plan.tolerance_until
        return "tolerance" if inside else "overdue"
    if left <= SOON_DAYS:
        return "due30"
    return "due90" if left <= LATER_DAYS else "ok"


def days_over(plan: Dated, day: date) -> int:
    """Days since the due day, 0 up to and including it and where no inspection is needed."""
    if plan.due_on is None or state_on(plan, day) == "none":
        return 0
    return max(0, (day - plan.due_on).days)


def bucket_on(plan: Dated, day: date) -> str:
    """The bucket of the overdue report, one of BUCKETS (domain: supervisor's overdue report)."""
    return state_on(plan, day)


def youth_without_care(plan: Dated, *, phase: str, condition: str, day: date) -> bool:
    """Whether the report names the tree: youth phase, not damaged, without care that lasts."""
    if not plan.required or phase != "youth" or condition == "damaged":
        return False
    return plan.exempt_until is None or day > plan.exempt_until
