"""Botanical names as sources and people write them, taken apart and put together again.

Called by the import, the species list and the search. Names follow the International Code of
Nomenclature as tree offices use it: genus, × before a hybrid's epithet, subsp./var./f., and the
cultivar in single quotation marks.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_QUOTES: Final = str.maketrans(dict.fromkeys('’‘‚‛`´′ʼ"“”„‟', "'"))
#: A cultivar: an apostrophe inside ('Paul's Scarlet') does not end it.
_QUOTED: Final = re.compile(r"(?:(?<=\s)'|^'|(?<=\w)'(?=[A-Z])|(?<=\.)')\s*(.+?)\s*'(?=[\s,;)*]|$)")
#: The closing mark is missing: the source cut the name off.
_CUT_OFF: Final = re.compile(r"(?:(?<=\s)'|(?<=\w)'(?=[A-Z]))\s*([^,]+)")
_BRACKETS: Final = re.compile(r"\([^)]*\)?")
_GENUS: Final = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)?\Z")
_EPITHET: Final = re.compile(r"[a-zë]+(?:-[a-zë]+)*\.?\Z")
_LATIN_ENDING: Final = re.compile(r"(?:us|a|um|is|es|ii|or)\Z")
_CULTIVAR_WORD: Final = re.compile(r"[A-Z][a-z-]+\Z")

_RANKS: Final = {
    "subsp.": "subsp.",
    "ssp.": "subsp.",
    "subspec.": "subsp.",
    "subsp": "subsp.",
    "ssp": "subsp.",
    "var.": "var.",
    "var": "var.",
    "f.": "f.",
    "fo.": "f.",
    "forma": "f.",
}
_UNSURE: Final = frozenset({"cf.", "cf", "aff.", "?"})
_GENUS_LEVEL: Final = frozenset({"spec.", "spec", "sp.", "sp", "spp.", "spp", "species"})
_HYBRID: Final = frozenset({"x", "×", "X"})
#: German words after the epithet that look like a cultivar without quotation marks.
_NO_CULTIVAR: Final = frozenset({"Aggregat", "Gruppe", "Hybride", "Hybriden", "Sorten"})
#: What follows is no part of the name.
_END: Final = frozenset({"syn.", "syn", "hort.", "hort", "agg.", "aggr.", "s.l.", "s.str."})


@dataclass(frozen=True, slots=True)
class ParsedName:
    """The parts of a name; "" where there is none, all empty when it is no botanical name."""

    genus: str = ""
    #: Written × before the epithet.
    hybrid: bool = False
    species: str = ""
    #: With its rank: subsp. ginnala.
    infraspecific: str = ""
    #: Without quotation marks.
    cultivar: str = ""
    german_name: str = ""
    #: The source was unsure or the writing irregular: the parts are the best guess.
    doubtful: bool = False

    @property
    def botanical_name(self) -> str:
        """The whole name as it is written: Tilia ×europaea 'Pallida', or Tilia spec."""
        return botanical_name(
            genus=self.genus,
            hybrid=self.hybrid,
            species=self.species,
            infraspecific=self.infraspecific,
            cultivar=self.cultivar,
        )


def botanical_name(
    *, genus: str, hybrid: bool, species: str, infraspecific: str, cultivar: str
) -> str:
    """Put a name together; an entry at genus level ends in ``spec.``, no genus gives ""."""
    if not genus:
        return ""
    parts = [genus]
    if species:
        parts.append(f"×{species}" if hybrid else species)
    if infraspecific:
        parts.append(infraspecific)
    if cultivar:
        parts.append(f"'{cultivar}'")
    return " ".join(parts) if len(parts) > 1 else f"{genus} spec."


def parse_botanical(text: str) -> ParsedName:
    """Take a written name apart; never fails: what is no name has no genus.

    Reads ``Genus species 'Cultivar', German name`` and its irregular forms: typographic or
    missing closing quotation marks, x for ×, cf., trailing asterisks, authors, brackets.
    """
    cleaned = _cleaned(text)
    latin, cultivar, german, cut_off = _split(cleaned)
    words = _BRACKETS.sub(" ", latin).replace("×", " × ").split()
    if words and words[0] in _HYBRID:
        del words[0]
    if not words or not _GENUS.match(words[0]):
        return ParsedName(german_name=cleaned)
    reader = _Reader(words[0].capitalize(), cultivar, doubtful=cut_off)
    for word in words[1:]:
        if not reader.take(word):
            break
    return reader.name(german)


def _cleaned(text: str) -> str:
    plain = " ".join(unicodedata.normalize("NFC", text).translate(_QUOTES).split())
    plain = plain.replace("-Gruppe", " Gruppe").rstrip("* ")
    opened = plain.startswith("'") and plain.count("'") > 2
    return plain[1:].lstrip() if opened else plain


def _split(text: str) -> tuple[str, str, str, bool]:
    """Latin part, cultivar, German part, and whether the cultivar was cut off."""
    found = _QUOTED.search(text)
    cut_off = found is None
    if found is None:
        found = _CUT_OFF.search(text)
    if found is None:
        latin, _, german = text.partition(",")
        return latin, "", german.strip(), False
    latin, _, before = text[: found.start()].partition(",")
    german = f"{before} {text[found.end() :]}".strip(" ,;*")
    return latin, found.group(1).strip(" '*"), german, cut_off


class _Reader:
    """Takes the words after the genus one by one."""

    def __init__(self, genus: str, cultivar: str, *, doubtful: bool) -> None:
        self.genus = genus
        self.cultivar = cultivar
        self.hybrid = False
        self.species = ""
        self.below: list[str] = []
        self.rank = ""
        self.genus_level = False
        self.doubtful = doubtful

    def take(self, word: str) -> bool:
        """Read one word; False ends the name."""
        if word in _END:
            return False
        if word in _UNSURE:
            self.doubtful = True
            return True
        if word in _HYBRID and not self.species:
            self.hybrid = True
            return True
        if word in _GENUS_LEVEL and not self.species:
            self.genus_level = True
            return True
        if word in _RANKS and self.species:
            self.rank = _RANKS[word]
            return True
        return not self.genus_level and self._epithet(word)

    def _epithet(self, word: str) -> bool:
        if self.rank:
            self.below.append(f"{self.rank} {word.lower()}")
            self.rank = ""
            return True
        if not self.species:
            return self._species(word)
        if word.endswith("."):
            return True  # an author: Mill., L.
        if word in _NO_CULTIVAR:
            return False
        if not self.cultivar and not self.below and _CULTIVAR_WORD.match(word):
            self.cultivar = word
            self.doubtful = True
        return False

    def _species(self, word: str) -> bool:
        if _EPITHET.match(word):
            self.species = word
            self.doubtful = self.doubtful or word.endswith(".")
            return True
        if _LATIN_ENDING.search(word.lower()) and _EPITHET.match(word.lower()):
            self.species = word.lower()
            self.doubtful = True
            return True
        self.doubtful = True
        return False

    def name(self, german: str) -> ParsedName:
        """What was read."""
        return ParsedName(
            genus=self.genus,
            hybrid=self.hybrid and bool(self.species),
            species=self.species,
            infraspecific=" ".join(self.below),
            cultivar=self.cultivar,
            german_name=german,
            doubtful=self.doubtful,
        )
