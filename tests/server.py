"""A real server process on a database of its own, for browsers and QGIS.

with cloned_database("browser", template_database) as name:
    with on_database(name, django_db_blocker):
        make_city(); ...                       # factories write into the clone, committed
    with running_server(name, tmp_path) as server:
        ...                                    # server.url is http://localhost:12345
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from launch.stack import WORKER_CLASS
from tests.conftest import PREFIX, ROOT, app_url, create_database, drop_database, owner_url

#: Seconds that a server may take until it answers.
PATIENCE = 40.0


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, its database, and where it writes files and its log."""

    url: str
    database: str
    var: Path
    pid: int

    @property
    def log(self) -> str:
        """What the server has said so far."""
        return (self.var / "server.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def cloned_database(word: str, template: str) -> Iterator[str]:
    """A database made from a template in 0.3 s, dropped at the end; ``word`` tells clones apart."""
    name = f"{PREFIX}_{os.getpid()}_{word}"
    create_database(name, template)
    try:
        yield name
    finally:
        drop_database(name)


@contextmanager
def on_database(name: str, django_db_blocker: Any) -> Iterator[None]:
    """Let this process write to another database, without the rollback of ordinary tests."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        _turn(name)
        try:
            yield
        finally:
            _turn(before)


def _turn(name: str) -> None:
    connections["default"].close()
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


@contextmanager
def running_server(
    database: str, var: Path, *, static: bool = False, **environment: str
) -> Iterator[Server]:
    """gunicorn as in an installation, on a free port of this machine; ended at the end.

    ``static`` collects the static files first (browsers need them, programs do not).
    """
    env = server_environment(database, var, **environment)
    if static:
        collect_static(env)
    port = free_port()
    with (var / "server.log").open("wb") as log:
        child = subprocess.Popen(command(port), cwd=ROOT, env=env, stdout=log, stderr=log)
    server = Server(f"http://localhost:{port}", database, var, child.pid)
    try:
        wait_for(server, child)
        yield server
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def server_environment(database: str, var: Path, **environment: str) -> dict[str, str]:
    """What a server process reads."""
    return os.environ | {
        "DATABASE_URL": app_url(database),
        "DATABASE_OWNER_URL": owner_url(database),
        "BAUM_VAR": str(var),
        "PYTHONUNBUFFERED": "1",
        **environment,
    }


def collect_static(env: dict[str, str]) -> None:
    """Have the browser's files where the server of this environment looks for them.

    ./baum test has gathered them for its own folder; they serve all servers of a run.
    """
    gathered = Path(os.environ.get("BAUM_VAR", "")) / "static"
    wanted = Path(env["BAUM_VAR"]) / "static"
    if (gathered / "staticfiles.json").exists() and not wanted.exists():
        wanted.symlink_to(gathered.resolve())
        return
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=ROOT,
        env=env,
        check=True,
    )


def command(port: int) -> list[str]:
    """One worker with threads: enough for a test, and its memory can be measured."""
    return [
        *(sys.executable, "-m", "gunicorn", "baumkataster.wsgi:application"),
        *("--bind", f"127.0.0.1:{port}", "--workers", "1", "--worker-class", WORKER_CLASS),
        *("--threads", "4", "--timeout", "120", "--graceful-timeout", "5", "--no-control-socket"),
        *("--access-logfile", "-"),
    ]


def free_port() -> int:
    """A port of this machine that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(server: Server, child: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers anything at all."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if child.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}/grundkarte/0/0/0.mvt", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"Der Server antwortet nicht:\n{server.log}")
