"""Deadlines of measures by urgency class; called by services that order and by lists of measures.

Source: GALK-Musterdienstanweisung 2021, five classes; the days stand in the catalogue.
"""

from datetime import date, timedelta


def deadline(ordered_on: date, deadline_days: int | None) -> date | None:
    """Last day for a measure ordered on a day; None: until the next regular inspection."""
    return None if deadline_days is None else ordered_on + timedelta(days=deadline_days)


def measure_due_on(deadline_on: date | None, regular_due_on: date | None) -> date | None:
    """Day by which a measure has to be done: its own deadline, else the next regular inspection.

    None where the tree needs no regular inspection any more: then nothing dates the measure.
    """
    return regular_due_on if deadline_on is None else deadline_on


def measure_days_over(due_on: date | None, day: date) -> int:
    """Days since the last day allowed; 0 up to and including it and without a date."""
    return 0 if due_on is None else max(0, (day - due_on).days)


def measure_order(*, immediate: bool, due_on: date | None, day: date) -> tuple[int, int, date]:
    """Sort key of the list of overdue measures: immediate ones first, then the longest overdue."""
    return (0 if immediate else 1, -measure_days_over(due_on, day), due_on or date.max)
