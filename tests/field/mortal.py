"""A server that may die at any moment and comes back at the same address, for the endurance proofs."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import ROOT
from tests.server import Server, collect_static, command, free_port, server_environment, wait_for


class Mortal:
    """gunicorn with one worker; use as a context manager. It also ends when the tests are killed."""

    def __init__(self, database: str, var: Path, **environment: str) -> None:
        self.port = free_port()
        self.deaths = 0
        self.var = var
        self._env = server_environment(database, var, **environment)
        self._database = database
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        collect_static(self._env)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._end(signal.SIGTERM)

    @property
    def server(self) -> Server:
        """As the other tests know it."""
        assert self._child is not None
        return Server(f"http://localhost:{self.port}", self._database, self.var, self._child.pid)

    def start(self) -> None:
        """Come up and answer."""
        with (self.var / "server.log").open("ab") as log:
            self._child = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command(self.port)],
                cwd=ROOT,
                env=self._env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(self.server, self._child)

    def die(self) -> None:
        """Killed without a word, master and worker (the master leads a session of its own)."""
        self.deaths += 1
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(child.pid, how)
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
