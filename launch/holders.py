"""Who needs the database right now: the last one to leave stops it, nobody else may."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Put there by `./baum db`: the database stays until `./baum down`.
KEEP = "keep"


def started_at(pid: int) -> str:
    """The kernel's start time of a process (its number may be used again); '' if it is gone."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = line.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]


class Holders:
    """The list of those who hold the database of one installation (files in a folder)."""

    def __init__(self, folder: Path) -> None:
        """``folder`` holds one file per process, named by its id; made when first needed."""
        self.folder = folder

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One launcher at a time starts or stops the database."""
        self.folder.mkdir(exist_ok=True)
        with (self.folder / ".lock").open("w", encoding="ascii") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def enter(self, pid: int) -> None:
        """Note that a process needs the database until it ends."""
        (self.folder / str(pid)).write_text(started_at(pid), encoding="ascii")

    def leave(self, pid: int) -> None:
        """Strike a process from the list."""
        (self.folder / str(pid)).unlink(missing_ok=True)

    def keep(self, wanted: bool) -> None:
        """Ask for a database that outlives all holders, or take that back."""
        mark = self.folder / KEEP
        if wanted:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)

    def others(self) -> bool:
        """Whether somebody else still needs the database; forgets the dead."""
        if (self.folder / KEEP).exists():
            return True
        found = False
        for path in self.folder.glob("[0-9]*"):
            pid = int(path.name)
            if pid == os.getpid():
                continue
            if path.read_text(encoding="ascii") == started_at(pid) != "":
                found = True
            else:
                path.unlink(missing_ok=True)
        return found
