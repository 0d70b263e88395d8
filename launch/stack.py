"""Web server and worker under one supervisor: its configuration, and whether it runs."""

import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from launch import people
from launch.holders import started_at
from launch.installation import Installation
from launch.people import Account
from launch.places import Places

#: How a process of the web server deals with its threads (gunicorn's gthread, and a little more).
WORKER_CLASS = "baumkataster.web_worker.Lingering"
#: How gunicorn serves a city on one machine; the benches serve theirs by the same options.
WEB = (
    *("--worker-class", WORKER_CLASS, "--workers", "2", "--threads", "8", "--timeout", "60"),
    *("--preload", "--graceful-timeout", "10", "--no-control-socket"),
)
#: The worker, as arguments of manage.py. Several jobs side by side: an alarm must leave within a
#: minute, whatever import, rule set or report is being worked on; of each of those one at a time.
WORKER = (
    *("procrastinate", "worker", "--concurrency", "4"),
    *("--shutdown-graceful-timeout", "10"),
)
#: Paths come in by the environment and are expanded by the shell: any path of the clone works, and
#: no password stands in this file. setpriv ends a program whose supervisor was killed.
CONFIGURATION = """\
; Written by ./baum at every start.
[supervisord]
nodaemon = true
silent = true
logfile = %(ENV_BAUM_VAR)s/log/supervisord.log
logfile_maxbytes = 2MB
logfile_backups = 2
pidfile = %(ENV_BAUM_VAR)s/log/supervisord.pid
{root}
[program:web]
command = /bin/sh -c 'cd "$BAUM_CLONE" && exec setpriv --pdeathsig TERM "$BAUM_PYTHON" -m gunicorn \
--bind "$BAUM_BIND" {web} baumkataster.wsgi:application'
{program}
stdout_logfile = %(ENV_BAUM_VAR)s/log/web.log

[program:worker]
command = /bin/sh -c 'cd "$BAUM_CLONE" && exec setpriv --pdeathsig TERM "$BAUM_PYTHON" manage.py {worker}'
{program}
stdout_logfile = %(ENV_BAUM_VAR)s/log/worker.log
"""
PROGRAM = """\
autorestart = true
startsecs = 2
startretries = 1000000
stopwaitsecs = 20
stopasgroup = false
killasgroup = true
redirect_stderr = true
stdout_logfile_maxbytes = 5MB
stdout_logfile_backups = 3"""


@dataclass(frozen=True)
class Running:
    """A supervisor at work, as noted in the state folder."""

    pid: int
    started: str
    host: str
    port: int
    account: str

    def alive(self) -> bool:
        """Whether it is still that very process."""
        return self.started != "" and started_at(self.pid) == self.started

    def address(self) -> str:
        """Where a browser on this machine finds it."""
        return f"http://{url_host(self.host)}:{self.port}/"


def url_host(host: str) -> str:
    """The host part of an address for a server bound to ``host``."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{shown}]" if ":" in shown else shown


def bind(host: str, port: int) -> str:
    """What gunicorn is told to listen on."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def configuration(account: Account) -> str:
    """The supervisor's file; as root the programs drop to ``account``."""
    root = "user = root\n" if os.geteuid() == 0 else ""
    program = PROGRAM
    if not account.is_me():
        program += f"\nuser = {account.name}"
    words = {"web": " ".join(WEB), "worker": " ".join(WORKER)}
    return CONFIGURATION.format(root=root, program=program, **words)


def process_account(installation: Installation) -> Account:
    """Who really runs web and worker: the service account if it can read clone and .venv."""
    who, places = installation.service, installation.places
    if who.is_me():
        return who
    code = "import django, baumkataster"
    readable = people.succeeds(who, [str(places.python), "-c", code], cwd=str(places.clone))
    home = people.can(who, "-w", places.state / "media")
    code_files = people.can(who, "-r", places.clone / "manage.py")
    return who if readable and home and code_files else people.me()


def start(
    installation: Installation, account: Account, host: str, port: int, *, detach: bool
) -> tuple[subprocess.Popen[bytes], Running]:
    """Start the supervisor and note it; it leads its own session, so Ctrl-C does not reach it."""
    places = installation.places
    _supervisor_log(places).unlink(missing_ok=True)
    config = places.state / "supervisord.conf"
    config.write_text(configuration(account), encoding="utf-8")
    env = {
        **installation.environment(owner=False),
        "BAUM_CLONE": str(places.clone),
        "BAUM_PYTHON": str(places.python),
        "BAUM_BIND": bind(host, port),
        "HOME": str(places.state / "home"),
        "USER": account.name,
        "PYTHONUNBUFFERED": "1",
    }
    env.pop("NOTIFY_SOCKET", None)  # the launcher tells systemd when all is up
    # Killed without a chance to tidy up, the launcher takes the supervisor along - unless detached.
    tie = [] if detach else ["setpriv", "--pdeathsig", "TERM"]
    with _log(places).open("ab") as log:
        child = subprocess.Popen(
            [*tie, str(places.python), "-m", "supervisor.supervisord", "-n", "-c", str(config)],
            env=env, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    found = Running(child.pid, started_at(child.pid), host, port, account.name)
    _note(places).write_text(json.dumps(asdict(found)), encoding="utf-8")
    return child, found


def running(places: Places) -> Running | None:
    """The supervisor of this installation, if it is alive."""
    try:
        found = Running(**json.loads(_note(places).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.alive() else None


def stop(places: Places, found: Running, patience: float) -> None:
    """End a supervisor (and with it its programs) that another launcher started."""
    _note(places).unlink(missing_ok=True)
    os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while found.alive():
        if time.monotonic() > deadline:
            os.kill(found.pid, signal.SIGKILL)
        time.sleep(0.1)


def forget(places: Places) -> bool:
    """Strike the note out; False if somebody else (`./baum down`) has done so before."""
    try:
        _note(places).unlink()
    except FileNotFoundError:
        return False
    return True


def crashes(places: Places) -> int:
    """How often the web server has ended by itself since the start."""
    path = _supervisor_log(places)
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return text.count(" exited: web ")


def log_tail(places: Places, lines: int = 25) -> str:
    """The end of the web server's and the supervisor's log, for an error message."""
    parts = []
    for path in (places.log / "web.log", _log(places)):
        if path.exists():
            text = path.read_text(encoding="utf-8", errors="replace").splitlines()
            parts.append("\n".join([f"--- {path}", *text[-lines:]]))
    return "\n".join(parts)


def _note(places: Places) -> Path:
    return places.state / "up.json"


def _supervisor_log(places: Places) -> Path:
    return places.log / "supervisord.log"


def _log(places: Places) -> Path:
    return places.log / "start.log"
