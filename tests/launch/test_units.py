"""The units: what systemd thinks of them, which paths they hold, and that `up` tells when it is ready."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from launch import units
from launch.words import LaunchError
from tests.launch.conftest import ROOT

FOLDER = ROOT / "deploy" / "systemd"
NAMES = sorted(path.name for path in FOLDER.iterdir())


def test_every_unit_is_installed_by_one_of_the_two_ways() -> None:
    assert sorted({*units.ALONE, *units.SEVERAL}) == NAMES


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    """Packages for tests hold systemd-analyze; on a desktop it is there anyway."""
    shutil.copy(ROOT / "baum", tmp_path / "baum")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "betrieb.md").touch()
    for name in NAMES:
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(units.filled(text, tmp_path, "127.0.0.1", 8000))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no",
         *(str(tmp_path / name) for name in NAMES)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_no_placeholder_stays(tmp_path: Path) -> None:
    for name in NAMES:
        text = units.filled((FOLDER / name).read_text("utf-8"), Path("/srv/b"), "10.0.0.1", 8001)
        assert "@" not in text, name
    web = (FOLDER / "baumkataster-web.service").read_text("utf-8")
    said = units.filled(web, Path("/srv/b"), "10.0.0.1", 8001)
    assert "ExecStart=/srv/b/baum web --host 10.0.0.1 --port 8001\n" in said


def test_a_clone_in_a_home_is_not_hidden_from_itself() -> None:
    assert "ProtectHome=no" in units.filled("ProtectHome=yes", Path("/home/a/b"), "::1", 1)
    assert "ProtectHome=yes" in units.filled("ProtectHome=yes", Path("/homes/b"), "::1", 1)


def test_paths_that_systemd_reads_otherwise_are_refused() -> None:
    for path in ("/srv/a b", "/srv/50%", "/srv/$HOME"):
        with pytest.raises(LaunchError, match="systemd"):
            units.filled("", Path(path), "::1", 1)


def test_systemd_hears_when_all_is_up(tmp_path: Path) -> None:
    units.notify({}, "READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        units.notify({"NOTIFY_SOCKET": str(tmp_path / "notify")}, "READY=1")
        assert systemd.recv(100) == b"READY=1"
    units.notify({"NOTIFY_SOCKET": str(tmp_path / "gone")}, "READY=1")
