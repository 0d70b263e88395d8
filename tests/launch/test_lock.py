"""The pinned dependencies: hashed, complete, one truth for product and tests, no registry."""

import re
import tomllib
from pathlib import Path

import pytest

from launch import python_env
from launch.places import Places
from tests.launch.conftest import ROOT

PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall(text(name)))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_every_line_is_pinned_and_hashed(name: str) -> None:
    blocks = [block for block in re.split(r"\n(?=\S)", text(name)) if not block.startswith("#")]
    assert len(blocks) > 20
    for block in blocks:
        assert PIN.match(block), block
        assert "--hash=sha256:" in block, block


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_no_registry_is_named(name: str) -> None:
    assert "://" not in text(name)
    assert not re.search(r"^\s*-", re.sub(r"^\s*--hash=.*$", "", text(name), flags=re.MULTILINE),
                         re.MULTILINE)  # fmt: skip


def test_tests_run_on_what_the_product_runs_on() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-test.lock").items()


def test_everything_asked_for_is_locked() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    for wanted, lock in (
        (project["dependencies"], "requirements.lock"),
        (project["optional-dependencies"]["test"], "requirements-test.lock"),
    ):
        names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in wanted}
        assert names <= set(pins(lock))


def test_environment_is_renewed_when_the_lock_changes(tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path / "var", tmp_path / "var" / "run")
    places.python.parent.mkdir(parents=True)
    places.python.touch()
    for kind in (False, True):
        python_env.lock_file(tmp_path, test=kind).write_text(f"a==1 {kind}")
    stamp = places.venv / "baum-lock"
    assert not python_env.is_current(places, test=False)
    stamp.write_text(python_env.fingerprint(python_env.lock_file(tmp_path, test=False)))
    assert python_env.is_current(places, test=False)
    assert not python_env.is_current(places, test=True)
    stamp.write_text(python_env.fingerprint(python_env.lock_file(tmp_path, test=True)))
    assert python_env.is_current(places, test=True)
    assert python_env.is_current(places, test=False), "the test lock holds the product's too"
    python_env.lock_file(tmp_path, test=True).write_text("a==2")
    assert not python_env.is_current(places, test=True)
