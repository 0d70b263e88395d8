"""The shipped species list: without doubles, plausible, and fit for a real city."""

import csv
import gzip
import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
REAL_DATA = os.environ.get("BAUM_REAL_DATA", "")
COLUMNS = [
    "genus", "hybrid", "species", "infraspecific", "cultivar", "german_name", "leaf_type",
    "phase_limit_years", "max_height_m", "max_girth_cm", "max_crown_m", "synonyms", "frequency",
]  # fmt: skip
LEAF_TYPES = {"deciduous", "evergreen_broadleaf", "conifer"}
Row = dict[str, str]


@cache
def species() -> list[Row]:
    with (FIXTURES / "species.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def botanical(row: Row) -> str:
    epithet = f"×{row['species']}" if row["hybrid"] == "1" else row["species"]
    cultivar = f"'{row['cultivar']}'" if row["cultivar"] else ""
    parts = [row["genus"], epithet, row["infraspecific"], cultivar]
    return " ".join(part for part in parts if part)


def synonyms(row: Row) -> list[str]:
    return [name for name in row["synonyms"].split(";") if name]


def size(row: Row) -> tuple[int, int, int]:
    return int(row["max_height_m"]), int(row["max_girth_cm"]), int(row["max_crown_m"])


def key(text: str) -> tuple[str, str]:
    """Genus and epithet in small letters, no hybrid sign: 'Tilia x euchlora' -> tilia, euchlora."""
    words = [word for word in text.lower().replace("×", " ").split() if word != "x"]
    return words[0], words[1] if len(words) > 1 else ""


def test_species_file_has_its_columns_and_enough_rows() -> None:
    assert list(species()[0]) == COLUMNS
    assert len(species()) >= 420
    assert len({key(botanical(row)) for row in species() if row["species"]}) >= 300


def test_botanical_names_are_unique() -> None:
    names = Counter(botanical(row) for row in species())
    assert [name for name, count in names.items() if count > 1] == []


def test_a_synonym_names_one_species_only_and_none_that_is_accepted() -> None:
    accepted = {botanical(row) for row in species()}
    names = Counter(name for row in species() for name in synonyms(row))
    assert [name for name, count in names.items() if count > 1 or name in accepted] == []


def well_formed(row: Row) -> bool:
    return bool(
        re.fullmatch(r"[A-Z][a-z]+", row["genus"])
        and row["hybrid"] in ({"0", "1"} if row["species"] else {"0"})
        and re.fullmatch(r"([a-z]+(-[a-z]+)?)?", row["species"])
        and re.fullmatch(r"((subsp|var|f)\. [a-z]+)?", row["infraspecific"])
        and re.fullmatch(r"([A-ZÄÖÜ][\w' .-]*)?", row["cultivar"])
        and re.fullmatch(r"[A-ZÄÖÜ][\w' ().,-]+", row["german_name"])
        and row["leaf_type"] in LEAF_TYPES
        and row["phase_limit_years"] in {"50", "65", "80"}
        and int(row["frequency"]) >= 1
    )


def test_species_rows_are_well_formed() -> None:
    assert [row for row in species() if not well_formed(row)] == []


def of_central_europe(row: Row) -> bool:
    """Whether the limits are those of one tree: m, cm and m that fit each other."""
    height, girth, crown = size(row)
    return (
        3 <= height <= 50
        and 4 * height <= girth <= min(1100, 70 * height)
        and 3 <= crown <= min(34, 2 * height)
    )


def test_growth_limits_are_those_of_trees_in_central_europe() -> None:
    assert [row for row in species() if not of_central_europe(row)] == []


def test_cultivars_stay_within_their_species_and_species_within_their_genus() -> None:
    limits = {(r["genus"], r["species"]): size(r) for r in species() if botanical(r) == plain(r)}
    beyond = [
        botanical(row)
        for row in species()
        for parent in {(row["genus"], row["species"]), (row["genus"], "")} & limits.keys()
        if any(own > most for own, most in zip(size(row), limits[parent], strict=True))
    ]
    assert beyond == []


def plain(row: Row) -> str:
    return botanical({**row, "infraspecific": "", "cultivar": ""})


def test_every_cultivar_falls_back_to_its_species_or_genus() -> None:
    known = {(r["genus"], r["species"]) for r in species() if botanical(r) == plain(r)}
    assert [botanical(r) for r in species() if (r["genus"], r["species"]) not in known] == []


@pytest.mark.parametrize(
    ("name", "leaf_type", "phase_limit"),
    [
        ("Tilia cordata 'Greenspire'", "deciduous", "80"),
        ("Platanus ×hispanica", "deciduous", "80"),
        ("Acer platanoides 'Globosum'", "deciduous", "65"),
        ("Quercus robur 'Fastigiata'", "deciduous", "80"),
        ("Quercus ilex", "evergreen_broadleaf", "80"),
        ("Ilex aquifolium", "evergreen_broadleaf", "65"),
        ("Ginkgo biloba", "deciduous", "80"),
        ("Larix decidua", "conifer", "65"),
        ("Taxus baccata", "conifer", "80"),
        ("Betula pendula", "deciduous", "50"),
        ("Prunus 'Kanzan'", "deciduous", "50"),
        ("Tilia", "deciduous", "80"),
    ],
)
def test_well_known_trees(name: str, leaf_type: str, phase_limit: str) -> None:
    row = next(row for row in species() if botanical(row) == name)
    assert (row["leaf_type"], row["phase_limit_years"]) == (leaf_type, phase_limit)


def test_frequencies_look_like_a_city() -> None:
    weights = sorted((int(row["frequency"]) for row in species()), reverse=True)
    assert 100 <= sum(weight >= 50 for weight in weights) <= 250, "about so many are common"
    assert weights[0] <= 0.15 * sum(weights), "no species dominates"
    assert sum(weights[:20]) >= 0.5 * sum(weights), "twenty make up half of a city"


#: What stands in the species column of the real file without being a species.
PSEUDO = ("Waldartiger", "Verschiedene", "unbekannt", "Obstgehölze", "LEER")


def covered(name: str, known: set[tuple[str, str]]) -> bool:
    genus, epithet = key(re.split(r"[,']", name)[0])
    if epithet in {"", "spec", "spec."}:
        return (genus, "") in known
    if epithet.endswith("."):
        return any(g == genus and e.startswith(epithet[:-1]) for g, e in known)
    return (genus, epithet) in known


@pytest.mark.skipif(not REAL_DATA, reason="BAUM_REAL_DATA does not point to the real files")
def test_the_list_covers_the_trees_of_wesel() -> None:
    path = Path(REAL_DATA) / "wesel" / "Baumkataster.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as handle:
        names = [row["GA_LANG"] for row in csv.DictReader(handle, delimiter=";")]
    trees = [name for name in names if not name.startswith(PSEUDO)]
    known = {key(name) for row in species() for name in [botanical(row), *synonyms(row)]}
    missed = Counter(name for name in trees if not covered(name, known))
    assert len(trees) > 13_000
    assert sum(missed.values()) <= 0.03 * len(trees), missed.most_common(20)
