"""Sentences of both apps: every place is filled by the rules that use it, every word exists."""

import re
from pathlib import Path

import pytest

from baumkataster.rules import sentences as tree_sentences
from baumkataster.rules.wording import Word, Wording
from inspections.rules import sentences as inspection_sentences

ROOT = Path(__file__).parents[2]
APPS = [
    ("baumkataster", tree_sentences.WORDING),
    ("inspections", inspection_sentences.WORDING),
]


@pytest.mark.parametrize(("app", "wording"), APPS, ids=[app for app, _ in APPS])
def test_every_sentence_is_said_and_every_said_one_exists(app: str, wording: Wording) -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / app / "rules").glob("*.py")
        if path.name != "sentences.py"
    )
    said = set(re.findall(r"\bsay\(\s*f?\"([a-z_.{}]+)\"", code))
    whole = {name for name in said if "{" not in name}
    starts = tuple(name.partition("{")[0] for name in said if "{" in name)
    assert whole <= set(wording.sentences)
    for name in wording.sentences:
        assert name in whole or name.startswith(starts), f"nobody says {name}"


@pytest.mark.parametrize(("app", "wording"), APPS, ids=[app for app, _ in APPS])
def test_sentences_end_and_do_not_name_codes(app: str, wording: Wording) -> None:
    for name, text in wording.sentences.items():
        assert text[-1] in ".?", name
        assert text % dict.fromkeys(re.findall(r"%\((\w+)\)s", text), "x"), name


def test_sentences_of_the_same_code_and_values_are_equal() -> None:
    wording = Wording({"a": "%(n)s Bäume."}, {})
    assert wording.say("a", n=1) == wording.say("a", n=1)
    assert wording.say("a", n=1) != wording.say("a", n=2)
    assert len({wording.say("a", n=1), wording.say("a", n=1)}) == 1
    assert repr(wording.say("a", n=1)) == "Sentence(code='a', params={'n': 1})"


def test_lists_and_words_are_filled_in() -> None:
    wording = Wording({"a": "Fehlt: %(what)s."}, {"x": "Höhe"})
    assert wording.say("a", what=(Word("x"), "Umfang", 3)).text() == "Fehlt: Höhe, Umfang, 3."


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        Wording({}, {}).say("a")
