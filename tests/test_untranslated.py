"""No German sentence stands outside of gettext: not in templates, modules or browser scripts."""

import ast
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import polib

from baumkataster.management.commands import words

ROOT = Path(__file__).resolve().parent.parent
GERMAN = re.compile(
    r"[äöüÄÖÜß„]|\b(und|oder|nicht|ist|sind|wird|der|die|das|dem|den|des|ein|eine|einen|kein|keine"
    r"|mit|ohne|für|von|zum|zur|bitte|Baum|Sie|noch|nur|alle|Kontrolle|Karte)\b"
)
#: Names are the same in every language.
NAMES = re.compile(r"\b(CSV|GeoJSON|GeoPackage|OpenAPI|WFS|XLSX|QGIS|SHA-256)\b|/wfs\b")
#: Parts of a template that show no words of their own.
SILENT = (
    r"(?s){% comment.*?endcomment %}|{#.*?#}|{% block body_class %}.*?{% endblock %}",
    r"(?s){% blocktranslate.*?{% endblocktranslate %}|<(script|style|code)\b.*?</\1>",
    r"(?s){%.*?%}|{{.*?}}",
)


def known(domain: words.Domain) -> set[str]:
    """German sentences that have an English one."""
    entries = polib.pofile(str(words.catalogue("en", domain)))
    return {text for entry in entries for text in (entry.msgid, entry.msgid_plural)}


def visible(template: str) -> list[str]:
    """Words of a template that a reader sees and that no tag translates."""
    text = template
    for pattern in SILENT:
        text = re.sub(pattern, " ", text)
    text = NAMES.sub(" ", text)
    labels = re.findall(r'\b(?:title|alt|placeholder|aria-label)="([^"]*)"', text)
    pieces = [*re.sub(r"(?s)<[^>]*>", "\n", text).split("\n"), *labels]
    return [
        piece.strip() for piece in pieces if re.search(r"[A-Za-zÄÖÜäöü]{2}", html.unescape(piece))
    ]


def test_templates_say_nothing_outside_of_translate():
    # Without a request a breakdown says both; languages are named in themselves.
    # Style sheets of the paper report are templates, too, and say nothing.
    silent = {"500.html", "base_language.html"}
    others = [p for p in words.templates() if p.name not in silent and p.suffix != ".css"]
    said = {path.name: visible(path.read_text(encoding="utf-8")) for path in others}
    assert not {name: pieces for name, pieces in said.items() if pieces}


def unseen(tree: ast.Module) -> set[int]:
    """Texts for docstrings, for the log and for whoever installs: read by developers and IT."""
    found = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name in {"info", "warning", "error", "exception", "ImproperlyConfigured"}:
                found |= {id(part) for text in call.args for part in ast.walk(text)}
    return found


def texts(path: Path) -> Iterator[str]:
    """String literals of a module that are for readers of the interface."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    notes = unseen(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.value


def test_modules_of_the_interface_say_nothing_outside_of_gettext():
    sentences = known(words.SERVER)
    floors = {"web", "api", "models", "templatetags", "services", "ogc", "reports"}
    said = {
        (path.name, text)
        for path in words.modules()
        if floors & set(path.parts)
        for text in texts(path)
    }
    assert not {
        (name, text) for name, text in said if GERMAN.search(text) and text not in sentences
    }


def test_sentences_inside_f_strings_have_an_english_one():
    """xgettext does not look into f-strings: such a sentence has to stand elsewhere, too."""
    sentences = known(words.SERVER)
    said = {
        (path.name, text.value)
        for path in words.modules()
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"_", "ngettext"}
        for text in call.args
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }
    assert not {(name, text) for name, text in said if text not in sentences}


def test_scripts_say_nothing_outside_of_t():
    sentences = known(words.BROWSER)
    for path in (ROOT / "static/js").rglob("*.js"):
        code = re.sub(
            r"(?s)/\*.*?\*/|(?m:^\s*//.*$|\s//\s.*$)", "", path.read_text(encoding="utf-8")
        )
        said = {json.loads(m) for m in re.findall(r'"(?:[^"\\\n]|\\.)*"', code)}
        assert not [text for text in said if GERMAN.search(text) and text not in sentences], (
            path.name
        )
