"""Tree numbers as a tree office writes them: sorted by value, unique in a place; called by services."""

import re
from collections.abc import Iterable

_PARTS = re.compile(r"(\d+)")
_LEADING = re.compile(r"\d+")


def normalise_number(text: str) -> str:
    """A number as it is stored: no blanks around, single blanks inside ("  17  a" → "17 a")."""
    return " ".join(text.split())


def number_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Key that sorts 9 before 10 and 12a between 12 and 13."""
    parts = [part for part in _PARTS.split(normalise_number(text).casefold()) if part]
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def next_free_number(existing: Iterable[str]) -> str:
    """The number after the highest one of a place; gaps stay, because old plates may hang there."""
    highest = 0
    for text in existing:
        found = _LEADING.match(normalise_number(text))
        if found and len(found.group()) <= 9:
            highest = max(highest, int(found.group()))
    return str(highest + 1)
