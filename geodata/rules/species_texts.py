"""What a source row says about its species: a name to look up, an empty site, a group, unknown.

Called by the row rules. The name itself is taken apart by ``baumkataster.rules.species``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from geodata.rules.problems import gettext_noop
from geodata.rules.profiles import Profile, compared
from geodata.rules.source_rows import SourceRow

Kind = Literal["tree", "site", "group"]

SPECIES_LIMIT: Final = 200

_LONG: Final = gettext_noop("Die Baumart ist länger als %(limit)s Zeichen.")
_BROKEN: Final = gettext_noop(
    "Buchstaben sind in der Quelle zerstört. Der Text wurde so übernommen, bitte prüfen."
)
_UNKNOWN: Final = gettext_noop("Die Quelle kennt die Baumart nicht. Das Feld Baumart bleibt leer.")

#: UTF-8 that was read as cp1252 and written again ("StraÃŸe"), the sign for a lost letter, strays.
_MOJIBAKE: Final = re.compile("[\ufffd\x80-\x9f]|Ã[\u0080-\u00bf¤¶¼Ÿ„–œ]")


class SpeciesTexts:
    """Reads the species columns of a profile."""

    def __init__(self, profile: Profile) -> None:
        rule = profile.species
        self.rule = rule
        self.kind_columns = rule.kind_columns or (*rule.columns, rule.german_column)
        self.told = " / ".join(rule.columns)
        self.aliases = sorted(rule.aliases.items(), key=lambda pair: -len(pair[0]))
        self.corrected = lru_cache(maxsize=5000)(self._corrected)

    def kind(self, row: SourceRow) -> Kind:
        """Whether the row is a tree, an empty site or a group, by the texts of the profile."""
        for column in self.kind_columns:
            text = compared(row.text(column)) if column else ""
            if text in self.rule.empty_site:
                return "site"
            if text in self.rule.group:
                return "group"
        return "tree"

    def given(self, row: SourceRow) -> str:
        """The source's own wording, whole; too long or broken texts are told at the row."""
        texts = [self._botanical(row)]
        if self.rule.german_column:
            texts.append(row.text(self.rule.german_column))
        given = ", ".join(text for text in texts if text)
        if len(given) > SPECIES_LIMIT:
            row.refuse(self.told, given, "too_long", _LONG, limit=SPECIES_LIMIT)
        elif not row.has_strays and _MOJIBAKE.search(given):
            row.warn(self.told, given, "broken_text", _BROKEN)
        return given

    def name(self, row: SourceRow) -> str:
        """The name to look up, with the profile's spelling corrections; empty when unknown."""
        text = self._botanical(row)
        if not text or compared(text) in self.rule.unknown:
            row.warn(self.told, text, "unknown_species", _UNKNOWN)
            return ""
        return self.corrected(text)

    def _botanical(self, row: SourceRow) -> str:
        """The species columns as one name; a cultivar of its own column before the German name."""
        text = " ".join(filter(None, (row.text(column) for column in self.rule.columns)))
        cultivar = ""
        if self.rule.cultivar_column:
            cultivar = row.text(self.rule.cultivar_column).strip("'\"‚‘’")
        if not cultivar:
            return text
        latin, comma, german = text.partition(",")
        return f"{latin} '{cultivar}'{comma}{german}"

    def _corrected(self, text: str) -> str:
        folded = compared(text)
        collapsed = " ".join(text.split())
        for wrong, right in self.aliases:
            if folded.startswith(wrong) and not folded[len(wrong) :][:1].isalpha():
                return right + collapsed[len(wrong) :]
        return collapsed
