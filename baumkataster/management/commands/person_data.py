"""manage.py person_data USER: all that is kept about one person, as JSON (Art. 15 and 20 GDPR)."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from baumkataster.models import User
from baumkataster.services.person_data import person_data


class Command(BaseCommand):
    """Writes table by table, so that many inspections need little memory."""

    help = "Gibt alles, was über eine Person gespeichert ist, als JSON aus."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The sign-in name."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """One object: table and column -> rows."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(_("Eine Person mit diesem Anmeldenamen gibt es nicht."))
        self.stdout.write("{")
        for number, (table, rows) in enumerate(person_data(person=person)):
            comma = "," if number else ""
            text = json.dumps(rows, ensure_ascii=False, default=str, indent=1)
            self.stdout.write(f"{comma}{json.dumps(table)}: {text}")
        self.stdout.write("}")
