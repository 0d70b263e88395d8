"""./baum reset: all data of this installation away, after a question."""

import os
import shutil
import sys
from collections.abc import Sequence

from launch import roles, stack
from launch.installation import Installation
from launch.words import LaunchError, say

#: The owner drops what it owns: tables, functions, history. PostGIS and the role stay.
EMPTY = "SET client_min_messages = 'warning'; DROP OWNED BY CURRENT_USER CASCADE;"
FOLDERS = ("media", "mail")
FILES = ("demo-logins.txt", "stamps/demo")


def reset(installation: Installation, arguments: Sequence[str]) -> int:
    """Delete every tree, inspection, photo and account of this installation.

    Raises:
        LaunchError: it runs, nobody can be asked, or the answer was not yes.
    """
    if set(arguments) - {"--yes"}:
        raise LaunchError("reset kennt nur --yes.")
    if stack.running(installation.places):
        raise LaunchError("Das Baumkataster läuft noch. Bitte zuerst ./baum down.")
    with installation.database():
        _, owner = installation.addresses()
        if "--yes" not in arguments:
            _ask(installation, owner)
        roles.ask(owner, EMPTY, installation.env)
    for name in FOLDERS:
        for path in (installation.places.state / name).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in FILES:
        (installation.places.state / name).unlink(missing_ok=True)
    say("Alle Daten sind gelöscht. ./baum up beginnt von vorn.")
    return 0


def _ask(installation: Installation, owner: str) -> None:
    """Ask for a typed yes; raises LaunchError if it does not come."""
    name = roles.libpq(owner)["PGDATABASE"]
    if not os.isatty(sys.stdin.fileno()):
        raise LaunchError("reset fragt vorher und braucht dafür ein Terminal (oder --yes).")
    say(
        f"Das löscht die Datenbank {name} samt Kontrollen und Verlauf, alle Fotos und Konten in"
        f" {installation.places.state}. Das lässt sich nicht zurücknehmen."
    )
    sys.stderr.write("Zum Löschen bitte 'löschen' tippen: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "löschen":
        raise LaunchError("Nichts gelöscht.")
