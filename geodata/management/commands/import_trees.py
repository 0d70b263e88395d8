"""``manage.py import_trees FILE --profile NAME``: a city's tree file into the cadastre."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from baumkataster.models import User
from geodata.importing import Complaint, ImportReport, import_trees, write_problems
from geodata.readers import profile_names
from geodata.rules.problems import ERROR, SourceError

#: The file, the profile or the call is wrong; no row was looked at.
UNUSABLE = 2
#: Not a single row could be taken.
NOTHING_TAKEN = 1
INTERRUPTED = 130


class Command(BaseCommand):
    """Translates the command line, calls the import once, prints its report."""

    help = "Baumdaten einer Quelle übernehmen. Ein Profil sagt, was die Spalten bedeuten."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments as ``./baum manage import_trees --help`` shows them."""
        packed = "CSV oder GeoJSON, auch gepackt (.gz, .tar.gz, .zip mit einer Datei)"
        parser.add_argument("file", type=Path, metavar="DATEI", help=packed)
        parser.add_argument(
            "--profile",
            required=True,
            help=f"Name ({', '.join(profile_names())}) oder Pfad einer TOML-Datei",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="alles prüfen und berichten, nichts behalten"
        )
        parser.add_argument(
            "--report", type=Path, metavar="PROBLEME.csv", help="alle Probleme als Tabelle"
        )
        parser.add_argument("--unit", metavar="KÜRZEL", help="Revier für neue Objekte")
        parser.add_argument("--by", metavar="ANMELDENAME", help="wer im Verlauf stehen soll")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import and report; exit code 2 for an unusable file, 1 when no row could be taken."""
        console = Console(file=sys.stderr)
        try:
            with _Display(console) as display:
                report = import_trees(
                    path=options["file"],
                    profile=options["profile"],
                    by=_person(options["by"]),
                    day=timezone.localdate(),
                    dry_run=options["dry_run"],
                    unit=options["unit"],
                    progress=display.show,
                )
        except SourceError as error:
            params = {name: str(value) for name, value in error.params.items()}
            raise CommandError(_(error.message) % params, returncode=UNUSABLE) from error
        except KeyboardInterrupt:
            text = _("Abgebrochen. Am Kataster wurde nichts geändert.")
            raise CommandError(text, returncode=INTERRUPTED) from None
        self._print(report)
        if options["report"]:
            self._write(options["report"], report)
        if report.rows and report.refused == report.rows:
            raise CommandError(
                _("Keine einzige Zeile konnte übernommen werden."), returncode=NOTHING_TAKEN
            )

    def _write(self, path: Path, report: ImportReport) -> None:
        try:
            write_problems(path, report.complaints)
        except OSError as error:
            text = _("„%(path)s“ konnte nicht geschrieben werden: %(error)s.")
            params = {"path": path, "error": error.strerror}
            raise CommandError(text % params, returncode=UNUSABLE) from error
        self.stdout.write(_("Alle Probleme stehen in %(path)s.") % {"path": path})

    def _print(self, report: ImportReport) -> None:
        for line in report_lines(report):
            self.stdout.write(line)


def _person(name: str | None) -> User | None:
    if name is None:
        return None
    person = User.objects.filter(username=name).first()
    if person is None:
        text = _("Es gibt niemanden mit dem Anmeldenamen „%(name)s“.")
        raise CommandError(text % {"name": name}, returncode=UNUSABLE)
    return person


def report_lines(report: ImportReport) -> list[str]:
    """The report in German words, one line each."""
    numbers = {name: _number(value) for name, value in report.counts().items()}
    rate = report.rows / report.seconds if report.seconds else 0
    values: dict[str, str] = numbers | {
        "file": report.file_name,
        "seconds": f"{report.seconds:.1f}".replace(".", ","),
        "rate": _number(round(rate)),
        "source": report.source,
        "licence": report.licence,
        "unit": report.unit,
    }
    sentences = [
        _("%(file)s: %(rows)s Zeilen in %(seconds)s s (%(rate)s Zeilen/s)."),
        _(
            "  %(trees)s Bäume, %(sites)s leere Standorte, %(groups)s Gruppen, "
            "%(refused)s abgewiesen."
        ),
        _("  %(new)s neu, %(changed)s geändert, %(unchanged)s unverändert, %(kept)s zu prüfen."),
        _(
            "  %(vanished)s nicht mehr in der Datei, %(outside_districts)s ohne Ortsteil, "
            "%(without_species)s ohne Art."
        ),
        _("  Quelle: %(source)s (%(licence)s)"),
    ]
    if report.conflicts:
        sentences.append(
            _("  %(conflicts)s Werte wurden hier und in der Quelle geändert und sind zu klären.")
        )
    if report.new_places:
        sentences.append(_("  %(new_places)s neue Objekte im Revier %(unit)s."))
    lines = [sentence % values for sentence in sentences]
    lines += [_complaint_line(number, first) for number, first in report.summary()]
    if report.dry_run:
        lines.append(_("Probelauf: Es wurde nichts geändert."))
    return lines


def _complaint_line(number: int, first: Complaint) -> str:
    """How often a complaint was made, and the first of its kind."""
    level = _("abgewiesen") if first.level == ERROR else _("Hinweis")
    where = _("zuerst Zeile %(line)s: ") % {"line": first.line} if first.line else ""
    column = f"{first.column}: " if first.column else ""
    return f"  {_number(number)} × {level} · {column}{where}{first.sentence}"


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


class _Display:
    """A progress bar with rate and time left; silent when nobody looks at a terminal."""

    def __init__(self, console: Console) -> None:
        self.bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[words]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("", total=1.0, words="")

    def __enter__(self) -> _Display:
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.stop()

    def show(self, *, step: str, share: float, rows: int) -> None:
        """One sign of life of the import: what it does, how far it is, rows a second."""
        elapsed = self.bar.tasks[0].elapsed or 0
        words = ""
        if rows and elapsed:
            words = _("%(rows)s Zeilen, %(rate)s/s") % {
                "rows": _number(rows),
                "rate": _number(round(rows / elapsed)),
            }
        self.bar.update(self.task, description=escape(step), completed=share, words=words)
