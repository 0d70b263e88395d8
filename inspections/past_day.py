"""Reads ``?stichtag=`` and ``?lesart=`` of an address; asked by report, map and card alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from inspections.rules.past import Reading

#: Names in the address.
DAY, READING = "stichtag", "lesart"
#: Days outside are slips of the keyboard; no record may be older (see models/evidence.py).
FIRST, LAST = date(1970, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, kw_only=True)
class AskedDay:
    """The day whose truth is asked for; today and later days are computed from what is now."""

    day: date
    today: date
    reading: Reading = Reading.TODAY

    @property
    def is_past(self) -> bool:
        """Whether the day must be rebuilt."""
        return self.day < self.today

    @property
    def query(self) -> dict[str, str]:
        """What an address must say to ask for the same day again; empty for today."""
        if self.day == self.today:
            return {}
        words = {DAY: self.day.isoformat()}
        return words | {READING: str(self.reading)} if self.is_past else words

    @property
    def reading_words(self) -> str:
        """The reading in words; empty where the day needs none."""
        if not self.is_past:
            return ""
        return READINGS[self.reading]()

    @property
    def words(self) -> str:
        """Day and reading, for headers on screen, on paper and in files."""
        words = {"day": f"{self.day:%d.%m.%Y}", "reading": self.reading_words}
        if self.is_past:
            return _("Stand vom %(day)s, %(reading)s") % words
        return _("Stand vom %(day)s") % words


READINGS: Final = {
    Reading.THEN: lambda: _("wie damals bekannt"),
    Reading.TODAY: lambda: _("wie heute bekannt"),
}


def parse_day(query: Mapping[str, str], *, today: date) -> AskedDay:
    """The asked day, else today.

    Raises:
        Refused: no day of the calendar, or an unknown reading.
    """
    problems: dict[str, list[str]] = {}
    day = _day(query.get(DAY, "").strip(), today, problems)
    text = query.get(READING, "").strip() or Reading.TODAY
    if text not in set(Reading):
        sentence = _(
            "Die Lesart ist „damals“ (wie damals bekannt) oder „heute“ (wie heute bekannt)."
        )
        problems[READING] = [sentence]
    if problems:
        raise Refused(problems)
    return AskedDay(day=day, today=today, reading=Reading(text))


def _day(text: str, today: date, problems: dict[str, list[str]]) -> date:
    if not text:
        return today
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        problems[DAY] = [_("Bitte den Stichtag als Datum der Form 2026-11-23 angeben.")]
    elif not FIRST <= found <= LAST:
        problems[DAY] = [
            _("Der Stichtag liegt zwischen dem %(first)s und dem %(last)s.")
            % {"first": f"{FIRST:%d.%m.%Y}", "last": f"{LAST:%d.%m.%Y}"}
        ]
    return found or today
