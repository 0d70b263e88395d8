"""``manage.py words``: collects the interface's German sentences for the catalogues of other languages.

The sentence itself is the key (docs/glossary.md has the words); German needs no catalogue. Sources
are modules, templates, the rules' tables of sentences and the browser's ``t("…")``.
"""

import os
import subprocess
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import templatize

ROOT = Path(settings.BASE_DIR)
APPS = ("baumkataster", "inspections", "geodata")
CATALOGUES = ROOT / "baumkataster" / "locale"
#: Calls that hold a sentence, besides those that xgettext knows by itself.
PYTHON_CALLS = (
    "gettext_noop",
    "gettext_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "pgettext_lazy:1c,2",
)
BROWSER_CALLS = ("t",)
#: No places, no dates: a catalogue changes when a sentence does, and at no other time.
LAYOUT = ("--no-location", "--sort-output", "--width=100")
HEADER = """msgid ""
msgstr ""
"Project-Id-Version: Baumkataster\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


@dataclass(frozen=True)
class Domain:
    """One catalogue per language: what the server says, or what the browser says."""

    name: str
    #: As xgettext calls it.
    source_language: str
    calls: Sequence[str]


SERVER = Domain("django", "Python", PYTHON_CALLS)
BROWSER = Domain("djangojs", "JavaScript", ("", *BROWSER_CALLS))
DOMAINS = (SERVER, BROWSER)


def languages() -> list[str]:
    """Every language of the interface that needs a catalogue."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def catalogue(language: str, domain: Domain) -> Path:
    """Where the sentences of one domain stand in one language."""
    return CATALOGUES / language / "LC_MESSAGES" / f"{domain.name}.po"


def run(*command: str) -> str:
    """What a program of GNU gettext says; raises CommandError when it is missing or refuses."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""},
            check=False,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as error:
        raise CommandError(f"{command[0]} fehlt; es gehört zum Paket gettext.") from error
    if done.returncode:
        raise CommandError(done.stderr.strip() or f"{command[0]} ist gescheitert.")
    return done.stdout


def modules() -> Iterator[Path]:
    """Python files that may speak; migrations repeat what the models say."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def templates() -> Iterator[Path]:
    """Pages and mails."""
    for app in APPS:
        yield from (
            path for path in sorted((ROOT / app / "templates").rglob("*")) if path.is_file()
        )


def sources(domain: Domain, folder: Path) -> Iterator[Path]:
    """Files for xgettext; templates are written into ``folder`` as it can read them."""
    if domain is BROWSER:
        yield from sorted((ROOT / "static" / "js").rglob("*.js"))
        return
    yield from modules()
    for number, path in enumerate(templates()):
        readable = folder / f"{number}.py"
        text = templatize(path.read_text(encoding="utf-8"), origin=str(path.relative_to(ROOT)))
        readable.write_text(text, encoding="utf-8")
        yield readable


def extracted(domain: Domain) -> str:
    """All sentences of the code today, as a catalogue without translations."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        listed = folder / "sources"
        listed.write_text(
            "".join(f"{path}\n" for path in sources(domain, folder)), encoding="utf-8"
        )
        found = run(
            "xgettext",
            f"--language={domain.source_language}",
            f"--files-from={listed}",
            "--from-code=UTF-8",
            "--add-comments=Translators:",
            "--output=-",
            *(f"--keyword={call}" if call else "--keyword" for call in domain.calls),
            *LAYOUT,
        )
    # xgettext's own header has today's date; without any header it would drop umlauts.
    return found.partition("\n\n")[2]


def merged(language: str, domain: Domain) -> str:
    """The catalogue with today's sentences: new ones empty, those that are gone left out."""
    path = catalogue(language, domain)
    with TemporaryDirectory() as name:
        folder = Path(name)
        new, old, both = folder / "new.pot", folder / "old.po", folder / "both.po"
        header = HEADER.format(language=language)
        new.write_text(f"{header}\n{extracted(domain)}", encoding="utf-8")
        old.write_text(path.read_text("utf-8") if path.exists() else header, encoding="utf-8")
        both.write_text(
            run("msgmerge", "--quiet", "--no-fuzzy-matching", *LAYOUT, str(old), str(new)),
            encoding="utf-8",
        )
        return run("msgattrib", "--no-obsolete", *LAYOUT, str(both))


def untranslated(text: str) -> str:
    """Entries of a catalogue that have no translation yet."""
    with TemporaryDirectory() as name:
        path = Path(name) / "all.po"
        path.write_text(text, encoding="utf-8")
        return run("msgattrib", "--untranslated", "--no-fuzzy", "--width=100", str(path))


class Command(BaseCommand):
    """Writes the catalogues, or says what they lack."""

    help = "Die Sätze der Oberfläche sammeln und die Kataloge der Übersetzungen nachführen."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments as ``./baum manage words --help`` shows them."""
        parser.add_argument("--check", action="store_true", help="nichts schreiben, nur prüfen")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every domain of every language; raises CommandError when something is left to do."""
        stale: list[str] = []
        for language in languages():
            for domain in DOMAINS:
                path = catalogue(language, domain)
                text = merged(language, domain)
                if not options["check"]:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8")
                elif not path.exists() or path.read_text("utf-8") != text:
                    stale.append(str(path.relative_to(ROOT)))
                if missing := untranslated(text):
                    self.stdout.write(missing)
        if stale:
            raise CommandError(f"Nicht auf dem Stand der Quellen: {', '.join(stale)}.")
