"""Reads the tables of tests/cases: rules that live in several languages are tested by one table."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"


def table(name: str) -> dict[str, Any]:
    """The whole table ``tests/cases/<name>.json``."""
    found: dict[str, Any] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def each_row(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Parametrise a test by the rows of a table under their own names; the argument is ``row``."""
    rows = table(name)["rows"]
    names = [row["name"] for row in rows]
    twice = sorted({n for n in names if names.count(n) > 1})
    assert rows and not twice, f"{name}.json: empty, or names used twice: {twice}"
    return pytest.mark.parametrize("row", rows, ids=names)


def day(text: str | None) -> date | None:
    """A day of a table."""
    return None if text is None else date.fromisoformat(text)
