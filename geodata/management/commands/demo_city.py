"""``manage.py demo_city``: invents a city and loads it into an empty installation."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata.demo.city import make_city
from geodata.demo.region import FEWEST, MOST, share
from geodata.reference_data import SPECIES_FILE
from geodata.starting_demo import choose_passwords, is_empty, load_city, login_line, logins_path

#: Also the launcher's default.
TREES = 6000


class Command(BaseCommand):
    """Translates the command line, makes the city, loads it once."""

    help = "Eine erfundene Demostadt mit Bäumen, Kontrollen und Maßnahmen laden."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments as ``./baum manage demo_city --help`` shows them."""
        parser.add_argument("--trees", type=int, default=TREES, metavar="ZAHL")
        parser.add_argument("--seed", type=int, default=1, metavar="ZAHL", help="andere Stadt")
        parser.add_argument(
            "--if-empty", action="store_true", help="nichts tun, wenn schon Daten da sind"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load unless somebody has begun to work here."""
        if not is_empty():
            if options["if_empty"]:
                self.stdout.write(_("Es sind schon Daten da; die Demostadt wird nicht geladen."))
                return
            raise CommandError(
                _("Die Demostadt kommt nur in eine leere Installation. Leeren: ./baum reset")
            )
        if not FEWEST <= options["trees"] <= MOST:
            raise CommandError(
                _("Bitte zwischen %(fewest)d und %(most)d Bäumen wählen (--trees).")
                % {"fewest": FEWEST, "most": MOST}
            )
        trees, towns = share(options["trees"])
        city = make_city(
            trees=trees,
            seed=options["seed"],
            day=timezone.localdate(),
            species=SPECIES_FILE,
        )
        passwords = choose_passwords(os.environ.get("BAUM_DEMO_PASSWORD", ""))
        loaded = load_city(
            city=city,
            passwords=passwords,
            folder=settings.VAR_DIR,
            towns=towns,
            progress=lambda ready: self._say(ready, towns),
        )
        self.stdout.write(
            _(
                "Demostadt geladen: %(trees)d Bäume, %(inspections)d Kontrollen, "
                "%(measures)d Maßnahmen. Alle Namen und Daten sind erfunden."
            )
            % {
                "trees": loaded.trees,
                "inspections": loaded.inspections,
                "measures": loaded.measures,
            }
        )
        self.stdout.write(_("Anmeldungen (auch in %(file)s):") % {"file": logins_path()})
        for login, password in loaded.logins.items():
            self.stdout.write("  " + login_line(city.staff.people[login], password))

    def _say(self, ready: int, towns: int) -> None:
        """A sign of life every ten towns of a large city."""
        if ready % 10 == 0 or ready == towns:
            self.stdout.write(
                _("%(ready)d von %(towns)d Orten angelegt") % {"ready": ready, "towns": towns}
            )
            self.stdout.flush()
