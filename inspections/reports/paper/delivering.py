"""From a kept request (ReportFile) to a finished paper; called by the worker's task."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Final

from django.db import connections
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from inspections.filters import parse
from inspections.models import ReportFile
from inspections.past_day import parse_day
from inspections.reports.paper.making import Asked, Paper, Told, make_paper
from inspections.reports.past import looking_back
from inspections.reports.rule_change import rule_change
from inspections.reports.selection_words import filter_text
from inspections.rules.overdue import berlin_day

#: Seconds between two signs of life.
PAUSE: Final = 0.5


def paper_of(report: ReportFile, *, told: Told) -> Paper:
    """Make the paper that somebody asked for, with their rights and in their language.

    Raises:
        Refused: the selection cannot be meant (any more).
        TooLong: the list has too many rows for paper.
    """
    query = QueryDict(report.query)
    with translation.override(report.language):
        tree_filter = parse(query, visitor=report.asked_by)
        day = parse_day(query, today=berlin_day(report.asked_at))
        uncared = query.get("pflege") == "fehlt"
        words = filter_text(tree_filter, uncared=uncared)
        past = day.words if day.is_past else ""
        # Of its making: the worker may come to it on a day on which another version holds.
        old_dates = rule_change(day, report.started_at or report.asked_at)
        asked = Asked(
            on=day.day,
            visitor=report.asked_by,
            asked_by=str(report.asked_by),
            tree_filter=tree_filter,
            uncared=uncared,
            order=query.get("sortierung", "risk"),
            filter_text="; ".join(filter(None, (past, words, old_dates))),
            base_url=report.base_url,
            number=report.number,
            asked_at=report.asked_at,
        )
        seldom = _seldom(told)
        aside = _aside(seldom) if day.is_past else nullcontext(seldom)
        with aside as told_at_once, looking_back(day, evidence=True):
            return make_paper(asked, told=told_at_once)


def too_long(rows: int) -> str:
    """What is said where a list is too long for paper."""
    return _(
        "Die Liste hat %(rows)s Bäume: zu viele für Papier. Bitte enger auswählen oder CSV nehmen."
    ) % {"rows": rows}


@contextmanager
def _aside(told: Told) -> Iterator[Told]:
    """Tell on a connection of its own: of a past day nothing stays that its transaction writes."""
    with ThreadPoolExecutor(1) as other:
        try:
            yield lambda step, share: other.submit(told, step, share).result()
        finally:
            other.submit(connections.close_all).result()


def _seldom(told: Told) -> Told:
    """Pass on a new step at once, the same one now and then."""
    last: list[tuple[str, float]] = [("", 0.0)]

    def pass_on(step: str, share: float) -> None:
        now = time.monotonic()
        if step != last[0][0] or now - last[0][1] > PAUSE:
            last[0] = (step, now)
            told(step, share)

    return pass_on
