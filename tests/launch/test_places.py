"""Where data and socket go: var/ where that works, system folders where it cannot."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch import people, places
from launch.people import Account
from launch.places import Places
from tests.launch.conftest import open_folder


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Shorter than pytest's own: a socket below it must fit."""
    folder = open_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for /var/lib, /run and /tmp; short enough for any socket."""
    for name in ("SYSTEM_STATE", "SYSTEM_RUN", "FALLBACK_RUN"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setattr(places, name, folder)
    return tmp_path


@pytest.fixture
def as_me(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """The cluster is run by whoever runs the tests."""
    mine = people.me()
    monkeypatch.setattr(people, "database_account", lambda _: mine)
    yield mine


def clone_at(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


@pytest.mark.usefixtures("as_me", "system")
def test_normally_everything_is_in_var(tmp_path: Path) -> None:
    clone = clone_at(tmp_path / "my clone")
    found = places.find(clone)
    assert (found.state, found.run, found.reason) == (clone / "var", clone / "var" / "run", "")
    assert found.run.is_dir()
    assert list(found.state.glob(".probe")) == []


@pytest.mark.usefixtures("as_me")
def test_long_path_goes_to_the_system_folders(tmp_path: Path, system: Path) -> None:
    clone = clone_at(tmp_path / ("x" * 60) / ("y" * 60))
    found = places.find(clone)
    name = places.clone_id(clone)
    assert found.state == places.SYSTEM_STATE / name
    assert found.run == places.SYSTEM_RUN / f"baumkataster-{name}"
    assert "107" in found.reason


@pytest.mark.usefixtures("as_me")
def test_without_rights_only_the_socket_moves(
    tmp_path: Path, system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_make_system_folder", lambda _: False)
    clone = clone_at(tmp_path / ("x" * 60) / ("y" * 60))
    found = places.find(clone)
    assert found.state == clone / "var"
    assert found.run.parent == places.FALLBACK_RUN
    assert found.run.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("as_me", "system")
def test_a_stranger_s_folder_in_tmp_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_make_system_folder", lambda _: False)
    clone = clone_at(tmp_path / ("x" * 60) / ("y" * 60))
    elsewhere = clone_at(tmp_path / "elsewhere")
    name = f"baumkataster-{os.geteuid()}-{places.clone_id(clone)}"
    (places.FALLBACK_RUN / name).symlink_to(elsewhere)
    with pytest.raises(PermissionError):
        places.find(clone)


@pytest.mark.usefixtures("as_me")
def test_the_decision_is_kept(tmp_path: Path, system: Path) -> None:
    clone = clone_at(tmp_path / ("x" * 60) / ("y" * 60))
    first = places.find(clone)
    assert json.loads((clone / "var" / "where.json").read_text())["state"] == str(first.state)
    first.run.rmdir()  # a reboot empties /run
    assert places.find(clone) == first
    assert first.run.is_dir()


@pytest.mark.usefixtures("as_me", "system")
def test_a_copied_clone_decides_for_itself(tmp_path: Path) -> None:
    clone = clone_at(tmp_path / ("x" * 60) / ("y" * 60))
    places.find(clone)
    copy = tmp_path / "copy"
    clone.rename(copy)
    assert places.find(copy).state == copy / "var"


def test_closed_home_is_an_obstacle(tmp_path: Path) -> None:
    other = people.account("nobody") if os.geteuid() == 0 else people.me()
    assert other is not None
    home = clone_at(tmp_path / "home")
    state = clone_at(home / "clone" / "var")
    found = Places(home / "clone", state, state / "run")
    home.chmod(0o600)  # nobody may enter; root alone is not stopped by that
    assert "nicht betreten" in places.obstacle(found, other)
    home.chmod(0o700)


@pytest.mark.parametrize(
    ("run", "fits"),
    [
        ("/" + "a" * 92, True),  # 93 + 14 bytes = 107
        ("/" + "a" * 93, False),
        ("/" + "ä" * 47, False),  # two bytes each
        ("/with blank/run", True),
        ("/with,comma/run", False),
        ("/with'quote/run", False),
    ],
)
def test_what_a_socket_path_may_be(run: str, fits: bool) -> None:
    assert places.socket_fits(Path(run)) is fits
