"""The installation's settings file: what stands there counts unless the environment says otherwise."""

import re
import stat
from collections.abc import Mapping
from pathlib import Path

from launch.words import LaunchError

#: Names another file than var/baumkataster.env.
POINTER = "BAUM_SETTINGS_FILE"
NAME = "baumkataster.env"
LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
ALLOWED = re.compile(r"BAUM_[A-Z0-9_]+|DATABASE_URL|DATABASE_OWNER_URL")
#: Tests have settings of their own; only the database server is the same.
FOR_TESTS = ("DATABASE_URL", "DATABASE_OWNER_URL")


def path(clone: Path, env: Mapping[str, str]) -> Path:
    """Where the file is, or would be."""
    return Path(env.get(POINTER) or clone / "var" / NAME)


def merged(clone: Path, env: Mapping[str, str], *, test: bool = False) -> dict[str, str]:
    """The environment with the file's settings below it.

    Raises:
        LaunchError: the file is named but missing, open to everybody, or has a line that is none.
    """
    file = path(clone, env)
    if not file.exists():
        if env.get(POINTER):
            raise LaunchError(f"Die Einstellungsdatei {file} aus {POINTER} gibt es nicht.")
        return dict(env)
    if stat.S_IMODE(file.stat().st_mode) & 0o007:
        raise LaunchError(
            f"Die Einstellungsdatei {file} enthält Kennwörter und darf nicht für alle lesbar sein."
            f" Bitte: chmod 600 {file}"
        )
    found = parse(file.read_text(encoding="utf-8"), str(file))
    if test:
        found = {name: value for name, value in found.items() if name in FOR_TESTS}
    return {**found, **env}


def parse(text: str, name: str) -> dict[str, str]:
    """Read NAME=value lines as systemd's EnvironmentFile does: comments, blanks, quotes around.

    Raises:
        LaunchError: a line that is none, or a name that is no setting; with file and line.
    """
    found = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        match = LINE.fullmatch(line)
        if match is None:
            raise LaunchError(f"{name}, Zeile {number}: erwartet wird NAME=Wert.")
        if not ALLOWED.fullmatch(match[1]):
            raise LaunchError(f"{name}, Zeile {number}: {match[1]} ist keine Einstellung (BAUM_…).")
        value = match[2].strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        found[match[1]] = value
    return found
