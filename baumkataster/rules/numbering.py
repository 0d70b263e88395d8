"""Tree numbers as a tree office writes them: sorted by value, unique in a place; called by services."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_PARTS: Final = re.compile(r"(\d+)")
#: What stands before the number (a side of the street: G12), and the number; longer runs of
#: digits are keys of other systems, not numbers that anybody counts on.
_COUNTED: Final = re.compile(r"(\D*?)(\d{1,9})(?!\d)")


def normalise_number(text: str) -> str:
    """A number as it is stored: no blanks around, single blanks inside ("  17  a" → "17 a")."""
    return " ".join(text.split())


def number_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Key that sorts 9 before 10 and 12a between 12 and 13."""
    parts = [part for part in _PARTS.split(normalise_number(text).casefold()) if part]
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def next_free_number(existing: Iterable[str]) -> str:
    """The number after the highest one of a place, in the place's own style.

    Gaps stay, because old plates may hang there. Leading zeros (0417) are kept, a prefix (G12)
    where no number of the place is without one. "1" for a place without numbers.
    """
    found = [m for text in existing if (m := _COUNTED.match(normalise_number(text)))]
    if not found:
        return "1"
    plain = [m for m in found if not m[1]]
    prefix = "" if plain else Counter(m[1] for m in found).most_common(1)[0][0]
    digits = [m[2] for m in found if m[1] == prefix]
    width = max((len(text) for text in digits if text.startswith("0")), default=1)
    return f"{prefix}{max(map(int, digits)) + 1:0{width}d}"
