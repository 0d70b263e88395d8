"""Reads the command line of ./baum and calls the one function that does it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from launch import packages, people, python_env, roles
from launch.installation import Installation
from launch.words import USAGE, LaunchError, say

CLONE = Path(__file__).resolve().parent.parent
#: Commands of manage.py that change the schema: only these are told the owner's address.
OWNER_COMMANDS = frozenset({"migrate"})


def db(installation: Installation, arguments: Sequence[str]) -> int:
    """Start only the database; it stays until `./baum down`."""
    installation.start_database(keep=True)
    return 0


def down(installation: Installation, arguments: Sequence[str]) -> int:
    """End what runs of this installation."""
    installation.stop_database(force=True)
    return 0


def psql(installation: Installation, arguments: Sequence[str]) -> int:
    """Open psql as the app role."""
    with installation.database():
        env = installation.environment(owner=False)
        return call(["psql", *arguments], {**env, **roles.libpq(env["DATABASE_URL"])})


def manage(installation: Installation, arguments: Sequence[str]) -> int:
    """Run a command of manage.py; files that root leaves in media and mail go to the web's account."""
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
    """Run one measurement: `./baum bench NAME …` is the module bench.NAME."""
    if not arguments or arguments[0].startswith("-"):
        names = sorted(p.stem for p in (CLONE / "bench").glob("[a-z]*.py"))
        raise LaunchError(f"Welche Messung? Es gibt: {', '.join(names) or 'noch keine'}.")
    python_env.ensure(installation.places, test=True)
    with installation.database():
        command = [str(installation.places.python), "-m", f"bench.{arguments[0]}", *arguments[1:]]
        return call(command, installation.environment(owner=True), cwd=CLONE)


def call(command: Sequence[str], env: dict[str, str], cwd: Path | None = None) -> int:
    """Run a program in front of the person; Ctrl-C is the program's to answer."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = subprocess.Popen(
            command, env=env, cwd=cwd,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )  # fmt: skip
        code = child.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


COMMANDS: dict[str, Callable[[Installation, Sequence[str]], int]] = {
    "db": db, "down": down, "psql": psql, "manage": manage, "bench": bench,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run one command; the exit code."""
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(USAGE, end="")
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        say(f"Den Befehl {name!r} gibt es nicht.\n")
        say(USAGE)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.umask(0o022)
    try:
        packages.ensure(packages.PRODUCT)
        return COMMANDS[name](Installation(CLONE, os.environ), rest)
    except LaunchError as error:
        say(f"Fehler: {error}")
        return 1
    except PermissionError as error:
        say(f"Fehler: kein Zugriff auf {error.filename}. Gehört der Ordner einem anderen Benutzer?")
        return 1
    except KeyboardInterrupt:
        return 130
