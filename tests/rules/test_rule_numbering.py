"""Tree numbers: order, the next free one, and how they are stored."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baumkataster.rules.numbering import next_free_number, normalise_number, number_key

NUMBERS = st.text(alphabet="0123456789abAB -/", max_size=12)


def test_numbers_sort_as_a_tree_office_reads_them() -> None:
    wanted = ["1", "2", "9", "10", "12", "12a", "12b", "13", "99", "100", "100/1", "100/12", "G2"]
    assert sorted(reversed(wanted), key=number_key) == wanted
    for one, other in pairwise(wanted):
        assert number_key(one) < number_key(other)


def test_case_does_not_matter_for_the_order() -> None:
    assert number_key("12A") == number_key("12a")


@pytest.mark.parametrize(
    ("text", "stored"),
    [("  17 ", "17"), ("17  a", "17 a"), ("0417", "0417"), ("\t12a\n", "12a"), ("   ", "")],
)
def test_numbers_are_stored_without_stray_blanks(text: str, stored: str) -> None:
    assert normalise_number(text) == stored


@pytest.mark.parametrize(
    ("existing", "following"),
    [
        ([], "1"),
        (["", "ohne"], "1"),
        (["1", "2", "3"], "4"),
        (["1", "2", "9", "10"], "11"),
        (["1", "7"], "8"),
        (["12", "12a", "12b"], "13"),
        (["100/1", "100/2"], "101"),
        (["0416", "0417"], "0418"),
        (["0999"], "1000"),
        (["01", "007"], "008"),
        (["G1", "G12", "U3"], "G13"),
        (["G01", "G02"], "G03"),
        (["5", "G12", "G13"], "6"),
        (["7", "123456789012345"], "8"),
        (["999999999"], "1000000000"),
        (["9999999999"], "1"),
    ],
)
def test_the_next_number_follows_the_highest(existing: list[str], following: str) -> None:
    assert next_free_number(existing) == following
    assert next_free_number(reversed(existing)) == following


@given(st.lists(NUMBERS, max_size=8))
def test_the_next_number_is_free(existing: list[str]) -> None:
    taken = {normalise_number(text) for text in existing}
    assert next_free_number(existing) not in taken


@given(NUMBERS)
def test_any_text_has_a_place_in_the_order(text: str) -> None:
    assert number_key(text) == number_key(normalise_number(f" {text} "))
