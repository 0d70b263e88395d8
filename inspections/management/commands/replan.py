"""manage.py replan: recompute all due dates, or prove that the stored ones are right (--check)."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baumkataster.models import Tree
from inspections.services.replanning import PlanDifference, check_plans, replan

#: Differing trees that are listed; the rest is counted.
LISTED = 50


class Command(BaseCommand):
    """Exit code 1 when --check finds a difference."""

    help = "Rechnet alle Kontrolltermine neu oder prüft sie mit --check."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check and --day."""
        parser.add_argument("--check", action="store_true", help=_("nur prüfen, nichts ändern"))
        parser.add_argument(
            "--day", type=date.fromisoformat, help=_("Tag, dessen Regelwerk gilt (JJJJ-MM-TT)")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Recompute or check as of the day."""
        day = options["day"] or timezone.localdate()
        if options["check"]:
            self._check(day)
            return
        changed = replan(day=day)
        text = ngettext("%d Termin geändert.", "%d Termine geändert.", changed) % changed
        self.stdout.write(text)

    def _check(self, day: date) -> None:
        """List what differs; raise CommandError (exit code 1) if anything does."""
        differing = check_plans(day=day)
        shown = differing[:LISTED]
        trees = Tree.objects.select_related("site__place").in_bulk([d.tree_id for d in shown])
        for difference in shown:
            self.stdout.write(self._line(trees[difference.tree_id], difference))
        if differing:
            raise CommandError(
                ngettext(
                    "%d gespeicherter Termin weicht von der Regel ab.",
                    "%d gespeicherte Termine weichen von der Regel ab.",
                    len(differing),
                )
                % len(differing)
            )
        self.stdout.write(_("Alle gespeicherten Termine folgen der Regel."))

    def _line(self, tree: Tree, difference: PlanDifference) -> str:
        """A tree with every column that differs: stored → by rule."""
        if not difference.stored:
            without = _("hat keinen Plan")
            return f"{tree} ({tree.pk}): {without}"
        columns = (
            f"{name} {difference.stored[name]} → {value}"
            for name, value in difference.computed.items()
        )
        return f"{tree} ({tree.pk}): {', '.join(columns)}"
