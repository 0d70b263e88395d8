"""A worker that somebody starts again when it has ended, as the supervisor of an installation does."""

import os
import signal
import subprocess
import sys
from types import TracebackType
from typing import Self

from tests.conftest import ROOT, app_url, owner_url


class MindedWorker:
    """The worker with short times of death; use as a context manager."""

    def __init__(self, database: str, **environment: str) -> None:
        self._env = os.environ | {
            "DATABASE_URL": app_url(database),
            "DATABASE_OWNER_URL": owner_url(database),
            **environment,
        }
        self.starts = 0
        self.process = self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()

    def mind(self) -> None:
        """Start it again where it has ended."""
        if self.process.poll() is not None:
            self.process = self._begin()

    def die(self) -> None:
        """SIGKILL, and the next one."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.mind()

    def _begin(self) -> "subprocess.Popen[bytes]":
        self.starts += 1
        return subprocess.Popen(
            [sys.executable, "-m", "tests.interfaces.worker"], cwd=ROOT, env=self._env
        )
