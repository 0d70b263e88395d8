"""./baum up and ./baum down: everything set up, started, awaited, shown, and ended again."""

import argparse
import fcntl
import http.client
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from launch import children, people, python_env, stack, steps, units
from launch.installation import Installation
from launch.network import allowed_hosts, check_port, check_privilege
from launch.people import Account
from launch.stack import Running
from launch.words import LaunchError, Parser, answer, say

#: Seconds until the web server must answer; a loaded small machine needs its time.
START_LIMIT = 90.0
#: After so many failed starts of the web server it is a fault, not bad luck.
CRASHES = 3


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the options of `up`: port, host, detach, no_demo, demo_trees."""
    parser = Parser(prog="./baum up", add_help=False, allow_abbrev=False)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--detach", action="store_true")
    parser.add_argument("--no-demo", action="store_true")
    parser.add_argument("--demo-trees", type=int, default=None)
    found = parser.parse_args(list(arguments))
    if not 1 <= found.port <= 65535:
        raise LaunchError("--port braucht eine Zahl von 1 bis 65535.")
    if found.demo_trees is not None and (found.no_demo or found.demo_trees < 1):
        raise LaunchError(
            "--demo-trees braucht eine Zahl ab 1 und verträgt sich nicht mit --no-demo."
        )
    return found


def up(installation: Installation, arguments: Sequence[str]) -> int:
    """Set up what is missing, start, wait for /healthz, and stay until Ctrl-C (or detach)."""
    chosen = options(arguments)
    with ExitStack() as undo:
        with _one_at_a_time(installation):
            found = stack.running(installation.places)
            if found:
                return _already(found, chosen)
            check_port(chosen.host, chosen.port)
            python_env.ensure(installation.places, test=False)
            undo.callback(installation.stop_database)
            account = _prepare(installation, chosen)
            say("Starte Web und Worker.")
            child, found = stack.start(
                installation, account, chosen.host, chosen.port, detach=chosen.detach
            )
            undo.callback(_end, installation, child)
            _await_health(installation, child, found)
            units.notify(installation.env, f"READY=1\nSTATUS={found.address()}")
        text = greeting(installation, account, found, detach=chosen.detach)
        if not chosen.detach:
            return _stay(installation, child, text)
        answer(text)
        installation.hand_database_to(found.pid)
        undo.pop_all()
        return 0


def down(installation: Installation, arguments: Sequence[str]) -> int:
    """End web, worker and database of this installation, whoever started them."""
    found = stack.running(installation.places)
    database = installation.cluster is not None and installation.cluster.runs()
    if found:
        stack.stop(installation.places, found, children.PATIENCE)
    installation.stop_database(force=True)
    say("Beendet." if found or database else "Es lief nichts.")
    return 0


def _already(found: Running, chosen: argparse.Namespace) -> int:
    """A second `up`: fine if it asks for the same, an error if it asks for another address."""
    answer(f"Das Baumkataster läuft schon: {found.address()}")
    if (found.host, found.port) == (chosen.host, chosen.port):
        return 0
    say("Für eine andere Adresse bitte zuerst ./baum down.")
    return 1


def _prepare(installation: Installation, chosen: argparse.Namespace) -> Account:
    """Database, tables, translations, browser files, demo; who will run web and worker."""
    places = installation.places
    if places.reason and not places.stamps.joinpath("place-said").exists():
        say(f"{places.reason} Daten: {places.state}, Socket: {places.run}.")
        places.stamps.joinpath("place-said").touch()
    installation.start_database()
    installation.env.setdefault("BAUM_ALLOWED_HOSTS", allowed_hosts(chosen.host))
    account = stack.process_account(installation)
    check_privilege(account, chosen.port)
    installation.secret_key(account)
    steps.migrate(installation)
    steps.compile_messages(places.clone)
    steps.collect_static(places, installation.environment(owner=False), places.state / "static")
    steps.demo_city(installation, trees=chosen.demo_trees, wanted=not chosen.no_demo)
    for name in ("media", "mail"):
        people.hand_over(places.state / name, account)
    return account


def _end(installation: Installation, child: subprocess.Popen[bytes]) -> None:
    """End the supervisor that this launcher started, and with it web and worker."""
    stack.forget(installation.places)
    children.end(child)


def _stay(installation: Installation, child: subprocess.Popen[bytes], text: str) -> int:
    """Greet, wait for Ctrl-C, `./baum down` or the supervisor's end; the caller tidies up."""
    try:
        answer(text)
        child.wait()
    except KeyboardInterrupt:
        say("\nBeende …")
        return 0
    if stack.forget(installation.places):
        say("Fehler: der Aufseher der Prozesse ist ungeplant beendet.")
        return 1
    say("Beendet.")
    return 0


def _await_health(
    installation: Installation, child: subprocess.Popen[bytes], found: Running
) -> None:
    """Return when /healthz says 200; raise LaunchError with answer and logs if it never does."""
    name = installation.env["BAUM_ALLOWED_HOSTS"].split(",")[0].strip()
    deadline = time.monotonic() + START_LIMIT
    last = "keine Antwort"
    while time.monotonic() < deadline and child.poll() is None:
        last, healthy = _health(found, name)
        if healthy:
            return
        if stack.crashes(installation.places) >= CRASHES:
            last = "der Webserver stürzt immer wieder ab"
            break
        time.sleep(0.2)
    raise LaunchError(
        f"{found.address()}healthz wird nicht grün: {last}\n{stack.log_tail(installation.places)}"
    )


def _health(found: Running, name: str) -> tuple[str, bool]:
    """Ask once; what came, and whether it is good."""
    target = stack.url_host(found.host).strip("[]")
    connection = http.client.HTTPConnection(target, found.port, timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": name})
        reply = connection.getresponse()
        body = reply.read(2000).decode("utf-8", "replace").strip()
        return f"{reply.status} {body}", reply.status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException) as error:
        return str(error), False
    finally:
        connection.close()


def greeting(installation: Installation, account: Account, found: Running, *, detach: bool) -> str:
    """What `up` prints at the end: address, logins, accounts, folders, how to end."""
    places = installation.places
    lines = ["", f"Das Baumkataster läuft: {found.address()}", ""]
    logins = places.state / "demo-logins.txt"
    if logins.exists():
        lines += [f"Anmeldungen der Demo-Stadt (aus {logins}):", ""]
        lines += ["  " + line for line in logins.read_text(encoding="utf-8").splitlines()] + [""]
    database = "ein vorhandener Server"
    if installation.cluster:
        database = f"eigene, als Benutzer {installation.cluster.account.name}"
    lines.append(f"Web und Worker: als Benutzer {account.name}. Datenbank: {database}.")
    if account.uid == 0 and installation.service.uid != 0:
        lines.append(
            f"Achtung: sie laufen als root, weil {installation.service.name} den Klon"
            f" {places.clone} nicht lesen darf. Besser liegt er z. B. unter /srv."
        )
    elif account.uid == 0:
        lines.append(
            "Achtung: sie laufen als root, denn einen anderen Benutzer gibt es hier nicht."
        )
    lines.append(f"Daten und Protokolle: {places.state}")
    lines.append("Beenden: ./baum down" if detach else "Beenden: Strg-C")
    return "\n".join(lines)


@contextmanager
def _one_at_a_time(installation: Installation) -> Iterator[None]:
    """Two `up` at once would set up twice: the second waits and then sees the first running."""
    with (installation.places.state / "up.lock").open("w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Ein anderes ./baum up richtet gerade ein; ich warte.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
