"""Writes on a disk that fills up, in a mount namespace of its own; run by test_full_disk.py.

``unshare --mount python -m tests.faults.full_disk [DUMP]``: a small tmpfs holds cluster and photos,
the cluster a database from the dump or a migrated one. The disk is filled, people go on writing, it
gets room again. The last line is what became of it, as JSON.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baumkataster.settings")
django.setup()

from django.db import connections  # noqa: E402 - Django must be set up first

from bench.cluster import private_cluster  # noqa: E402
from bench.served import session_headers  # noqa: E402
from bench.talk import Talk  # noqa: E402
from tests import factories  # noqa: E402
from tests.conftest import create_database, manage  # noqa: E402
from tests.dumps import put_back  # noqa: E402
from tests.faults.photos import send_photo, uploaded  # noqa: E402
from tests.faults.writers import Writers, assert_all_is_there  # noqa: E402
from tests.field.mortal import Mortal  # noqa: E402

#: A migrated cluster with its logs takes about 400.
SIZE_MB = 600
#: Seconds on the full disk after the first write that broke.
FULL_S = 2.5


@contextlib.contextmanager
def small_disk() -> Iterator[Path]:
    """A disk that only this process and its children see; the folder under it goes in the end, too."""
    folder = Path(tempfile.mkdtemp(prefix="baum-full-"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=755", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True)
        folder.chmod(0o755)
        yield folder
    finally:
        # Lazily: whatever still holds a file of it keeps the disk, not the folder.
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Take every byte that is left; unbuffered, because a rest in a buffer breaks at closing."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size):
                    pass
    return ballast


def wait_until(true: Callable[[], bool], *, patience: float = 60.0) -> None:
    """Come back when it is true, or when the patience has ended."""
    end = time.monotonic() + patience
    while not true() and time.monotonic() < end:
        time.sleep(0.05)


def main() -> None:
    """Run and say; a word to end is followed with the cluster stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended from outside."))
    with small_disk() as folder:
        tempfile.tempdir = str(folder)
        _run(folder)


def _run(folder: Path) -> None:
    """A cluster on the small disk, and the trial in it."""
    with private_cluster() as postgres:
        name = f"baumtest_{os.getpid()}_full"
        if sys.argv[1:]:
            put_back(name, Path(sys.argv[1]))
        else:
            create_database(name, os.environ["BAUM_TEMPLATE_DB"])
            manage(name, "migrate", "--verbosity=0")
        connections["default"].settings_dict.update(
            NAME=name, USER="baum_app", PASSWORD="bench-app", HOST=str(postgres.places.run)
        )
        (var := folder / "var").mkdir()
        sys.stdout.write(f"{json.dumps(vars(_trial(name, var, folder)))}\n")
        connections["default"].close()


def _trial(name: str, var: Path, folder: Path) -> SimpleNamespace:
    """Write before, on and after the full disk."""
    factories.load_reference_data()
    factories.make_city()
    users = [factories.make_user("arborist") for _ in range(3)]
    trees = [factories.make_tree(phase="mature").pk for _ in range(9)]
    seen = SimpleNamespace(photo_on_full=0, photo_after=0, broken=0, acknowledged=0)
    with Mortal(name, var) as server, Writers(server.server.url, users, trees) as writers:
        talk = Talk(server.server.url, session_headers(users[0]))
        writers.wait_for(5)
        ballast = fill(folder)
        photo = send_photo(talk, users[0], trees[0])
        seen.photo_on_full = photo.status
        # Pages and logs that are there already take some rows; the first that needs another breaks.
        wait_until(lambda: writers.journal.broken > 0)
        time.sleep(FULL_S)
        ballast.unlink()
        writers.wait_for(5)
        seen.photo_after = send_photo(talk, users[0], trees[0], again=photo).status
        assert uploaded(talk, photo) == "received"
    assert_all_is_there(name, writers.journal)
    seen.broken, seen.acknowledged = writers.journal.broken, len(writers.journal.acknowledged)
    return seen


if __name__ == "__main__":
    sys.exit(main())
