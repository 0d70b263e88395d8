"""A PostgreSQL cluster of a bench's own, under the account that never is root, so that it may be killed.

Uses what ./baum uses (launch/cluster.py); nothing listens on TCP, all is gone at the end.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launch import people, roles
from launch.cluster import Cluster
from launch.places import Places
from tests.conftest import ROOT

#: Seconds until a killed server is gone.
PATIENCE = 30.0


class PrivateCluster:
    """A running cluster; the benches' databases go there while it lives."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(ROOT, folder, folder / "run")
        people.own(folder, people.me(), 0o755)
        people.own(self.places.run, people.database_account(self.places.data), 0o755)
        self.cluster = Cluster(self.places)
        self.deaths = 0

    def begin(self) -> None:
        """Make and start it, and lead this process's new databases to it."""
        words = roles.Passwords("bench-owner", "bench-app")
        self.cluster.create()
        self.cluster.start()
        roles.provision(self.cluster, words)
        os.environ["DATABASE_URL"] = roles.url(roles.APP, words.app, self.places.run)
        os.environ["DATABASE_OWNER_URL"] = roles.url(roles.OWNER, words.owner, self.places.run)
        os.environ["BAUM_TEMPLATE_DB"] = roles.TEMPLATE

    def die(self) -> None:
        """Immediate shutdown: no checkpoint, every connection cut, as in a power failure."""
        self.deaths += 1
        os.kill(self._pid(), signal.SIGQUIT)
        self._wait_until_gone()

    def start(self) -> None:
        """Come back by recovery."""
        self.cluster.start()

    def end(self) -> None:
        """Stop it if it runs."""
        if self.cluster.exists() and self.cluster.runs():
            self.cluster.stop()

    def _pid(self) -> int:
        text = (self.places.data / "postmaster.pid").read_text(encoding="ascii")
        return int(text.splitlines()[0])

    def _wait_until_gone(self) -> None:
        end = time.monotonic() + PATIENCE
        while (self.places.data / "postmaster.pid").exists():
            if time.monotonic() > end:
                raise SystemExit("PostgreSQL did not end.")
            time.sleep(0.02)


@contextmanager
def private_cluster() -> Iterator[PrivateCluster]:
    """Made in a folder of its own, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="baum-bench-"))
    kept = {
        name: os.environ.get(name)
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "BAUM_TEMPLATE_DB")
    }
    made = PrivateCluster(folder)
    try:
        made.begin()
        yield made
    finally:
        made.end()
        for name, value in kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        shutil.rmtree(folder, ignore_errors=True)
