"""The Python environment .venv: made from /usr/bin/python3 and the pinned, hashed lock."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from launch.places import Places
from launch.words import LaunchError, say

SYSTEM_PYTHON = "/usr/bin/python3"


def lock_file(clone: Path, *, test: bool) -> Path:
    """The lock of the product, or of product and tests together."""
    return clone / ("requirements-test.lock" if test else "requirements.lock")


def fingerprint(lock: Path) -> str:
    """Changes when the lock or the system's Python changes."""
    version = Path(SYSTEM_PYTHON).resolve().name
    return hashlib.sha256(lock.read_bytes()).hexdigest() + " " + version


def is_current(places: Places, *, test: bool) -> bool:
    """Whether .venv already holds what the lock says (the test lock contains the product's)."""
    wanted = [fingerprint(lock_file(places.clone, test=kind)) for kind in ({True, test})]
    try:
        lines = (places.venv / "baum-lock").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    return places.python.exists() and any(line in wanted for line in lines)


def ensure(places: Places, *, test: bool) -> None:
    """Make or renew .venv if the lock has changed; costs nothing if not.

    Raises:
        LaunchError: the folder cannot be written, or pip failed.
    """
    if is_current(places, test=test):
        return
    lock = lock_file(places.clone, test=test)
    say("Richte die Python-Umgebung .venv ein." + (" (mit Prüfwerkzeugen)" if test else ""))
    if os.pathsep in str(places.clone):
        raise LaunchError("Der Pfad des Klons enthält einen Doppelpunkt; Python erlaubt das nicht.")
    if not os.access(places.clone, os.W_OK):
        raise LaunchError(f"Der Ordner {places.clone} ist für diesen Benutzer nicht beschreibbar.")
    if not _works(places.python):
        shutil.rmtree(places.venv, ignore_errors=True)
        _run([SYSTEM_PYTHON, "-m", "venv", str(places.venv)], "Die Python-Umgebung entsteht nicht")
    stamp = places.venv / "baum-lock"
    stamp.unlink(missing_ok=True)
    _run(
        [str(places.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-input", "--require-hashes", "--no-deps", "-r", str(lock)],
        "Die Python-Pakete ließen sich nicht installieren",
    )  # fmt: skip
    stamp.write_text(fingerprint(lock) + "\n", encoding="ascii")


def _works(python: Path) -> bool:
    """Whether an environment is usable here (not one copied from elsewhere or of an old Python)."""
    if not python.exists():
        return False
    code = "import sys, pip; print(sys.prefix)"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return done.returncode == 0 and Path(done.stdout.strip()) == python.parent.parent


def _run(command: Sequence[str], complaint: str) -> None:
    if subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=2).returncode:
        raise LaunchError(f"{complaint}; die Meldung steht darüber.")
