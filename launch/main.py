"""Reads the command line of ./baum and calls the one function that does it."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from launch import (
    backup,
    packages,
    people,
    python_env,
    reset,
    restore,
    roles,
    serving,
    settings_file,
    steps,
    suite,
    units,
    up,
)
from launch.children import call
from launch.installation import Installation
from launch.words import USAGE, LaunchError, answer, say

CLONE = Path(__file__).resolve().parent.parent
#: Commands of manage.py that change the schema, be it for a while: only these are told the owner's
#: address.
OWNER_COMMANDS = frozenset({"migrate", "demo_city"})


def db(installation: Installation, arguments: Sequence[str]) -> int:
    """Start only the database; it stays until `./baum down`."""
    installation.start_database(keep=True)
    return 0


def psql(installation: Installation, arguments: Sequence[str]) -> int:
    """Open psql as the app role."""
    with installation.database():
        env = installation.environment(owner=False)
        return call(["psql", *arguments], {**env, **roles.libpq(env["DATABASE_URL"])})


def manage(installation: Installation, arguments: Sequence[str]) -> int:
    """Run a command of manage.py; what root leaves in media and mail goes to the web's account."""
    python_env.ensure(installation.places, test=False)
    owner = bool(arguments) and arguments[0] in OWNER_COMMANDS
    with installation.database():
        command = [str(installation.places.python), str(CLONE / "manage.py"), *arguments]
        try:
            return call(command, installation.environment(owner=owner))
        finally:
            for name in ("media", "mail"):
                people.hand_over(installation.places.state / name, installation.service)


def bench(installation: Installation, arguments: Sequence[str]) -> int:
    """`./baum bench NAME …` is the module bench.NAME; without a name bench/__main__.py chooses."""
    named = bool(arguments) and not arguments[0].startswith("-")
    if not named and not (CLONE / "bench" / "__main__.py").exists():
        names = sorted(p.stem for p in (CLONE / "bench").glob("[a-z]*.py"))
        raise LaunchError(f"Welche Messung? Es gibt: {', '.join(names) or 'noch keine'}.")
    module = (f"bench.{arguments[0]}", *arguments[1:]) if named else ("bench", *arguments)
    python_env.ensure(installation.places, test=True)
    with installation.database():
        env = installation.environment(owner=True)
        # The benches' servers show pages, too: without these files each is an error.
        steps.collect_static(installation.places, env, installation.places.state / "static")
        command = [str(installation.places.python), "-m", *module]
        return call(command, env, cwd=CLONE)


COMMANDS: dict[str, Callable[[Installation, Sequence[str]], int]] = {
    "up": up.up, "down": up.down, "reset": reset.reset, "db": db, "psql": psql,
    "manage": manage, "test": suite.test, "bench": bench, "backup": backup.backup,
    "restore": restore.restore, "update": serving.update, "web": serving.web,
    "worker": serving.worker, "install-units": units.install_units,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        answer(USAGE)
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        say(f"Den Befehl {name!r} gibt es nicht.\n\n{USAGE}")
        return 2
    os.umask(0o022)
    # `su` without a dash leaves root without them, and dpkg and useradd live there.
    os.environ["PATH"] = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: sys.exit(128 + signal.SIGHUP))
    try:
        packages.ensure(packages.PRODUCT)
        env = settings_file.merged(CLONE, os.environ, test=name == "test")
        return COMMANDS[name](Installation(CLONE, env), rest)
    except LaunchError as error:
        say(f"Fehler: {error}")
        return 1
    except PermissionError as error:
        say(f"Fehler: kein Zugriff auf {error.filename}. Gehört der Ordner einem anderen Benutzer?")
        return 1
    except KeyboardInterrupt:
        return 130
