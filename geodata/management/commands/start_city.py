"""``manage.py start_city``: prepares an installation for a real city, with its first administrator."""

import getpass
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import User
from geodata.area_files import Area, AreaFileError, read_areas
from geodata.reference_data import BASE_MAPS
from geodata.starting import Administrator, CityStart, Started, has_administrator, start_city

PASSWORD_VARIABLE = "BAUM_ADMIN_PASSWORD"


class Command(BaseCommand):
    """Asks for what is missing, reads the files, calls the deed once."""

    help = "Eine neue Stadt einrichten: Verwaltung, Gemeindegebiet, Ortsteile, Karten, Kataloge."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments as ``./baum manage start_city --help`` shows them."""
        parser.add_argument("--name", help="Name der Stadt")
        parser.add_argument("--key", default="", help="amtlicher Gemeindeschlüssel (8 Ziffern)")
        parser.add_argument("--municipality", type=Path, metavar="DATEI", help="GeoJSON oder GPKG")
        parser.add_argument("--municipality-layer", default="", metavar="EBENE")
        parser.add_argument("--districts", type=Path, metavar="DATEI", help="GeoJSON oder GPKG")
        parser.add_argument("--districts-layer", default="", metavar="EBENE")
        parser.add_argument("--name-field", default="name", metavar="FELD")
        parser.add_argument("--code-field", default="", metavar="FELD")
        parser.add_argument("--epsg", type=int, help="Bezugssystem, falls die Datei keines nennt")
        parser.add_argument(
            "--base-maps",
            default="basemap,topplus,luftbild,ohne",
            help=f"in dieser Reihenfolge: {', '.join(BASE_MAPS)}",
        )
        parser.add_argument("--unit", default="R1", metavar="KÜRZEL", help="erstes Revier")
        parser.add_argument("--unit-name", default="", metavar="NAME")
        parser.add_argument("--admin", metavar="ANMELDENAME")
        parser.add_argument("--email", metavar="ADRESSE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare the installation; nothing is kept when anything is wrong."""
        maps = tuple(word.strip() for word in options["base_maps"].split(",") if word.strip())
        unknown = sorted(set(maps) - set(BASE_MAPS))
        if unknown:
            raise CommandError(_("Unbekannte Hintergrundkarte: %s") % ", ".join(unknown))
        try:
            start = CityStart(
                name=self._asked(options["name"], _("Name der Stadt"), "--name"),
                municipality_key=options["key"],
                outline=_areas(options, "municipality"),
                districts=_areas(options, "districts"),
                name_field=options["name_field"],
                code_field=options["code_field"],
                base_maps=maps,
                unit_code=options["unit"],
                unit_name=options["unit_name"],
            )
            person = None if has_administrator() else self._administrator(options)
            started = start_city(day=timezone.localdate(), start=start, administrator=person)
        except AreaFileError as error:
            raise CommandError(str(error)) from error
        except Refused as refused:
            sentences = [line for lines in refused.problems.values() for line in lines]
            raise CommandError(" ".join(sentences)) from refused
        self._report(started)

    def _asked(self, given: str | None, question: str, option: str) -> str:
        """What the option gave, else the answer at the terminal."""
        answer = (given or "").strip()
        if not answer and sys.stdin.isatty():
            answer = input(f"{question}: ").strip()
        if not answer:
            raise CommandError(
                _("%(question)s fehlt (%(option)s).") % {"question": question, "option": option}
            )
        return answer

    def _administrator(self, options: dict[str, Any]) -> Administrator:
        """The first person; the password comes from the terminal or the environment, never by default."""
        username = self._asked(options["admin"], _("Anmeldename der Verwaltung"), "--admin")
        email = self._asked(options["email"], _("E-Mail-Adresse"), "--email")
        password = os.environ.get(PASSWORD_VARIABLE, "")
        if not password and sys.stdin.isatty():
            asked, again = _("Passwort"), _("Passwort wiederholen")
            password = getpass.getpass(f"{asked}: ")
            if password != getpass.getpass(f"{again}: "):
                raise CommandError(_("Die Passwörter stimmen nicht überein."))
        if not password:
            raise CommandError(
                _("Das Passwort fehlt: am Terminal eingeben oder in %s setzen.") % PASSWORD_VARIABLE
            )
        try:
            User.username_validator(username)
            validate_email(email)
            validate_password(password, User(username=username, email=email))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return Administrator(username=username, email=email, password=password)

    def _report(self, started: Started) -> None:
        """Say what is there now."""
        loaded = started.loaded
        self.stdout.write(
            _(
                "Eingerichtet: %(districts)d Ortsteile, %(species)d neue Baumarten, "
                "%(entries)d neue Katalogeinträge."
            )
            % {
                "districts": started.districts,
                "species": loaded.species,
                "entries": loaded.entries,
            }
        )
        if started.administrator_is_new:
            self.stdout.write(_("Verwaltung: %s") % started.administrator.username)
        else:
            self.stdout.write(_("Die Verwaltung war schon eingerichtet."))


def _areas(options: dict[str, Any], which: str) -> list[Area]:
    """The areas of a file that was named."""
    path = options[which]
    if path is None:
        return []
    return read_areas(path, layer=options[f"{which}_layer"], epsg=options["epsg"])
