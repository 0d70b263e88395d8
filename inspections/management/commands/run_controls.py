"""manage.py run_controls: the daily control by hand, for a first start or after an outage."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.services.control_runs import run_controls


class Command(BaseCommand):
    """Exit code 1 when there was nothing to run."""

    help = "Prüft alle Termine, setzt Hinweise und schreibt Nachrichten für heute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--day."""
        parser.add_argument("--day", type=date.fromisoformat, help=_("Tag (JJJJ-MM-TT)"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once and say what became of it."""
        day = options["day"] or timezone.localdate()
        run = run_controls(day=day, now=timezone.now())
        if run is None:
            raise CommandError(
                _(
                    "Kein Lauf: Es gibt noch kein Regelwerk, oder ein späterer Tag ist schon geprüft."
                )
            )
        self.stdout.write(
            _(
                "Kontrolllauf %(day)s. Bäume: %(trees)d. Hinweise neu: %(raised)d, "
                "verschärft: %(escalated)d, erledigt: %(resolved)d. Nachrichten: %(mails)d."
            )
            % {
                "day": f"{run.day:%d.%m.%Y}",
                "trees": run.counts["trees"],
                "raised": run.raised,
                "escalated": run.escalated,
                "resolved": run.resolved,
                "mails": run.mails,
            }
        )
