"""Sizes: units, doubts in words, and which unit was probably meant."""

from math import pi
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baumkataster.rules.dimensions import (
    BOUNDS,
    Dimensions,
    SpeciesLimits,
    dimension_doubts,
    doubt_of,
    girth_of_diameter,
    in_field_unit,
    number_text,
)

LINDEN = SpeciesLimits(name="Tilia cordata", girth_cm=600, height_m=35, crown_diameter_m=20)


@pytest.mark.parametrize(
    ("field", "value", "unit", "sentence"),
    [
        ("girth_cm", 320, "m", "320 m ist kein plausibler Stammumfang; sind cm gemeint?"),
        ("girth_cm", 1.2, "cm", "1,2 cm ist kein plausibler Stammumfang; sind m gemeint?"),
        ("girth_cm", 1200, "cm", "1.200 cm ist kein plausibler Stammumfang; sind mm gemeint?"),
        ("girth_cm", 0, "cm", "0 cm ist kein plausibler Stammumfang. Bitte prüfen."),
        ("girth_cm", -5, "cm", "-5 cm ist kein plausibler Stammumfang. Bitte prüfen."),
        ("height_m", 110, "m", "110 m ist keine plausible Baumhöhe; sind cm gemeint?"),
        ("height_m", 12, "cm", "12 cm ist keine plausible Baumhöhe; sind m gemeint?"),
        ("crown_diameter_m", 850, "m", "850 m ist kein plausibler Kronendurchmesser; "
         "sind cm gemeint?"),
        ("crown_base_m", 250, "m", "250 m ist kein plausibler Kronenansatz; sind cm gemeint?"),
    ],
)  # fmt: skip
def test_an_odd_value_is_told_with_the_likely_unit(
    field: str, value: float, unit: str, sentence: str
) -> None:
    doubt = doubt_of(field, value, unit)
    assert doubt is not None
    assert doubt.text() == sentence


@pytest.mark.parametrize("field", BOUNDS)
def test_the_bounds_themselves_are_no_doubt(field: str) -> None:
    low, high = BOUNDS[field]
    unit = "cm" if field == "girth_cm" else "m"
    assert doubt_of(field, low, unit) is None
    assert doubt_of(field, high, unit) is None
    assert doubt_of(field, high + 1, unit) is not None
    assert doubt_of(field, low - 0.1, unit) is not None


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [
        ("girth_cm", 3, 875),
        ("height_m", 0.3, 45),
        ("crown_diameter_m", 0.2, 30),
        ("crown_base_m", 0, 30),
    ],
)
def test_the_bounds_are_those_of_a_large_city(field: str, low: float, high: float) -> None:
    assert BOUNDS[field] == (low, high)


def test_height_over_trunk_is_doubted_beyond_two_hundred() -> None:
    assert told(height_m=2.0, girth_cm=pi) == []
    assert told(height_m=2.005, girth_cm=pi) == [("girth_cm", "dimension.too_slender")]


def test_a_height_of_nothing_contradicts_nothing() -> None:
    assert told(height_m=0.0, crown_base_m=2.0) == [("height_m", "dimension.implausible")]
    assert told(height_m=0.8, crown_base_m=0.9) == [
        ("crown_base_m", "dimension.crown_base_above_top")
    ]


def test_units_are_turned_into_the_fields_own() -> None:
    assert in_field_unit("girth_cm", 1.14, "m") == pytest.approx(114)
    assert in_field_unit("girth_cm", 1140, "mm") == pytest.approx(114)
    assert in_field_unit("height_m", 850, "cm") == pytest.approx(8.5)
    assert in_field_unit("crown_diameter_m", 8500, "mm") == pytest.approx(8.5)


def test_an_unlisted_unit_is_an_error() -> None:
    with pytest.raises(KeyError):
        in_field_unit("girth_cm", 1, "ft")


def test_girth_follows_from_the_diameter() -> None:
    assert girth_of_diameter(36) == 113
    assert girth_of_diameter(100) == 314


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (8, "8"), (8.5, "8,5"), (1234.56, "1.234,6"), (1000000, "1.000.000"), (10.0, "10")],
)
def test_numbers_are_written_as_germans_do(value: float, text: str) -> None:
    assert number_text(value) == text


def told(species: SpeciesLimits | None = None, **values: Any) -> list[tuple[str, str]]:
    """Field and code of each doubt."""
    found = dimension_doubts(Dimensions(**values), year=2026, species=species)
    assert all(problem.sentence.text() for problem in found)
    return [(problem.field, problem.sentence.code) for problem in found]


def test_an_ordinary_tree_raises_no_doubt() -> None:
    ordinary = {
        "girth_cm": 114,
        "height_m": 12,
        "crown_diameter_m": 8,
        "crown_base_m": 3,
        "planted_year": 1985,
    }
    assert told(LINDEN, **ordinary) == []
    assert told() == []


@pytest.mark.parametrize(
    ("values", "doubts"),
    [
        ({"girth_cm": 601, "height_m": 30}, [("girth_cm", "dimension.beyond_species")]),
        ({"girth_cm": 600, "height_m": 30}, []),
        ({"height_m": 36}, [("height_m", "dimension.beyond_species")]),
        ({"crown_diameter_m": 21}, [("crown_diameter_m", "dimension.beyond_species")]),
        ({"girth_cm": 1215}, [("girth_cm", "dimension.other_unit")]),
    ],
)
def test_a_value_beyond_its_species_is_told_once(
    values: dict[str, Any], doubts: list[tuple[str, str]]
) -> None:
    assert told(LINDEN, **values) == doubts


def test_the_species_is_named_with_its_limit() -> None:
    (problem,) = dimension_doubts(Dimensions(girth_cm=700), year=2026, species=LINDEN)
    assert problem.sentence.text() == (
        "700 cm Stammumfang ist für Tilia cordata ungewöhnlich viel (sonst bis 600 cm). "
        "Bitte prüfen."
    )


def test_a_species_without_limits_raises_none() -> None:
    assert told(SpeciesLimits(name="Tilia"), girth_cm=700, height_m=40) == []


@pytest.mark.parametrize(
    ("values", "doubts"),
    [
        ({"crown_base_m": 12.0}, [("crown_base_m", "dimension.crown_base_above_top")]),
        ({"crown_base_m": 11.9}, []),
        ({"crown_diameter_m": 30.0, "height_m": 10.0}, []),
        (
            {"crown_diameter_m": 30.0, "height_m": 9.9},
            [("crown_diameter_m", "dimension.crown_too_wide")],
        ),
        ({"girth_cm": 18}, [("girth_cm", "dimension.too_slender")]),
        ({"girth_cm": 19}, []),
        ({"girth_cm": 100, "height_m": 0.0}, [("height_m", "dimension.implausible")]),
    ],
)
def test_sizes_that_do_not_fit_together_are_told(
    values: dict[str, Any], doubts: list[tuple[str, str]]
) -> None:
    assert told(**{"height_m": 12.0, **values}) == doubts


@pytest.mark.parametrize(
    ("planted", "code"),
    [
        (2026, None),
        (2027, "dimension.planted_in_future"),
        (1800, None),
        (1799, "dimension.planted_long_ago"),
        (12, "dimension.planted_long_ago"),
    ],
)
def test_planting_years_are_doubted_not_cut(planted: int, code: str | None) -> None:
    assert told(planted_year=planted) == ([("planted_year", code)] if code else [])


@given(
    st.sampled_from(sorted(BOUNDS)),
    st.floats(-1e6, 1e9, allow_nan=False),
    st.sampled_from(["m", "cm", "mm"]),
)
def test_any_number_gets_an_answer(field: str, value: float, unit: str) -> None:
    doubt = doubt_of(field, value, unit)
    low, high = BOUNDS[field]
    assert (doubt is None) == (low <= in_field_unit(field, value, unit) <= high)
