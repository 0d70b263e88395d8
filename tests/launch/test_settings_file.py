"""The settings file: read as systemd reads such files, below the environment, closed to others."""

from pathlib import Path

import pytest

from launch import settings_file
from launch.words import LaunchError


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    return tmp_path


def write(clone: Path, text: str, mode: int = 0o600) -> Path:
    path = clone / "var" / "baumkataster.env"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_lines_are_read_as_systemd_does() -> None:
    text = (
        "# note\n; note\n\nBAUM_PUBLIC_URL=https://baum.example\n"
        'BAUM_MAIL_FROM="Stadt <a@b.example>"\n'
        "BAUM_SMTP_PASSWORD='a=b#c'\nBAUM_DEBUG=\n"
    )
    assert settings_file.parse(text, "x") == {
        "BAUM_PUBLIC_URL": "https://baum.example",
        "BAUM_MAIL_FROM": "Stadt <a@b.example>",
        "BAUM_SMTP_PASSWORD": "a=b#c",
        "BAUM_DEBUG": "",
    }


@pytest.mark.parametrize("line", ["BAUM_A", "export BAUM_A=1", "BAUM_A = 1", "PATH=/x", "baum_a=1"])
def test_a_wrong_line_is_named(line: str) -> None:
    with pytest.raises(LaunchError, match="settings, Zeile 2"):
        settings_file.parse(f"BAUM_A=1\n{line}\n", "settings")


def test_the_environment_wins_and_the_rest_is_added(clone: Path) -> None:
    write(clone, "BAUM_A=file\nBAUM_B=file\nDATABASE_URL=postgresql://a@h/d\n")
    found = settings_file.merged(clone, {"BAUM_A": "env"})
    assert (found["BAUM_A"], found["BAUM_B"]) == ("env", "file")
    tests = settings_file.merged(clone, {}, test=True)
    assert tests == {"DATABASE_URL": "postgresql://a@h/d"}


def test_without_a_file_nothing_changes_but_a_named_one_must_be_there(clone: Path) -> None:
    assert settings_file.merged(clone, {"A": "1"}) == {"A": "1"}
    with pytest.raises(LaunchError, match="gibt es nicht"):
        settings_file.merged(clone, {settings_file.POINTER: str(clone / "other")})


def test_a_file_that_everybody_reads_is_refused(clone: Path) -> None:
    write(clone, "BAUM_A=1\n", 0o644)
    with pytest.raises(LaunchError, match="chmod 600"):
        settings_file.merged(clone, {})
    write(clone, "BAUM_A=1\n", 0o640)
    assert settings_file.merged(clone, {}) == {"BAUM_A": "1"}
