"""Web server and worker of a bench, with the processes and threads that ./baum starts; ended after."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from baumkataster.models import User
from launch.stack import WEB, WORKER
from tests.conftest import ROOT
from tests.server import Server, collect_static, free_port, server_environment, wait_for

#: Secret of the CSRF cookie; a browser's is as long.
CSRF = "b" * 32


@dataclass(frozen=True)
class Stack:
    """A running web server and, if wanted, a worker."""

    server: Server
    worker: int


@contextmanager
def stack(database: str, var: Path, *, worker: bool = False, **environment: str) -> Iterator[Stack]:
    """Start both on a database; what they say goes to files in ``var``."""
    # The same key, so that a session made here signs in there.
    env = server_environment(database, var, BAUM_SECRET_KEY=settings.SECRET_KEY, **environment)
    collect_static(env)
    port = free_port()
    web = [sys.executable, "-m", "gunicorn", "baumkataster.wsgi:application", *WEB]
    tasks = [sys.executable, "manage.py", *WORKER] if worker else ["sleep", "infinity"]
    with (
        child([*web, "--bind", f"127.0.0.1:{port}"], env, var / "server.log") as front,
        child(tasks, env, var / "worker.log") as back,
    ):
        server = Server(f"http://localhost:{port}", database, var, front.pid)
        wait_for(server, front)
        yield Stack(server, back.pid)


@contextmanager
def child(
    command: Sequence[str], env: dict[str, str], log: Path, stdin: int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A program in the clone that ends with the block, and with this process."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],
            cwd=ROOT, env=os.environ | env, stdin=stdin, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def session_headers(user: User) -> dict[str, str]:
    """Headers of a browser in which this person is signed in and may write."""
    session: Any = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/json",
    }
