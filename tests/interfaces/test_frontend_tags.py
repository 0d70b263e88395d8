"""The frame of every page: import map, navigation by role, symbols, words, form fields."""

import json
import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from baumkataster.models import Role, User
from inspections.rules.states import STATES

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = sorted((ROOT / "static/js").rglob("*.js"))


def render(text: str, user: object = None, **values: object) -> str:
    """A template's text for a person, on the map page."""
    request = RequestFactory().get("/karte/")
    request.user = user or AnonymousUser()
    request.csp_nonce = "abc123"
    return Template(text).render(Context({"request": request, **values}))


def import_map() -> dict[str, str]:
    """The addresses that pages are given."""
    html = render("{% load frontend %}{% import_map %}")
    found = re.fullmatch(r'<script type="importmap" nonce="abc123">(.*)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])["imports"]


def test_every_module_of_ours_has_an_address():
    addresses = import_map()
    for path in MODULES:
        name = "baum/" + path.relative_to(ROOT / "static/js").as_posix()
        assert addresses[name].startswith("/static/js/")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.name)
def test_modules_import_only_what_the_map_knows(path):
    text = path.read_text(encoding="utf-8")
    names = re.findall(r'^(?:import|export) [^"=]*?from "([^"]+)";|^import "([^"]+)";', text, re.M)
    used = [one or other for one, other in names]
    assert text.count("\nimport ") + text.startswith("import ") <= len(used)
    assert not [name for name in used if name not in import_map()]


def test_a_page_module_fetches_all_that_it_needs_at_once():
    html = render('{% load frontend %}{% page_module "pages/map.js" %}')
    preloaded = re.findall(r'<link rel="modulepreload" href="/static/js/([^"]+)">', html)
    assert len(preloaded) == len(set(preloaded)) > 30
    assert {"pages/map.js", "core/overdue.js", "map/port.js", "io/words.js"} <= set(preloaded)
    assert html.endswith('<script type="module" src="/static/js/pages/map.js"></script>')


def labels(role: str) -> list[str]:
    """Words of the main navigation for a role."""
    user = User(username="x", role=role)
    text = (
        "{% load frontend %}{% navigation as e %}"
        "{% for x in e %}{{ x.label }}{% if x.active %}!{% endif %};{% endfor %}"
    )
    return render(text, user).split(";")[:-1]


def test_navigation_shows_what_the_role_may_open():
    office = ["Karte!", "Feld", "Touren", "Klärung", "Berichte", "Import", "Export", "Verwaltung"]
    assert labels(Role.ADMINISTRATOR) == office
    assert labels(Role.ARBORIST) == ["Karte!", "Feld", "Touren", "Berichte"]
    assert labels(Role.PLANNER) == ["Karte!", "Feld", "Berichte", "Import", "Export"]
    assert labels(Role.CONTRACTOR) == ["Karte!"]


def test_strangers_have_no_navigation():
    assert render("{% load frontend %}{% navigation as e %}{{ e|length }}") == "0"


def test_symbols_are_those_of_the_table():
    for state in STATES.states:
        html = render("{% load control_states %}{% state_symbol code %}", code=state.code)
        assert all(f'd="{path.d}"' in html for path in state.path)
        assert 'aria-hidden="true"' in html


def test_a_symbol_without_words_beside_it_says_what_it_is():
    html = render(
        '{% load control_states %}{% state_symbol "overdue" immediate=True labelled=True %}'
    )
    assert 'aria-label="überfällig, Sofortmaßnahme"' in html
    with translation.override("en"):
        html = render('{% load control_states %}{% state_symbol "overdue" labelled=True %}')
    assert 'aria-label="overdue"' in html


def test_words_are_empty_in_german():
    html = render("{% load frontend %}{% words %}")
    assert json.loads(html.split(">", 1)[1].rsplit("<", 1)[0]) == {"language": "de", "words": {}}


class ExampleForm(forms.Form):
    """One field with a hint."""

    name = forms.CharField(label="Name", help_text="Wie im Ausweis")


def test_a_field_says_hint_and_error_to_screen_readers():
    form = ExampleForm({"name": ""})
    html = render('{% include "base_field.html" with field=form.name %}', form=form)
    assert 'aria-describedby="id_name_hint id_name_error"' in html
    assert 'id="id_name_hint"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_page_template_has_neither_inline_script_nor_style():
    for path in ROOT.glob("*/templates/**/*.html"):
        if "paper" in path.parts:  # becomes a PDF in the worker; no browser ever reads it
            continue
        text = path.read_text(encoding="utf-8")
        assert " style=" not in text, path
        assert "<style" not in text, path
        assert not re.search(r"\son\w+=", text), path
        for opening in re.findall(r"<script[^>]*>", text):
            assert "src=" in opening, path
