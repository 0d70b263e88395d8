"""No cell of a file is a formula."""

import pytest

from baumkataster.spreadsheets import FORMULA_STARTS, never_a_formula


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_formula_stands_behind_an_apostrophe(start: str) -> None:
    assert never_a_formula(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "1+1", "Linde", " =1", "'=1"])
def test_other_texts_stay(text: str) -> None:
    assert never_a_formula(text) == text
