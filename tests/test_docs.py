"""What the documents say is true: dependencies are explained, links lead somewhere, the README is short."""

import re
import tomllib
from pathlib import Path

import pytest

from geodata.fields import CONTROL, PUBLIC

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *(ROOT / "docs").glob("*.md"),
]


def test_every_dependency_says_why_it_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.split(r"[\[~=<> ]", line)[0] for line in project["dependencies"]}
    table = (ROOT / "docs/decisions.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([a-z0-9-]+) \|", table, re.MULTILINE)) - {"package"}
    assert explained == named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_named_files_exist(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text):
        assert (page.parent / target).exists(), target
    named = re.findall(
        r"`((?:baumkataster|inspections|geodata|static|tests|docs|fixtures|launch)/[\w./-]+)`", text
    )
    for name in named:
        assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_readme_is_short_and_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("\n") < 150
    assert "./baum up" in text and "./baum test" in text


def test_ci_runs_the_test_command_of_the_readme():
    assert "./baum test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_glossary_terms_are_used_by_the_interface():
    """A German term that no page shows any more is a term of nobody."""
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) > 30
    english = [cell.strip() for _, cell in rows]
    assert len(english) == len(set(english)), "one word for one thing"


def test_every_setting_of_the_environment_is_documented():
    files = (ROOT / "baumkataster").glob("settings*.py")
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    names = set(re.findall(r"""["'](BAUM_[A-Z_]+)["']""", source))
    internal = {"BAUM_VAR", "BAUM_DB_ROLE", "BAUM_SECRET_KEY_FILE"}
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert len(names) > 10
    assert not {name for name in names - internal if f"`{name}`" not in pages}


def test_every_column_that_leaves_the_house_is_documented():
    page = (ROOT / "docs/exchange.md").read_text(encoding="utf-8")
    public, control = page.split("## Control columns")
    assert [c.name for c in PUBLIC if f"| `{c.name}` |" not in public] == []
    rest = [c for c in CONTROL if c not in PUBLIC]
    assert [c.name for c in rest if f"| `{c.name}` |" not in control] == []
