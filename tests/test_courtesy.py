"""The office is addressed with "Sie": sentences of libraries that say "du" are said anew."""

import gettext
import re
from pathlib import Path

import polib
import rest_framework

CATALOGUES = Path(__file__).resolve().parent.parent / "baumkataster" / "locale"
FAMILIAR = re.compile(r"\b(stelle sicher|prüfe|du|dein\w*|dir|dich|gib|wähle)\b", re.IGNORECASE)
PLACES = re.compile(r"\{\w+\}")


def test_no_sentence_of_the_api_says_du() -> None:
    folder = Path(rest_framework.__path__[0]) / "locale" / "de" / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        theirs = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    familiar = {key for key, text in theirs.items() if key and FAMILIAR.search(str(text))}
    assert len(familiar) > 5, "the pattern finds what it looks for"
    ours = {e.msgid: e.msgstr for e in polib.pofile(str(CATALOGUES / "de/LC_MESSAGES/django.po"))}
    assert familiar <= set(ours)
    assert set(ours) <= set(theirs), "a sentence that the library does not say (any more)"
    for key, text in ours.items():
        assert not FAMILIAR.search(text)
        assert set(PLACES.findall(key)) == set(PLACES.findall(text))
