"""Packages of the operating system: says which are missing and installs them unasked."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from launch.words import LaunchError, say

#: Kept by Debian's tools for "what to do when a server package is installed".
CREATECLUSTER = Path("/etc/postgresql-common/createcluster.d/baumkataster.conf")
CREATECLUSTER_TEXT = """\
# Written by the Baumkataster before it installed PostgreSQL: its cluster is private, so Debian's
# own "main" cluster (port 5432) was not wanted. Remove this file to get one with the next version.
create_main_cluster = false
"""
#: Asked by Debian's tools whether a service may start now; 101 means no.
POLICY = Path("/usr/sbin/policy-rc.d")


@dataclass(frozen=True)
class System:
    """Package names of one release."""

    name: str
    product: tuple[str, ...]
    test: tuple[str, ...]
    #: What makes the tests quicker; they run without.
    wished: tuple[str, ...] = ()


DEBIAN = System(
    "Debian 12",
    ("postgresql-15", "postgresql-15-postgis-3", "gdal-bin", "libgdal32", "libgeos-c1v5",
     "libproj25", "gettext", "python3-venv", "tzdata", "ca-certificates", "libpango-1.0-0",
     "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"),
    ("chromium", "python3-qgis", "git", "nginx", "openssl", "libfaketime", "poppler-utils",
     "systemd"),
    ("chromium-headless-shell",),
)  # fmt: skip
#: Provided for, never run.
UBUNTU = System(
    "Ubuntu 24.04 (noch nicht erprobt)",
    ("postgresql-16", "postgresql-16-postgis-3", "gdal-bin", "libgdal34t64", "libgeos-c1t64",
     "libproj25", "gettext", "python3-venv", "tzdata", "ca-certificates"),
    ("chromium-browser", "python3-qgis", "git", "nginx", "openssl", "libfaketime", "poppler-utils",
     "systemd"),
)  # fmt: skip
SYSTEMS = {("debian", "12"): DEBIAN, ("ubuntu", "24.04"): UBUNTU}
APT_INSTALL = (
    *("apt-get", "-q", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"),
    *("-o", "Dpkg::Options::=--force-confold", "install"),
)
#: Which part of the packages a command needs.
PRODUCT, TEST = "product", "test"


def system(os_release: str) -> System:
    """The package names for the text of /etc/os-release.

    Raises:
        LaunchError: another operating system.
    """
    pairs = (line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    values = {key: value.strip('"') for key, value in pairs}
    found = SYSTEMS.get((values.get("ID", ""), values.get("VERSION_ID", "")))
    if found is None:
        raise LaunchError(
            f"Gebraucht wird Debian 12 oder Ubuntu 24.04, hier läuft"
            f" {values.get('PRETTY_NAME', 'etwas anderes')}."
        )
    return found


def missing(names: Sequence[str]) -> list[str]:
    """Those of ``names`` that are not installed."""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", *names],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    installed = {
        line.split()[0] for line in done.stdout.splitlines() if line.split()[1:] == ["installed"]
    }
    return [name for name in names if name not in installed]


def ensure(part: str) -> None:
    """Install what is missing of one part; nothing happens if nothing is.

    Raises:
        LaunchError: apt-get cannot be run, or it failed.
    """
    here = system(Path("/etc/os-release").read_text(encoding="utf-8"))
    wanted = missing(here.product if part == PRODUCT else here.test)
    if wanted:
        _install(here, wanted)
    if part == TEST and (better := missing(here.wished)):
        say(f"{here.name}: mit {' '.join(better)} geht es schneller. Ich versuche es.")
        if _root([*APT_INSTALL, *better]):
            say("Das ging nicht; es geht auch ohne.")


def _install(here: System, wanted: list[str]) -> None:
    say(f"{here.name}: es fehlen die Pakete {' '.join(wanted)}. Ich installiere sie.")
    if any(name.startswith("postgresql-") for name in wanted):
        _prevent_main_cluster()
    service = "nginx" in wanted
    # A failed update (one mirror down) need not hinder the installation: apt-get install decides.
    _root(["apt-get", "-q", "update"])
    with _no_service_starts() if service else nullcontext():
        code = _root([*APT_INSTALL, *wanted])
    if service and not missing(["nginx"]):
        _root(["update-rc.d", "nginx", "disable"])
    still = missing(wanted)
    if code or still:
        raise LaunchError(
            f"Diese Pakete ließen sich nicht installieren: {' '.join(still or wanted)}."
            " Die Meldung von apt-get steht darüber."
        )


def _prevent_main_cluster() -> None:
    """Keep Debian from making its own cluster; a server that was here before is left as it is."""
    if CREATECLUSTER.exists() or not missing(["postgresql-common"]):
        return
    _root(["install", "-d", "-m", "0755", str(CREATECLUSTER.parent)])
    _root(["sh", "-c", 'cat > "$1"', "sh", str(CREATECLUSTER)], text=CREATECLUSTER_TEXT)


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Install without opening port 80: tests start their own nginx; a policy of others stays."""
    if POLICY.exists():
        yield
        return
    _root(
        ["sh", "-c", 'printf "#!/bin/sh\\nexit 101\\n" > "$1" && chmod 755 "$1"', "sh", str(POLICY)]
    )
    try:
        yield
    finally:
        _root(["rm", "-f", "--", str(POLICY)])


def _root(command: Sequence[str], text: str | None = None) -> int:
    """Run a command as root, with sudo if we are not; without a terminal sudo must not ask.

    Raises:
        LaunchError: not root and no sudo.
    """
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_MODE": "a", "LC_ALL": "C.UTF-8"}
    if os.geteuid() != 0:
        words = [f"{name}={value}" for name, value in quiet.items()]
        ask = [] if os.isatty(0) else ["-n"]
        command = ["sudo", *ask, "env", *words, *command]
    source = {"input": text, "text": True} if text is not None else {"stdin": subprocess.DEVNULL}
    try:
        done = subprocess.run(command, check=False, env={**os.environ, **quiet}, stdout=2, **source)
    except FileNotFoundError as error:
        raise LaunchError(
            f"{command[0]} gibt es hier nicht. Bitte als root ausführen: apt-get install …"
        ) from error
    return done.returncode
