"""The profiles that come with the product, each with a look-alike that holds every quirk of its city."""

import tarfile
from pathlib import Path

import pytest

from geodata.readers import open_table, profile_names, read_profile
from geodata.rules.places import PLACE_KINDS
from geodata.rules.rows import RowReader
from tests.rules.test_rows import DAY, FIXTURES, kinds, told
from tests.rules.test_rows import readings as read_fixture


def packed(folder: Path) -> Path:
    """The files of leipzig_like in an archive as the city sends it."""
    path = folder / "leipzig_like.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for file in sorted((FIXTURES / "leipzig_like").iterdir()):
            archive.add(file, arcname=f"geojsons/trees/{file.name}")
    return path


def readings(profile: str, name: str) -> dict[int, tuple]:
    """Line -> (record, problems) of a look-alike."""
    return read_fixture(name, profile)


@pytest.fixture(scope="module")
def leipzig(tmp_path_factory) -> dict[int, tuple]:
    return readings("leipzig", str(packed(tmp_path_factory.mktemp("leipzig"))))


MUENSTER = "muenster_like.csv"


def test_every_row_of_muenster_is_a_record_or_refused():
    found = readings("muenster", MUENSTER)
    assert kinds(found) == {"TreeRow": 9, "SiteRow": 1, "NoneType": 1}
    assert told(found) == {
        (6, "Kronendurchmesser_akt_cm", "zero", "warning"),
        (6, "Stammdurchmesser_akt_cm", "zero", "warning"),
        (6, "Stammumfang_akt_cm", "zero", "warning"),
        (6, "ref_Baumart_botanisch", "unknown_species", "warning"),
        (7, "ref_Baumart", "stray_byte", "warning"),
        (7, "Pflanzjahr", "unusual", "warning"),
        (8, "ref_Baumart", "stray_byte", "warning"),
        (8, "Kronendurchmesser_akt_cm", "unusual", "warning"),
        (9, "Baumhoehe_akt_m", "impossible", "warning"),
        (9, "Stammumfang_akt_cm", "unusual", "warning"),
        (9, "Stammanzahl_akt_anz", "zero", "warning"),
        (10, "", "same_point", "warning"),
        (11, "Baumhoehe_akt_m", "decimal_mark", "warning"),
        (12, "gis_komplex_UTM", "no_wkt", "error"),
    }


@pytest.mark.parametrize(
    ("line", "attribute", "value"),
    [
        (2, "x", 405000.40218807268),  # 50 decimals
        (3, "x", 405010.389),  # a blank before the bracket
        (3, "crown_diameter_m", 2.5),  # the header says cm
        (3, "name", "Crataegus laevigata 'Paul's Scarlet'"),
        (4, "name", "Carpinus betulus*"),  # the asterisk goes when the name is looked up
        (4, "remarks", "Stammanzahl_akt_anz: 15"),
        (4, "height_m", 12.8),
        (5, "species_as_given", "Standort ohne Baum"),
        (7, "planted_year", 1522),
        (7, "species_as_given", "Prunus serrulata*, Japanische Blü\ufffdten-Kirsche"),
        (9, "number", ""),
        (2, "place", "ÖG ERFUNDENER GARTEN"),
        (2, "place_key", "90001"),
    ],
)
def test_values_of_muenster(line, attribute, value):
    assert getattr(readings("muenster", MUENSTER)[line][0], attribute) == value


def test_a_stray_byte_is_named_and_its_row_kept():
    record, problems = readings("muenster", MUENSTER)[8]
    stray = next(problem for problem in problems if problem.code == "stray_byte")
    assert (stray.line, stray.value) == (8, "Kaukasische Fl\ufffdügelnuss")
    assert stray.sentence == (
        "Das Byte 0x81 steht in der Zeichenkodierung der Datei für kein Zeichen. "
        "An seiner Stelle steht jetzt „\ufffd“, bitte berichtigen."
    )
    assert record.name == "Pterocarya fraxinifolia*"


def test_every_row_of_leipzig_is_a_record_or_refused(leipzig):
    assert kinds(leipzig) == {"TreeRow": 8, "SiteRow": 1, "NoneType": 3}
    assert told(leipzig) == {
        (5, "pflanzjahr", "impossible", "warning"),
        (6, "pflanzjahr", "impossible", "warning"),
        (7, "pflanzjahr", "unusual", "warning"),
        (7, "baumart_wi", "unknown_species", "warning"),
        (8, "baumhoehe", "zero", "warning"),
        (8, "kr_durchm", "impossible", "warning"),
        (8, "st_durchm", "impossible", "warning"),
        (8, "st_umfang", "impossible", "warning"),
        (10, "standortnr + ortsteil + strasse + gebiet", "double_key", "error"),
        (11, "@x", "no_point", "error"),
        (11, "@y", "no_point", "error"),
        (12, "@x / @y", "position_swapped", "error"),
    }


@pytest.mark.parametrize(
    ("line", "attribute", "value"),
    [
        (1, "girth_cm", 126),  # the text "126.0"
        (1, "height_m", 15.0),  # the number 15
        (1, "place_kind", ""),  # Gewässer: the name decides
        (2, "number", "2"),
        (3, "number", "2"),  # again, in the same object
        (3, "place_kind", "school"),
        (4, "number", "G8733"),
        (4, "species_as_given", ""),
        (5, "planted_year", None),  # 12
        (6, "planted_year", None),  # 2810
        (6, "number", "128544/1"),
        (6, "name", "Platanus x hispanica"),
        (7, "place", ""),
        (9, "girth_cm", 311),  # columns in another order
    ],
)
def test_values_of_leipzig(leipzig, line, attribute, value):
    assert getattr(leipzig[line][0], attribute) == value


def test_keys_of_leipzig_need_the_point(leipzig):
    second, third = leipzig[2][0], leipzig[3][0]
    assert second.key.startswith("2 | Erfundenes Dorf | Musterschule | Schulen | 743980.45 56")
    assert second.key != third.key
    assert list(second.source_keys) == ["standortnr", "ortsteil", "strasse", "gebiet", "@position"]


def test_what_is_no_point_is_told_with_a_way_out(leipzig):
    assert leipzig[11][1][0].sentence == (
        "Die Geometrie ist Polygon und kein Punkt. Bitte je Baum einen Punkt ausgeben."
    )


def test_archives_tell_file_and_number(tmp_path):
    with open_table(packed(tmp_path), read_profile("leipzig")) as table:
        list(table.rows)
        assert table.place_of is not None
        places = [table.place_of(number) for number in (1, 6, 7, 12)]
    assert places == [
        "erfundenes-dorf.geojson, 1",
        "erfundenes-dorf.geojson, 6",
        "musterviertel.geojson, 1",
        "musterviertel.geojson, 6",
    ]


def test_one_geojson_file_is_read_as_well():
    found = readings("leipzig", "leipzig_like/erfundenes-dorf.geojson")
    assert kinds(found) == {"TreeRow": 5, "SiteRow": 1}


def test_every_row_of_konstanz_is_a_record():
    first, second = (readings("konstanz", f"konstanz_like{end}.csv") for end in ("", "_again"))
    assert (kinds(first), kinds(second)) == ({"TreeRow": 7}, {"TreeRow": 8})
    assert told(first) == {(6, "kronendurchmesserM", "zero", "warning")}
    assert told(second) == {
        (8, "Name_lat", "unknown_species", "warning"),
        (9, "stammumfangCM", "unusual", "warning"),
    }


@pytest.mark.parametrize(
    ("line", "attribute", "value"),
    [
        (2, "key", "2"),
        (2, "place", "Erfundener Garten"),
        (2, "place_key", "4"),
        (2, "species_as_given", "Alnus glutinosa, Erle, Schwarz-Erle"),  # a comma in quotes
        (3, "number", ""),  # 0
        (5, "place", "Konstruierte Straße (Ried)"),  # only the last brackets
        (5, "place_key", "672"),
        (6, "number", ""),
        (6, "crown_diameter_m", None),  # 0
        (7, "place", "Halle ohne Nummer"),
        (7, "place_key", ""),
    ],
)
def test_values_of_konstanz(line, attribute, value):
    assert getattr(readings("konstanz", "konstanz_like.csv")[line][0], attribute) == value


def test_every_row_of_flensburg_is_a_record_or_refused():
    found = readings("flensburg", "flensburg_like.csv")
    assert kinds(found) == {"TreeRow": 7, "GroupRow": 1, "NoneType": 4}
    assert told(found) == {
        (10, "baumnummer + STRASSE + GEBIET", "double_key", "error"),
        (11, "rechtswert / hochwert", "position_swapped", "error"),
        (12, "hochwert", "decimal_mark", "error"),
        (13, "baumnummer + STRASSE + GEBIET", "no_key", "error"),
    }


@pytest.mark.parametrize(
    ("line", "attribute", "value"),
    [
        (2, "number", "10"),  # a leading blank
        (2, "name", "Tilia x europaea, Holländische Linde"),
        (4, "number", "B 30"),
        (4, "species_as_given", "Baumgruppe/flächiger Bestand"),
        (5, "number", "10"),  # again, in another street
        (5, "place_kind", "school"),
        (6, "name", "Salix viminalis, Korb-Weide"),  # numbered like a group
        (7, "key", "200 | Doppelte Straße | Straßen"),
        (8, "key", "200 | Doppelte Straße | Grünflächen"),
    ],
)
def test_values_of_flensburg(line, attribute, value):
    assert getattr(readings("flensburg", "flensburg_like.csv")[line][0], attribute) == value


def test_gauss_krueger_lands_where_it_should():
    record = readings("flensburg", "flensburg_like.csv")[2][0]
    assert (round(record.x), round(record.y)) == (526922, 6070012)


def test_places_may_be_called_what_the_cadastre_knows():
    from_model = {
        "street", "park", "school", "daycare", "playground", "cemetery", "sports", "building",
        "forest", "compensation", "other",
    }  # fmt: skip
    assert set(PLACE_KINDS) == from_model


def test_every_profile_has_its_section_in_the_documentation():
    page = (FIXTURES.parents[1] / "docs" / "exchange.md").read_text(encoding="utf-8")
    assert [name for name in profile_names() if f"### {name}\n" not in page] == []


@pytest.mark.parametrize(
    ("location", "place", "key"),
    [
        ("Stadtgarten (4)", "Stadtgarten", "4"),
        ("Straße (Ried) (672)", "Straße (Ried)", "672"),
        ("Garten (4) West", "Garten (4) West", ""),
        ("Garten (4))", "Garten (4))", ""),
        ("(4)", "(4)", ""),
        ("Garten ()", "Garten", ""),
        ("Garten", "Garten", ""),
    ],
)
def test_only_brackets_at_the_end_are_the_key(location, place, key):
    profile = read_profile("konstanz")
    with open_table(FIXTURES / "konstanz_like.csv", profile) as table:
        reader = RowReader(profile, table.header, day=DAY)
        row = next(table.rows)
        cells = list(row.cells)
        cells[table.header.index("location")] = location
    record, problems = reader.read(row.line, cells)
    assert (record.place, record.place_key, problems) == (place, key, [])
