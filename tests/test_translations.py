"""English is whole: every sentence of the interface has its line, and both languages are spoken."""

import html
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polib
import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.formats import date_format

from baumkataster.management.commands import words
from baumkataster.rules.sentences import WORDING as TREE_SENTENCES
from inspections.rules.sentences import WORDING as INSPECTION_SENTENCES
from inspections.rules.states import STATES

ROOT = Path(__file__).resolve().parent.parent
PLACES = re.compile(r"%\(\w+\)[sdif]|%[sd]|%%|\{\w*\}|</?\w+[^>]*>|https?://\w\S*")
GERMAN = re.compile(
    r"[äöüÄÖÜß„]|\b(und|oder|nicht|ist|sind|wird|der|die|das|dem|den|des|ein|eine|einen|kein|keine"
    r"|mit|ohne|für|von|zum|zur|bitte|Baum|Sie|noch|nur|alle|Kontrolle|Karte)\b"
)
ENGLISH = re.compile(
    r"\b(the|is|are|not|with|please|of|your|this|and|or|tree|measure|due|overdue|new|save)\b",
    re.IGNORECASE,
)


def catalogue(domain: words.Domain) -> polib.POFile:
    """The English catalogue as it is committed."""
    return polib.pofile(str(words.catalogue("en", domain)))


def translations(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Pairs of German and English, the plural's too."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    # English counts as German does: one, and everything else.
    assert set(entry.msgstr_plural) == {0, 1}, entry.msgid
    return [
        (entry.msgid, entry.msgstr_plural[0]),
        (entry.msgid_plural, entry.msgstr_plural[1]),
    ]


def pairs() -> Iterator[tuple[str, str]]:
    """Everything that both catalogues say."""
    for domain in words.DOMAINS:
        for entry in catalogue(domain):
            yield from translations(entry)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogues compiled as the launcher does, beside the checkout."""
    folder = tmp_path_factory.mktemp("locale")
    for domain in words.DOMAINS:
        source = words.catalogue("en", domain)
        made = folder / "en" / "LC_MESSAGES" / f"{domain.name}.mo"
        made.parent.mkdir(parents=True, exist_ok=True)
        words.run("msgfmt", "--check-format", "-o", str(made), str(source))
    return folder


@pytest.fixture
def _with_english(compiled: Path, settings: Any) -> None:
    settings.LOCALE_PATHS = [compiled]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.mark.parametrize("domain", words.DOMAINS, ids=lambda each: each.name)
def test_every_sentence_of_the_code_has_an_english_one(domain):
    wanted = {
        (e.msgctxt, e.msgid, e.msgid_plural) for e in polib.pofile(words.merged("en", domain))
    }
    present = {(e.msgctxt, e.msgid, e.msgid_plural) for e in catalogue(domain)}
    missing, gone = wanted - present, present - wanted
    assert not missing, "./baum manage words, then translate"
    assert not gone, "./baum manage words takes out what is gone"
    assert len(present) > 200


@pytest.mark.parametrize("domain", words.DOMAINS, ids=lambda each: each.name)
def test_no_line_is_empty_fuzzy_or_obsolete(domain):
    entries = catalogue(domain)
    assert not [e.msgid for e in entries if e.fuzzy or e.obsolete]
    assert not [german for e in entries for german, english in translations(e) if not english]


def test_both_languages_have_the_same_places_to_fill_in():
    for german, english in pairs():
        assert sorted(PLACES.findall(german)) == sorted(PLACES.findall(english)), german


def test_both_languages_begin_and_end_alike():
    for german, english in pairs():
        for at in (slice(None, 1), slice(-1, None)):
            edges = [text[at] if text[at] in " .:?…\n" else "" for text in (german, english)]
            assert edges[0] == edges[1], german


def test_keys_are_german_and_lines_english():
    assert not [german for german, _e in pairs() if ENGLISH.search(PLACES.sub("", german))]
    names = re.compile(r"baumkataster@\S+|\bkontrolle\b")
    assert not [english for _g, english in pairs() if GERMAN.search(names.sub("", english))]


def test_the_rules_sentences_are_collected():
    known = {entry.msgid for entry in catalogue(words.SERVER)}
    for table in (TREE_SENTENCES, INSPECTION_SENTENCES):
        assert table.sentences
        assert table.words
        assert not {*table.sentences.values(), *table.words.values()} - known


def test_the_browsers_sentences_are_collected():
    """xgettext reads JavaScript loosely; here each t("…") is looked up by its text."""
    known = {entry.msgid for entry in catalogue(words.BROWSER)}
    found: set[str] = set()
    for path in (ROOT / "static/js").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        found |= {json.loads(m) for m in re.findall(r'(?<![\w.$])t\(\s*("(?:[^"\\]|\\.)*")', text)}
    assert len(found) > 200
    assert found - {"deutscher Satz"} == known


def test_german_needs_no_catalogue():
    """The key is the sentence, for plurals too, whatever the libraries' catalogues hold."""
    with translation.override("de"):
        for entry in catalogue(words.SERVER):
            if entry.msgctxt:
                assert translation.pgettext(entry.msgctxt, entry.msgid) == entry.msgid
            else:
                assert translation.gettext(entry.msgid) == entry.msgid
            if entry.msgid_plural:
                forms = [
                    translation.ngettext(entry.msgid, entry.msgid_plural, n) for n in (0, 1, 2)
                ]
                assert forms == [entry.msgid_plural, entry.msgid, entry.msgid_plural]


@pytest.mark.usefixtures("_with_english")
def test_english_is_spoken():
    with translation.override("en"):
        assert translation.gettext("Anmelden") == "Sign in"
        assert translation.ngettext("%(count)s Monat", "%(count)s Monate", 2) == "%(count)s months"
        sentence = INSPECTION_SENTENCES.say("season.unknown_exception", value="x")
        assert sentence.text(translation.gettext) == "There is no reason for exemption “x”."


def test_english_dates_are_british():
    with translation.override("en"):
        assert date_format(date(2026, 8, 1)) == "1 August 2026"
        assert forms.DateField(localize=True).clean("01/08/2026") == date(2026, 8, 1)
        assert forms.DateField(localize=True).clean("2026-08-01") == date(2026, 8, 1)


@pytest.mark.usefixtures("_with_english")
def test_the_browser_is_given_its_english_words():
    request = RequestFactory().get("/karte/")
    request.user = AnonymousUser()
    with translation.override("en"):
        page = Template("{% load frontend %}{% words %}").render(Context({"request": request}))
    given = json.loads(page.split(">", 1)[1].rsplit("<", 1)[0])
    assert given["language"] == "en"
    assert given["words"].items() >= {e.msgid: e.msgstr for e in catalogue(words.BROWSER)}.items()


@pytest.mark.django_db
@pytest.mark.usefixtures("_with_english")
def test_a_reader_changes_the_language():
    client = Client()
    assert "Anmelden" in client.get("/accounts/login/").content.decode()
    client.post("/sprache/", {"language": "en", "next": "/accounts/login/"})
    page = client.get("/accounts/login/").content.decode()
    assert '<html lang="en"' in page
    assert "Sign in" in page
    seen = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>|Deutsch", " ", page)
    assert not GERMAN.search(html.unescape(seen))


@pytest.mark.django_db
@pytest.mark.usefixtures("_with_english")
def test_programs_are_refused_in_their_language():
    answer = Client().get("/api/v1/trees/", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert answer.status_code == 401
    assert not GERMAN.search(answer.json()["detail"])


def test_catalogues_of_the_domain_are_in_both_languages():
    for path in sorted((ROOT / "fixtures/catalogues").glob("*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            assert row["name_de"] and row["name_en"], row["code"]
            assert bool(row.get("help_de")) == bool(row.get("help_en")), row["code"]
            assert not re.search("[äöüßÄÖÜ„]", row["name_en"] + row.get("help_en", "")), row["code"]


def test_states_are_in_both_languages():
    for state in (*STATES.states, STATES.immediate):
        assert state.label_de != state.label_en
    assert STATES.by_code("never").label("en") == STATES.by_code("never").label_en
    assert STATES.by_code("never").label("de") == STATES.by_code("never").label_de
