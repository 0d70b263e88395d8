"""Where an installation keeps its things: var/, or system folders where that cannot work."""

import hashlib
import json
import os
import re
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launch import people
from launch.people import Account
from launch.words import say

#: sun_path of a Unix socket holds 108 bytes, one of them the closing zero.
SOCKET_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432"
#: libpq reads a comma as "next host" and a leading @ as "abstract socket"; others are kept simple.
PLAIN_PATH = re.compile(r"[\w /.+=~-]+")
SYSTEM_STATE = Path("/var/lib/baumkataster")
SYSTEM_RUN = Path("/run")
FALLBACK_RUN = Path("/tmp")


@dataclass(frozen=True)
class Places:
    """The folders of one installation."""

    clone: Path
    #: Everything that must outlive a restart.
    state: Path
    #: The database socket; may vanish with a reboot.
    run: Path
    #: Why state is not var/ (a German sentence), empty if it is.
    reason: str = ""

    @property
    def cluster(self) -> Path:
        """Folder of the database account alone: data, start log."""
        return self.state / "pg"

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.cluster / "data"

    @property
    def secrets(self) -> Path:
        """Passwords and the secret key, one 0600 file each."""
        return self.state / "secrets"

    @property
    def log(self) -> Path:
        """Logs of supervisor, web and worker."""
        return self.state / "log"

    @property
    def stamps(self) -> Path:
        """Marks of set-up steps that are done."""
        return self.state / "stamps"

    @property
    def venv(self) -> Path:
        """Python environment of the product."""
        return self.clone / ".venv"

    @property
    def python(self) -> Path:
        """Interpreter of the product."""
        return self.venv / "bin" / "python"


def clone_id(clone: Path) -> str:
    """A short name for a clone, the same at every start (from its path)."""
    return hashlib.sha256(os.fsencode(clone)).hexdigest()[:10]


def socket_fits(run: Path) -> bool:
    """Whether PostgreSQL can bind and libpq can name a socket in this folder."""
    length = len(os.fsencode(run / SOCKET_NAME))
    return length <= SOCKET_LIMIT and PLAIN_PATH.fullmatch(str(run)) is not None


def find(clone: Path) -> Places:
    """The installation's folders: as decided at the first start, or decided and noted now."""
    note = clone / "var" / "where.json"
    places = _remembered(clone, note) or _decide(clone)
    places = _with_run_folder(places)
    _make_folders(places)
    _remember(places, note)
    return places


def for_existing_server(clone: Path) -> Places:
    """Folders of an installation whose database runs elsewhere: always var/."""
    places = Places(clone, clone / "var", clone / "var" / "run")
    _make_folders(places)
    return places


def _make_folders(places: Places) -> None:
    """The launcher's own folders; logs may name people, so only its account reads them."""
    for folder, mode in (
        (places.state, 0o755), (places.stamps, 0o755), (places.log, 0o750), (places.secrets, 0o711)
    ):  # fmt: skip
        people.own(folder, people.me(), mode)


def _remembered(clone: Path, note: Path) -> Places | None:
    """The decision of an earlier start; None if there is none or the clone has moved since."""
    try:
        kept = json.loads(note.read_text(encoding="utf-8"))
        if kept["clone"] != str(clone):
            return None
        return Places(clone, Path(kept["state"]), Path(kept["run"]), kept["reason"])
    except (OSError, ValueError, KeyError):
        return None


def _remember(places: Places, note: Path) -> None:
    text = json.dumps(
        {"clone": str(places.clone), "state": str(places.state), "run": str(places.run),
         "reason": places.reason}, indent=1, ensure_ascii=False,
    )  # fmt: skip
    if not note.exists() or note.read_text(encoding="utf-8") != text:
        fresh = note.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(note)


def _decide(clone: Path) -> Places:
    """Choose once: var/ if the database account can live there, else the system's folders."""
    inside = Places(clone, clone / "var", clone / "var" / "run")
    people.own(inside.state, people.me(), 0o755)
    reason = obstacle(inside, people.database_account(inside.data))
    if not reason:
        return inside
    name = clone_id(clone)
    outside = Places(clone, SYSTEM_STATE / name, SYSTEM_RUN / f"baumkataster-{name}", reason)
    if _make_system_folder(outside.state):
        return outside
    # Without rights on the system's folders only the socket has to move, the data fit in the clone.
    return Places(clone, inside.state, outside.run, reason)


def obstacle(places: Places, who: Account) -> str:
    """Why the cluster cannot live in ``places`` (a German sentence); empty if it can."""
    if not people.can(who, "-x", places.state):
        return f"Der Benutzer {who.name} darf den Ordner {places.clone} nicht betreten."
    if not socket_fits(places.run):
        return (
            f"Der Pfad {places.run} taugt nicht für einen Socket"
            f" (höchstens {SOCKET_LIMIT} Bytes, keine Sonderzeichen)."
        )
    probe = places.state / ".probe"
    people.own(probe, who, 0o700)
    kept = probe.stat()
    probe.rmdir()
    if kept.st_uid != who.uid or stat.S_IMODE(kept.st_mode) != 0o700:
        return f"Das Dateisystem von {places.clone} kennt keine Unix-Rechte."
    return ""


def _with_run_folder(places: Places) -> Places:
    """Make the socket's folder (a reboot empties /run); fall back to a private one in /tmp."""
    who = people.database_account(places.data)
    mode = 0o755 if os.geteuid() == 0 else 0o700
    if places.run.parent == places.state:
        people.own(places.run, who, mode)
        return places
    if places.run.is_dir() and places.run.stat().st_uid == who.uid:
        return places
    if places.run.parent == SYSTEM_RUN and _make_system_folder(places.run):
        people.own(places.run, who, mode)
        return places
    private = FALLBACK_RUN / f"baumkataster-{who.uid}-{clone_id(places.clone)}"
    private.mkdir(mode=0o700, exist_ok=True)
    if private.is_symlink() or private.stat().st_uid != who.uid:
        raise PermissionError(f"{private} gehört jemand anderem.")
    return Places(places.clone, places.state, private, places.reason)


def _make_system_folder(folder: Path) -> bool:
    """Make a folder outside the clone that belongs to the caller; with sudo if that is needed."""
    if folder.is_dir() and folder.stat().st_uid == os.geteuid():
        return True
    mine = people.me()
    command = ["install", "-d", "-m", "0755", "-o", str(mine.uid), "-g", str(mine.gid), str(folder)]
    if mine.uid != 0:
        say(f"Lege {folder} an (mit sudo).")
        quiet = [] if os.isatty(0) else ["-n"]
        command = ["sudo", *quiet, *command]
    try:
        done = subprocess.run(command, capture_output=False, check=False)
    except OSError:
        return False
    return done.returncode == 0
