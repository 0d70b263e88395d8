"""Botanical names: the shipped list, the irregular writings of real sources, misspellings."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baumkataster.rules.species import ParsedName, botanical_name, parse_botanical
from baumkataster.rules.spelling import closest_name, match_key
from tests.case_tables import each_row

SPECIES = Path(__file__).parents[2] / "fixtures" / "species.csv"


def shipped() -> list[dict[str, str]]:
    with SPECIES.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def written(row: dict[str, str]) -> str:
    return botanical_name(
        genus=row["genus"],
        hybrid=row["hybrid"] == "1",
        species=row["species"],
        infraspecific=row["infraspecific"],
        cultivar=row["cultivar"],
    )


def test_every_shipped_name_reads_back_as_its_parts() -> None:
    rows = shipped()
    assert len(rows) >= 300
    for row in rows:
        name = parse_botanical(written(row))
        assert name == ParsedName(
            genus=row["genus"],
            hybrid=row["hybrid"] == "1",
            species=row["species"],
            infraspecific=row["infraspecific"],
            cultivar=row["cultivar"],
        ), written(row)


def test_every_shipped_synonym_is_a_botanical_name() -> None:
    synonyms = [name for row in shipped() for name in row["synonyms"].split(";") if name]
    assert len(synonyms) >= 100
    lost = [name for name in synonyms if not parse_botanical(name).genus]
    assert lost == []


@each_row("botanical_name")
def test_writings_of_real_sources(row: dict[str, Any]) -> None:
    parts = {key: value for key, value in row.items() if key != "name"}
    assert parse_botanical(row["name"]) == ParsedName(**parts)


@pytest.mark.parametrize("text", ["", "  ", "?", "Obstgehölze divers", "114.00", "×", "''", "'"])
def test_what_is_no_name_has_no_genus(text: str) -> None:
    name = parse_botanical(text)
    assert (name.genus, name.botanical_name) == ("", "")


def test_genus_level_is_written_spec() -> None:
    assert parse_botanical("Tilia").botanical_name == "Tilia spec."
    assert parse_botanical("Tilia spec. Kopflinde").botanical_name == "Tilia spec."


def test_a_hybrid_is_written_with_its_sign() -> None:
    assert parse_botanical("Tilia x intermedia 'Pallida'").botanical_name == (
        "Tilia ×intermedia 'Pallida'"
    )


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    parse_botanical(text)
    match_key(text)


@given(st.sampled_from([written(row) for row in shipped()]))
def test_writing_and_reading_again_changes_nothing(text: str) -> None:
    assert parse_botanical(text).botanical_name == text


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Styphnolobium japonica", "Styphnolobium japonicum"),
        ("Metasequoja glyptostroboides", "Metasequoia glyptostroboides"),
        ("Cedrus atlantika", "Cedrus atlantica"),
        ("Tilia x europaea", "Tilia ×europaea"),
        ("TILIA CORDATA", "Tilia cordata"),
        ("Aesculus hippocastanum 'Baumanii'", "Aesculus hippocastanum 'Baumannii'"),
        ("Fraxinus angustifolie", "Fraxinus angustifolia"),
        ("Pterocaria fraxinifolia", "Pterocarya fraxinifolia"),
    ],
)
def test_spellings_of_one_name_share_a_key(wrong: str, right: str) -> None:
    assert match_key(wrong) == match_key(right)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tilia cordata", "Tilia tomentosa"),
        ("Acer rubrum", "Acer negundo"),
        ("Tilia cordata", "Tilia cordata 'Rancho'"),
        ("Quercus robur", "Quercus rubra"),
    ],
)
def test_different_names_keep_different_keys(one: str, other: str) -> None:
    assert match_key(one) != match_key(other)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Gingko biloba", "Ginkgo biloba"),
        ("Cercidyphyllum japonicum", "Cercidiphyllum japonicum"),
        ("Zelkova serata", "Zelkova serrata"),
        ("Prunus lustianica", "Prunus lusitanica"),
        ("Fagus sylvatica 'Purple Fountai'", "Fagus sylvatica 'Purple Fountain'"),
        ("Robinia pseudacacia", "Robinia pseudoacacia"),
    ],
)
def test_the_closest_name_is_found_in_the_shipped_list(wrong: str, right: str) -> None:
    assert closest_name(wrong, [written(row) for row in shipped()]) == right


def test_nothing_near_is_nothing() -> None:
    assert closest_name("Waldartiger Bestand", [written(row) for row in shipped()]) is None
    assert closest_name("", ["Tilia cordata"]) is None
