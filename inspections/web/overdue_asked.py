"""What a request asks of the overdue report: day, selection and order, read once for page and files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from inspections.filters import TreeFilter, parse
from inspections.past_day import AskedDay, parse_day
from inspections.reports import overdue
from inspections.reports.rule_change import rule_change
from inspections.reports.selection_words import filter_text
from inspections.rules.overdue import berlin_day


@dataclass(frozen=True)
class Asked:
    """What a request asks for, read once for page and files."""

    now: datetime
    #: The day of the report, and how it is read.
    day: AskedDay
    tree_filter: TreeFilter
    order: str
    rows: Any
    #: Only young trees that miss their care, whatever their state (address: pflege=fehlt).
    uncared: bool
    #: What is said while a new rule set is not through with all trees.
    rule_change: str

    @property
    def shown(self) -> Any:
        """The rows of the list, in order."""
        if self.uncared:
            narrowed = overdue.without_care(self.rows, on=self.day.day)
        else:
            narrowed = overdue.only_states(self.rows, self.tree_filter.states)
        return overdue.in_order(narrowed, self.order)

    @property
    def words(self) -> str:
        """The selection in words."""
        return filter_text(self.tree_filter, uncared=self.uncared)

    @property
    def file_words(self) -> str:
        """The selection in words for files, which also say the reading of a past day and old due dates."""
        past = self.day.words if self.day.is_past else ""
        return "; ".join(filter(None, (past, self.words, self.rule_change)))


def read(request: HttpRequest) -> Asked:
    """Fix the instant once and read day, filter and order from the address."""
    now = timezone.now()
    day = parse_day(request.GET, today=berlin_day(now))
    tree_filter = parse(request.GET, visitor=request.user)
    rows = overdue.report_rows(on=day.day, visible_to=request.user, tree_filter=tree_filter)
    order = request.GET.get("sortierung", "risk")
    uncared = request.GET.get("pflege") == "fehlt"
    if order not in overdue.ORDERS:
        order = "risk"
    # Before any due date is read: what is through by now is new everywhere.
    return Asked(now, day, tree_filter, order, rows, uncared, rule_change(day, now))
