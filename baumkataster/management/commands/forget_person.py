"""manage.py forget_person USER: make the account of somebody who has left nameless."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import User
from baumkataster.services.person_data import forget_person


class Command(BaseCommand):
    """Only for accounts that are deactivated."""

    help = "Macht das Konto einer ausgeschiedenen Person namenlos (docs/datenschutz.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The sign-in name, and that it is meant."""
        parser.add_argument("username")
        parser.add_argument("--yes", action="store_true", help=_("ohne Rückfrage"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, then do it."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(_("Eine Person mit diesem Anmeldenamen gibt es nicht."))
        question = _("%(person)s namenlos machen? Das ist endgültig. Bitte „ja“ eingeben: ")
        if not options["yes"] and input(question % {"person": person}).strip() != "ja":
            raise CommandError(_("Nichts geändert."))
        try:
            forget_person(by=None, person=person, now=timezone.now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(_("Das Konto ist namenlos."))
