"""./baum web, ./baum worker, ./baum update: one process of the product, for hosts that share the work.

The launcher prepares and then becomes the program: systemd watches the real process, and nothing
stands between. One machine alone needs none of this: ./baum up starts both under one supervisor.
"""

import os
from collections.abc import Sequence
from typing import NoReturn

from launch import backup, python_env, stack, steps
from launch.installation import Installation
from launch.network import allowed_hosts, check_port, check_privilege
from launch.people import Account
from launch.words import LaunchError, Parser, answer, say

#: Seconds that requests and jobs in hand may take when the process is asked to end.
GRACE = "20"


def update(installation: Installation, arguments: Sequence[str]) -> int:
    """Bring packages, tables and browser files up to date, with a backup before; starts nothing."""
    Parser(prog="./baum update", add_help=False).parse_args(list(arguments))
    python_env.ensure(installation.places, test=False)
    with installation.database():
        steps.migrate(installation)
        _own_files(installation)
    answer(f"Die Datenbank hat den Stand von {backup.written_by(installation)}.")
    return 0


def web(installation: Installation, arguments: Sequence[str]) -> int:
    """Become the web server on one address; tables are taken as they are."""
    parser = Parser(prog="./baum web", add_help=False, allow_abbrev=False)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=8)
    chosen = parser.parse_args(list(arguments))
    check_port(chosen.host, chosen.port)
    account = _prepare(installation)
    check_privilege(account, chosen.port)
    installation.env.setdefault("BAUM_ALLOWED_HOSTS", allowed_hosts(chosen.host))
    _become(
        installation, account, "-m", "gunicorn", "--bind", stack.bind(chosen.host, chosen.port),
        "--worker-class", stack.WORKER_CLASS, "--workers", str(chosen.processes), "--threads",
        str(chosen.threads), "--timeout", "60", "--preload", "--graceful-timeout", GRACE,
        "--no-control-socket", "baumkataster.wsgi:application",
    )  # fmt: skip


def worker(installation: Installation, arguments: Sequence[str]) -> int:
    """Become a worker; any number may run, on any host."""
    Parser(prog="./baum worker", add_help=False).parse_args(list(arguments))
    account = _prepare(installation)
    _become(installation, account, "manage.py", *stack.WORKER, "--shutdown-graceful-timeout", GRACE)


def _prepare(installation: Installation) -> Account:
    """Everything but the tables: they are changed once, by update, not by each host.

    Raises:
        LaunchError: nobody has made the tables yet.
    """
    python_env.ensure(installation.places, test=False)
    # Stays until `./baum down`; an existing server is only asked whether the role may serve.
    installation.start_database(keep=True)
    if not steps.applied(installation):
        raise LaunchError(
            "Die Datenbank ist noch leer. Bitte zuerst auf einem Rechner ./baum update."
        )
    account = stack.process_account(installation)
    installation.secret_key(account)
    _own_files(installation)
    return account


def _own_files(installation: Installation) -> None:
    """What each host has for itself: translations and the files for browsers."""
    places = installation.places
    steps.compile_messages(places.clone)
    steps.collect_static(places, installation.environment(owner=False), places.state / "static")


def _become(installation: Installation, account: Account, *command: str) -> NoReturn:
    """Drop root's rights for good and exchange this process for the program."""
    places = installation.places
    env = {
        **installation.environment(owner=False),
        "HOME": str(places.state / "home"),
        "USER": account.name,
        "PYTHONUNBUFFERED": "1",
    }
    say(f"Starte als Benutzer {account.name}.")
    os.chdir(places.clone)
    if not account.is_me():
        os.initgroups(account.name, account.gid)
        os.setgid(account.gid)
        os.setuid(account.uid)
    os.execve(str(places.python), [str(places.python), *command], env)
