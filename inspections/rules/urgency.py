"""Deadlines of measures by urgency class (GALK-Musterdienstanweisung 2021); called by services and reports."""

from datetime import date, timedelta


def deadline(ordered_on: date, deadline_days: int | None) -> date | None:
    """Last day for a measure ordered on a day; None: until the next regular inspection."""
    return None if deadline_days is None else ordered_on + timedelta(days=deadline_days)
