"""The tree protection bylaw: Oldenburg's as it is, another city's as data."""

from dataclasses import replace
from typing import Any

import pytest

from baumkataster.rules.protection import OLDENBURG, Bylaw, ProtectedTree, protection_of

OAK = ProtectedTree(
    genus="Quercus", species="robur", leaf_type="deciduous", girth_cm=120, girth_height_cm=100
)
BERLIN = Bylaw(
    title="Baumschutzverordnung Berlin",
    measuring_height_cm=130,
    girth_cm=80,
    stems_sum_cm=0,
    stem_cm=50,
    genera=frozenset({"Pinus"}),
)


def verdict(bylaw: Bylaw = OLDENBURG, **values: Any) -> tuple[str, str]:
    """Answer and code of the reason."""
    found = protection_of(replace(OAK, **values), bylaw)
    assert found.reason.text().endswith(".")
    return found.answer, found.reason.code


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ({"girth_cm": 100}, "protected"),
        ({"girth_cm": 99}, "not_protected"),
        ({"girth_cm": 100, "girth_height_cm": 130}, "protected"),
        ({"girth_cm": 99, "girth_height_cm": 130}, "unknown"),
        ({"girth_cm": 99, "girth_height_cm": 50}, "not_protected"),
        ({"girth_cm": 120, "girth_height_cm": 50}, "unknown"),
        ({"girth_height_cm": None}, "unknown"),
        ({"girth_cm": None}, "unknown"),
        ({"girth_cm": 10, "replacement": True}, "protected"),
        ({"genus": "", "species": ""}, "unknown"),
        ({"genus": "Taxus", "species": "baccata", "leaf_type": "conifer"}, "protected"),
        ({"genus": "Larix", "species": "decidua", "leaf_type": "conifer"}, "protected"),
        ({"genus": "Pinus", "species": "nigra", "leaf_type": "conifer"}, "protected"),
        ({"genus": "Picea", "species": "abies", "leaf_type": "conifer"}, "not_protected"),
        ({"genus": "Ilex", "leaf_type": "evergreen_broadleaf"}, "protected"),
        ({"genus": "Malus", "species": "domestica"}, "not_protected"),
        ({"genus": "Malus", "species": "sylvestris"}, "protected"),
        ({"genus": "Juglans", "species": "regia"}, "protected"),
        ({"genus": "Castanea", "species": "sativa"}, "protected"),
        ({"genus": "Corylus", "species": "colurna"}, "protected"),
        ({"genus": "Malus", "species": "domestica", "replacement": True}, "protected"),
    ],
)
def test_oldenburg(values: dict[str, Any], answer: str) -> None:
    assert verdict(**values)[0] == answer


@pytest.mark.parametrize(
    ("stems", "answer"),
    [
        ((40, 35, 25), "protected"),
        ((40, 35, 24), "not_protected"),
        ((29, 29, 29, 29), "not_protected"),
        ((30, 25, 25, 25), "protected"),
        ((101,), "protected"),
        ((99,), "not_protected"),
    ],
)
def test_oldenburg_counts_several_stems_together(stems: tuple[int, ...], answer: str) -> None:
    assert verdict(stems=stems, girth_cm=None)[0] == answer


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ({"girth_cm": 80, "girth_height_cm": 130}, "protected"),
        ({"girth_cm": 79, "girth_height_cm": 130}, "not_protected"),
        ({"girth_cm": 79, "girth_height_cm": 100}, "not_protected"),
        ({"girth_cm": 80, "girth_height_cm": 100}, "unknown"),
        ({"stems": (50, 10)}, "protected"),
        ({"stems": (49, 49)}, "not_protected"),
    ],
)
def test_another_citys_bylaw_is_only_other_data(values: dict[str, Any], answer: str) -> None:
    assert verdict(BERLIN, **values)[0] == answer


def test_without_a_rule_for_stems_the_girth_decides() -> None:
    bylaw = replace(OLDENBURG, stems_sum_cm=None)
    assert verdict(bylaw, stems=(90, 90), girth_cm=99) == ("not_protected", "protection.too_thin")


def test_a_sum_alone_may_do() -> None:
    bylaw = replace(OLDENBURG, stem_cm=None)
    assert verdict(bylaw, stems=(20, 20, 20, 20, 20))[0] == "protected"


def test_replacements_count_only_where_the_bylaw_says_so() -> None:
    bylaw = replace(OLDENBURG, replacements=False)
    assert verdict(bylaw, girth_cm=10, replacement=True)[0] == "not_protected"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Geschützt: 120 cm Umfang, die Grenze liegt bei 100 cm in 100 cm Höhe."),
        (
            {"girth_cm": 80},
            "Nicht geschützt: 80 cm Umfang, die Grenze liegt bei 100 cm in 100 cm Höhe.",
        ),
        (
            {"girth_height_cm": None},
            "Unklar: Bitte den Umfang in 100 cm Höhe messen (Grenze 100 cm).",
        ),
        (
            {"stems": (60, 50)},
            "Geschützt als mehrstämmiger Baum: zusammen 110 cm, dickster Stamm 60 cm.",
        ),
    ],
)
def test_the_reason_is_a_sentence(values: dict[str, Any], sentence: str) -> None:
    assert protection_of(replace(OAK, **values), OLDENBURG).reason.text() == sentence
