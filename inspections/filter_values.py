"""Reads filter values from an address, and says in words when they cannot be meant; for filters.py."""

import math
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

#: More values of one filter than a person can choose are a mistake.
MAX_VALUES = 50
MAX_SEARCH_LENGTH = 100


class FilterReader:
    """Reads values by name and collects sentences instead of stopping at the first."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.problems: dict[str, list[str]] = {}

    def keys(self, name: str) -> tuple[UUID, ...]:
        """Keys of rows."""
        found = []
        for value in self._values(name):
            try:
                found.append(UUID(value))
            except ValueError:
                self._unknown(name, value)
        return tuple(found)

    def words(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        """Codes out of a list."""
        allowed = set(known)
        found = self._values(name)
        for value in found:
            if value not in allowed:
                self._unknown(name, value)
        return tuple(found)

    def day(self, name: str) -> date | None:
        """One day, written 2026-11-23."""
        text = self._one(name)
        if not text:
            return None
        try:
            found = parse_date(text)
        except ValueError:
            found = None
        if found is None:
            self._refuse(name, _("Bitte ein Datum der Form 2026-11-23 angeben."))
        return found

    def search(self, name: str) -> str:
        """A short text without control characters."""
        text = self._one(name)
        if len(text) > MAX_SEARCH_LENGTH:
            self._refuse(name, _("Der Suchtext ist zu lang."))
        if any(ord(character) < 32 for character in text):
            self._refuse(name, _("Der Suchtext enthält unerlaubte Zeichen."))
        return text

    def yes(self, name: str) -> bool:
        """A switch: 1 or 0."""
        text = self._one(name)
        if text not in {"", "0", "1"}:
            self._unknown(name, text)
        return text == "1"

    def box(self, name: str) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees, with commas between them."""
        text = self._one(name)
        if not text:
            return None
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            west = south = east = north = math.nan
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            self._refuse(name, _("Erwartet werden West, Süd, Ost, Nord in Grad: 8.1,53.1,8.3,53.2"))
            return None
        return west, south, east, north

    def _values(self, name: str) -> list[str]:
        values = [value.strip() for value in self.query.getlist(name)]
        found = [value for value in dict.fromkeys(values) if value]
        if len(found) > MAX_VALUES:
            self._refuse(name, _("Bitte höchstens %(n)s Werte wählen.") % {"n": MAX_VALUES})
        return found[:MAX_VALUES]

    def _one(self, name: str) -> str:
        return (self.query.get(name) or "").strip()

    def _refuse(self, name: str, sentence: str) -> None:
        self.problems.setdefault(name, []).append(sentence)

    def _unknown(self, name: str, value: str) -> None:
        self._refuse(name, _("Diesen Wert gibt es hier nicht: %(value)s") % {"value": value[:60]})
