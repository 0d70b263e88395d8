"""What pages ask for while they are drawn: what waits for the office, old due dates; see settings."""

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest
from django.utils import timezone

from inspections.reports.rule_change import rule_change_today
from inspections.web.field_waiting import open_count


def waiting(request: HttpRequest) -> dict[str, dict[str, Callable[[], int]]]:
    """Context processor: ``waiting`` by the entry's address, counted only where it is shown."""
    return {"waiting": {"/klaerung/": open_count}}


def rule_change(request: HttpRequest) -> dict[str, Callable[[], str]]:
    """Context processor: ``rule_change``, asked once, and only by pages that show due dates."""
    return {"rule_change": cache(lambda: rule_change_today(timezone.now()))}
