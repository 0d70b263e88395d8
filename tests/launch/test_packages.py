"""Package names per system, what counts as missing, and that Debian makes no cluster of its own."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from launch import packages
from launch.words import LaunchError

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'


def test_systems_are_told_apart() -> None:
    assert packages.system(DEBIAN) is packages.DEBIAN
    assert packages.system('ID=ubuntu\nVERSION_ID="24.04"\n') is packages.UBUNTU
    with pytest.raises(LaunchError, match="Debian 12"):
        packages.system(DEBIAN.replace("12", "13"))


def test_tests_need_browser_and_qgis() -> None:
    for system in (packages.DEBIAN, packages.UBUNTU):
        assert any(name.startswith("chromium") for name in system.test)
        assert "python3-qgis" in system.test
        assert {"nginx", "openssl"} <= set(system.test)


def test_missing_names_what_dpkg_does_not_have() -> None:
    assert packages.missing(["dpkg", "no-such-package-at-all"]) == ["no-such-package-at-all"]


class Recorder:
    """Stands in for running things as root; remembers them."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.commands: list[list[str]] = []

    def __call__(self, command: Sequence[str], text: str | None = None) -> int:
        self.commands.append([*command, *([text] if text else [])])
        return self.code


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Nothing is installed, nothing may be run."""
    made = Recorder(0)
    monkeypatch.setattr(packages, "_root", made)
    monkeypatch.setattr(packages, "CREATECLUSTER", tmp_path / "conf.d" / "baumkataster.conf")
    return made


def pretend(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Let missing() give these answers, the last one for ever."""
    left = list(answers)
    monkeypatch.setattr(packages, "missing", lambda _: left.pop(0) if len(left) > 1 else left[0])


def test_nothing_missing_runs_nothing(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, [])
    packages.ensure(packages.PRODUCT)
    assert recorder.commands == []


def test_main_cluster_is_prevented_before_the_installation(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, ["postgresql-15"], ["postgresql-common"], [])
    packages.ensure(packages.PRODUCT)
    said = [" ".join(command) for command in recorder.commands]
    conf = next(i for i, line in enumerate(said) if "create_main_cluster = false" in line)
    install = next(i for i, line in enumerate(said) if "apt-get" in line and "install" in line)
    assert conf < install
    assert "-y" in recorder.commands[install] and "--no-install-recommends" in said[install]


def test_nginx_is_installed_without_being_started(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
    pretend(monkeypatch, ["nginx"], [])
    packages.ensure(packages.TEST)
    said = [" ".join(command) for command in recorder.commands]
    denied = next(i for i, line in enumerate(said) if "exit 101" in line)
    install = next(i for i, line in enumerate(said) if "install nginx" in line)
    allowed = next(i for i, line in enumerate(said) if line.startswith("rm -f"))
    assert denied < install < allowed
    assert said[-1] == "update-rc.d nginx disable"


def test_a_server_that_was_here_is_left_alone(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, ["postgresql-15-postgis-3"], [], [])
    packages.ensure(packages.PRODUCT)
    assert not any("create_main_cluster" in " ".join(command) for command in recorder.commands)


def test_what_is_only_wished_for_may_fail(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    recorder.code = 100
    pretend(monkeypatch, [], ["chromium-headless-shell"])
    packages.ensure(packages.TEST)
    assert [command[-2:] for command in recorder.commands] == [
        ["install", "chromium-headless-shell"]
    ]
    assert "es geht auch ohne" in "".join(capfd.readouterr())
    recorder.commands.clear()
    pretend(monkeypatch, [], ["chromium-headless-shell"])
    packages.ensure(packages.PRODUCT)
    assert not recorder.commands, "only tests wish for it"


def test_failure_is_named_never_skipped(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, ["chromium", "python3-qgis"], ["python3-qgis"])
    with pytest.raises(LaunchError, match=r"nicht installieren: python3-qgis"):
        packages.ensure(packages.TEST)
