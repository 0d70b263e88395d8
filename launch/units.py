"""./baum install-units: the units of deploy/systemd with this clone's paths; and telling systemd."""

import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from launch.installation import Installation
from launch.words import LaunchError, Parser, answer, say

SYSTEM_FOLDER = Path("/etc/systemd/system")
#: One machine, or one of several hosts.
ALONE = ("baumkataster.service", "baumkataster-backup.service", "baumkataster-backup.timer")
SEVERAL = ("baumkataster-web.service", "baumkataster-worker.service")
#: Folders, below the root of the file system, that ProtectHome= would hide from the unit.
HOMES = ("home/", "root/", "run/user/")


def install_units(installation: Installation, arguments: Sequence[str]) -> int:
    """Write the units and say what to do next; nothing is started.

    Raises:
        LaunchError: the path of the clone does not fit into a unit, or the folder is not ours.
    """
    parser = Parser(prog="./baum install-units", add_help=False, allow_abbrev=False)
    parser.add_argument("--folder", type=Path, default=SYSTEM_FOLDER)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--several-hosts", action="store_true")
    chosen = parser.parse_args(list(arguments))
    clone = installation.places.clone
    names = SEVERAL if chosen.several_hosts else ALONE
    try:
        for name in names:
            text = (clone / "deploy" / "systemd" / name).read_text(encoding="utf-8")
            (chosen.folder / name).write_text(filled(text, clone, chosen.host, chosen.port))
    except OSError as error:
        raise LaunchError(f"{error.filename}: {error.strerror}. Fehlt sudo?") from error
    if chosen.folder == SYSTEM_FOLDER and Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "daemon-reload"], check=False)
    starting = " ".join(name for name in names if name != "baumkataster-backup.service")
    answer(f"Geschrieben nach {chosen.folder}. Weiter mit: systemctl enable --now {starting}")
    return 0


def filled(text: str, clone: Path, host: str, port: int) -> str:
    """A unit's text for one clone.

    Raises:
        LaunchError: systemd would read the path as something else.
    """
    path = str(clone)
    if any(letter in path for letter in " %$\"'\\;"):
        raise LaunchError(f"Der Pfad {path} enthält Zeichen, die systemd anders liest.")
    for name, value in (("@CLONE@", path), ("@HOST@", host), ("@PORT@", str(port))):
        text = text.replace(name, value)
    if f"{path}/".removeprefix("/").startswith(HOMES):
        say(f"{clone} liegt in einem Heimatordner; die Units können Heimatordner daher sehen.")
        text = text.replace("ProtectHome=yes", "ProtectHome=no")
    return text


def notify(env: Mapping[str, str], state: str) -> None:
    """Tell systemd (Type=notify) how things are; nothing happens where nobody asked."""
    address = env.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        try:
            channel.sendto(state.encode(), address.replace("@", "\0", 1))
        except OSError as error:
            say(f"systemd hört nicht zu: {os.strerror(error.errno or 0)}")
