"""Accounts of the operating system: who runs the database, who web and worker."""

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launch.words import LaunchError, say

#: Debian's packages make this account; the cluster of a root installation belongs to it.
DATABASE_USER = "postgres"
#: Made by us when root starts: owns uploads and mail, can write nothing else.
SERVICE_USER = "baumkataster"


@dataclass(frozen=True)
class Account:
    """One account of the operating system."""

    name: str
    uid: int
    gid: int
    home: str

    def is_me(self) -> bool:
        """Whether the launcher already runs under this account."""
        return self.uid == os.geteuid()

    def process(self) -> dict[str, Any]:
        """Arguments for subprocess that start a child under this account; empty if it is ours."""
        if self.is_me():
            return {}
        groups = os.getgrouplist(self.name, self.gid)
        return {"user": self.uid, "group": self.gid, "extra_groups": groups}

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """``env`` with the names that say whose home it is."""
        if self.is_me():
            return dict(env)
        return {**env, "HOME": self.home, "USER": self.name, "LOGNAME": self.name}


def account(name: str) -> Account | None:
    """Look an account up by name; None if the system has none."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)


def by_uid(uid: int) -> Account:
    """The account of a numeric id; containers may run under one that has no name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, os.getegid(), os.environ.get("HOME", "/"))
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir)


def me() -> Account:
    """The account that started the launcher."""
    return by_uid(os.geteuid())


def database_account(data: Path) -> Account:
    """Who runs the cluster in ``data``: its owner, else postgres for root, else the caller.

    Raises:
        LaunchError: the cluster belongs to somebody that the caller cannot become.
    """
    mine = me()
    if data.exists():
        owner = by_uid(data.stat().st_uid)
        if mine.uid not in (0, owner.uid):
            raise LaunchError(
                f"Die Datenbank in {data} gehört dem Benutzer {owner.name}. Bitte als dieser"
                " Benutzer starten oder mit sudo."
            )
        return owner
    if mine.uid != 0:
        return mine
    found = account(DATABASE_USER)
    if found is None:
        raise LaunchError(f"Den Systembenutzer {DATABASE_USER} gibt es nicht; postgresql fehlt.")
    return found


def service_account(database: Account | None) -> Account:
    """Who should run web and worker: the caller; for root an account without any other rights.

    A cluster that an ordinary user made stays with that user, root or not.
    """
    mine = me()
    if mine.uid != 0:
        return mine
    if database is not None and database.name != DATABASE_USER and database.uid != 0:
        return database
    return account(SERVICE_USER) or _create_service_user() or mine


def _create_service_user() -> Account | None:
    """Make the system account; None if the system does not let us (read-only /etc)."""
    done = subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", "--comment", "Baumkataster web and worker", SERVICE_USER],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        say(f"Systembenutzer {SERVICE_USER} nicht angelegt: {done.stderr.strip()}")
    return account(SERVICE_USER)


def can(who: Account, test: str, path: Path) -> bool:
    """Ask the kernel as ``who``: ``test`` is a flag of test(1), such as -r, -w or -x."""
    return succeeds(who, ["test", test, str(path)])


def succeeds(who: Account, command: Sequence[str], cwd: str = "/") -> bool:
    """Whether a quiet command ends well under this account."""
    try:
        done = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            env=who.environment(os.environ), **who.process(),
        )  # fmt: skip
    except OSError:
        return False
    return done.returncode == 0


def own(path: Path, who: Account, mode: int) -> None:
    """Make a folder if needed and give it to ``who`` with exactly this mode."""
    path.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(path, who.uid, who.gid)
    if path.stat().st_uid == os.geteuid() or os.geteuid() == 0:
        path.chmod(mode)


def hand_over(folder: Path, who: Account) -> None:
    """As root: give every file below ``folder`` to ``who`` (a command of root may write there)."""
    if os.geteuid() != 0 or who.uid == 0:
        return
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(root, name)
            if path.lstat().st_uid != who.uid:
                os.lchown(path, who.uid, who.gid)
