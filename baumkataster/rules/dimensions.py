"""Sizes of a tree: units, and what is too odd to be taken without a word; called by forms and import.

A doubt is a warning, never a refusal: the database alone refuses what cannot be. The general
bounds are those that a million trees of Berlin hardly exceed (2024: 25 girths above 875 cm, no
height above 45 m, no crown above 30 m); those of a species stand in its list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Final

from baumkataster.rules.sentences import say
from baumkataster.rules.wording import Problem, Sentence, Word

#: Field → unit → how many of the field's own units it holds.
UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "girth_cm": {"cm": 1, "m": 100, "mm": 0.1},
    "height_m": {"m": 1, "cm": 0.01, "mm": 0.001},
    "crown_diameter_m": {"m": 1, "cm": 0.01, "mm": 0.001},
    "crown_base_m": {"m": 1, "cm": 0.01, "mm": 0.001},
}

#: Field → smallest and largest value without a doubt, in the field's unit.
BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "girth_cm": (3, 875),
    "height_m": (0.3, 45),
    "crown_diameter_m": (0.2, 30),
    "crown_base_m": (0, 30),
}

#: Planting years before are kept and doubted.
EARLIEST_YEAR: Final = 1800

#: Height over trunk diameter beyond which a tree that stands free would fall over.
SLENDEREST: Final = 200
#: Crown over height beyond which one of them is probably wrong.
WIDEST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeciesLimits:
    """What a very large tree of a species reaches in Central Europe; None: not known."""

    name: str
    girth_cm: float | None = None
    height_m: float | None = None
    crown_diameter_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """The measured sizes of one tree; None: not measured."""

    girth_cm: float | None = None
    height_m: float | None = None
    crown_diameter_m: float | None = None
    crown_base_m: float | None = None
    planted_year: int | None = None


def in_field_unit(field: str, value: float, unit: str) -> float:
    """A value in the unit of the field; KeyError on a field or unit that is not listed."""
    return value * UNITS[field][unit]


def girth_of_diameter(diameter_cm: float) -> int:
    """Girth in whole cm of a round trunk of that diameter in cm."""
    return round(diameter_cm * pi)


def number_text(value: float) -> str:
    """A number as Germans write it, at most one decimal: 1.234,5."""
    text = f"{value:,.1f}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,"))


def doubt_of(field: str, value: float, unit: str) -> Sentence | None:
    """What is odd about one value as it was given; names the unit that was probably meant."""
    if _plausible(field, value, unit):
        return None
    given = {"value": number_text(value), "unit": unit, "no": Word(f"no.{field}")}
    for other in UNITS[field]:
        if other != unit and _plausible(field, value, other):
            return say("dimension.other_unit", meant=other, **given)
    return say("dimension.implausible", **given)


def _plausible(field: str, value: float, unit: str) -> bool:
    low, high = BOUNDS[field]
    return low <= in_field_unit(field, value, unit) <= high


def dimension_doubts(
    found: Dimensions, *, year: int, species: SpeciesLimits | None = None
) -> list[Problem]:
    """Everything odd about the sizes of one tree, each at its field; ``year`` is today's."""
    doubts = [
        Problem(field, doubt)
        for field, unit in _OWN_UNITS.items()
        if (value := getattr(found, field)) is not None
        and (doubt := doubt_of(field, value, unit)) is not None
    ]
    told = {problem.field for problem in doubts}
    doubts += [doubt for doubt in _beyond_species(found, species) if doubt.field not in told]
    return doubts + _contradictions(found) + _year_doubts(found.planted_year, year)


_OWN_UNITS: Final = {field: next(iter(units)) for field, units in UNITS.items()}


def _beyond_species(found: Dimensions, species: SpeciesLimits | None) -> list[Problem]:
    doubts: list[Problem] = []
    if species is None:
        return doubts
    for field in ("girth_cm", "height_m", "crown_diameter_m"):
        value, limit = getattr(found, field), getattr(species, field)
        if value is not None and limit is not None and value > limit:
            sentence = say(
                "dimension.beyond_species",
                value=number_text(value),
                unit=_OWN_UNITS[field],
                what=Word(field),
                species=species.name,
                limit=number_text(limit),
            )
            doubts.append(Problem(field, sentence))
    return doubts


def _contradictions(found: Dimensions) -> list[Problem]:
    """Sizes that do not fit together, though each alone would pass."""
    height = found.height_m
    if height is None or height <= 0:
        return []
    doubts: list[Problem] = []
    told = number_text(height)
    if found.crown_base_m is not None and found.crown_base_m >= height:
        base = number_text(found.crown_base_m)
        sentence = say("dimension.crown_base_above_top", base=base, height=told)
        doubts.append(Problem("crown_base_m", sentence))
    if found.crown_diameter_m is not None and found.crown_diameter_m > WIDEST * height:
        crown = number_text(found.crown_diameter_m)
        sentence = say("dimension.crown_too_wide", crown=crown, height=told)
        doubts.append(Problem("crown_diameter_m", sentence))
    if found.girth_cm and height * 100 * pi / found.girth_cm > SLENDEREST:
        girth = number_text(found.girth_cm)
        sentence = say("dimension.too_slender", girth=girth, height=told)
        doubts.append(Problem("girth_cm", sentence))
    return doubts


def _year_doubts(planted: int | None, year: int) -> list[Problem]:
    if planted is None:
        return []
    if planted > year:
        return [Problem("planted_year", say("dimension.planted_in_future", year=planted))]
    if planted < EARLIEST_YEAR:
        return [Problem("planted_year", say("dimension.planted_long_ago", year=planted))]
    return []
