"""Finds the name that a misspelt one means; called by the search and as a proposal at import."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from baumkataster.rules.species import parse_botanical

#: Ways of writing that sound alike, and the endings that follow the gender of the genus.
_ALIKE: Final = (
    ("ph", "f"),
    ("th", "t"),
    ("rh", "r"),
    ("ae", "e"),
    ("oe", "e"),
    ("y", "i"),
    ("j", "i"),
    ("ck", "k"),
    ("c", "k"),
    ("z", "s"),
)
_GENDER: Final = re.compile(r"(?:us|um|a|e|is)\b")
_DOUBLE: Final = re.compile(r"(.)\1")


def match_key(text: str) -> str:
    """Key under which spellings of one name fall together; compare keys only, never show them.

    Blind to case, accents, ×, quotation marks, doubled letters, c/k, y/i, ph/f and gender endings.
    """
    name = parse_botanical(text)
    written = " ".join((name.genus, name.species, name.infraspecific, name.cultivar))
    plain = unicodedata.normalize("NFKD", written.casefold())
    plain = "".join(sign for sign in plain if sign.isalpha() or sign == " ")
    for one, other in _ALIKE:
        plain = plain.replace(one, other)
    plain = _DOUBLE.sub(r"\1", plain)
    return " ".join(_GENDER.sub("", plain).split())


def closest_name(text: str, names: Iterable[str]) -> str | None:
    """The listed name that ``text`` most likely means, None if none is near; a proposal only."""
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(match_key(name), name)
    key = match_key(text)
    if not key:
        return None
    near = get_close_matches(key, by_key, n=1, cutoff=0.85)
    return by_key[near[0]] if near else None
