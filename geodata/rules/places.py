"""What kind of place a name speaks of; called by the import for places that are new to it."""

from __future__ import annotations

import re
from typing import Final

#: First match wins: a playground in a park is a playground, a school street is a street.
_KINDS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("playground", r"spielpl|bolzpl|skate"),
        (
            "street",
            r"(?:straße|strasse|str\.|weg|allee|platz|ring|gasse|damm|ufer|stieg|chaussee)$",
        ),
        ("daycare", r"\bkita\b|kindergarten|kindertages|krippe|\bhort\b"),
        ("school", r"schule|gymnasium|schulzentrum|campus"),
        ("cemetery", r"friedhof|kirchhof"),
        ("sports", r"sport|stadion|schwimmbad|freibad|turnhalle"),
        ("compensation", r"ausgleich|kompensation"),
        ("forest", r"wald|forst|gehölz"),
        ("park", r"park|grünanlage|grünzug|anlage|anger|garten"),
        ("building", r"rathaus|feuerwache|gebäude|museum|verwaltung"),
        ("street", r"straße|strasse|weg|allee|platz"),
    )
)


#: What a profile may call a place; the kinds of the cadastre.
PLACE_KINDS: Final = tuple(dict.fromkeys([*(kind for kind, _ in _KINDS), "other"]))


def kind_of_place(name: str) -> str:
    """A place kind of the cadastre by the words in a name; ``other`` when none is known."""
    for kind, pattern in _KINDS:
        if pattern.search(name.strip()):
            return kind
    return "other"
