"""Readers: what a file may look like, the line a row begins on, what is said of a bad file."""

import gzip
from pathlib import Path

import pytest

from geodata.readers import open_table, profile_names, read_profile
from geodata.rules.problems import SourceError
from geodata.rules.profile_files import parse_profile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "imports"
HEADER = "ID;GA_LANG;ST_DURCHM;ST_UMFANG;BAUMHOEHE;KR_DURCHM;RECHTSWERT;HOCHWERT"
ROW = "1;Süßkirsche;25;79.00;10;5.00;335512.25;5726401.25"
WESEL = read_profile("wesel")


def read(path: Path, profile=WESEL):
    """Encoding, delimiter and rows of a file."""
    with open_table(path, profile) as table:
        return table.encoding, table.delimiter, list(table.rows)


def refused(path: Path, profile=WESEL) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(SourceError) as caught:
        read(path, profile)
    return str(caught.value)


def written(folder: Path, content: bytes, name: str = "baeume.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_encoding_is_found_whatever_the_file_is_called(tmp_path, codec, found, packed):
    content = f"{HEADER}\r\n{ROW}\r\n".encode(codec)
    path = written(tmp_path, gzip.compress(content) if packed else content)
    encoding, delimiter, rows = read(path)
    assert (encoding, delimiter) == (found, ";")
    assert [(row.line, row.cells[1]) for row in rows] == [(2, "Süßkirsche")]


def test_an_umlaut_behind_the_first_megabyte_still_decides_the_encoding(tmp_path):
    filler = "".join(f"{n};Linde;;;;;335512.25;5726401.25\n" for n in range(2, 40_000))
    path = written(tmp_path, f"{HEADER}\n{filler}{ROW}\n".encode("cp1252"))
    encoding, _, rows = read(path)
    assert encoding == "cp1252"
    assert rows[-1].cells[1] == "Süßkirsche"


def test_a_stray_byte_among_umlauts_is_kept_and_spoils_no_file(tmp_path):
    text = f"{HEADER}\n" + "1;Süßkirschbäume;;;;;1;2\n" * 9
    content = text.encode("cp1252") + b"2;Japanische Bl\xfc\x81ten-Kirsche;;;;;1;2\n"
    encoding, _, rows = read(written(tmp_path, content))
    assert encoding == "cp1252"
    assert rows[-1].cells[1] == "Japanische Blü\x81ten-Kirsche"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiter_is_the_one_that_gives_the_columns_of_the_profile(tmp_path, delimiter):
    text = f"{HEADER}\n{ROW}\n".replace(";", delimiter)
    _, found, rows = read(written(tmp_path, text.encode()))
    assert found == delimiter
    assert len(rows[0].cells) == 8


def test_rows_keep_their_physical_line():
    profile = read_profile(str(FIXTURES / "street_like.toml"))
    _, delimiter, rows = read(FIXTURES / "street_like.csv", profile)
    assert delimiter == ","
    assert [(row.line, row.lines) for row in rows] == [
        (2, 1), (3, 2), (5, 1), (6, 1), (7, 1), (8, 1), (9, 1), (10, 1),
    ]  # fmt: skip
    _, _, broken = read(FIXTURES / "broken_rows.csv")
    assert [(row.line, row.lines) for row in broken] == [(2, 1), (4, 1), (5, 1), (6, 1), (7, 2)]


def test_header_loses_dbase_types_and_units_but_not_its_order():
    profile = read_profile(str(FIXTURES / "street_like.toml"))
    with open_table(FIXTURES / "street_like.csv", profile) as table:
        assert table.header[:3] == ["nummer", "hochwert", "rechtswert"]
    with open_table(FIXTURES / "extra_column.csv", WESEL) as table:
        assert table.header[4:7] == ["ST_DURCHM", "ST_UMFANG", "BAUMHOEHE"]
        assert table.delimiter == "\t"


def test_bytes_read_are_counted_for_the_progress_bar():
    with open_table(FIXTURES / "wesel_like.csv", WESEL) as table:
        list(table.rows)
        assert table.source.done == table.source.total > 0


def test_missing_columns_are_named_with_those_that_exist():
    sentence = refused(FIXTURES / "missing_column.csv")
    assert "fehlen Spalten, die das Profil „wesel“ nennt: HOCHWERT, BAUMHOEHE." in sentence
    assert (
        "Vorhanden sind: ID, GATTUNGART, GATTUNG, GA_LANG, ST_DURCHM, ST_UMFANG, HOEHE" in sentence
    )


def test_a_unit_in_the_header_must_be_that_of_the_profile():
    assert refused(FIXTURES / "wrong_unit.csv") == (
        "Die Spalte „ST_UMFANG“ hat laut Kopfzeile die Einheit m, laut Profil cm."
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ist leer"),
        (b" \n", "ist leer"),
        (b"PK\x03\x04rest", "Archiv ist beschädigt"),
        (b"\xd0\xcf\x11\xe0rest", "Excel-Mappe"),
        (b"ID;\x00\x01", "keine Textdatei"),
        (f"{HEADER}\n".encode() + b"1;S\x81\x9d\n", "nicht UTF-8 / Windows-1252 (Byte 0x81"),
        (f"{HEADER}\n1;Blütenbäume\n".encode("cp850"), "nicht UTF-8 / Windows-1252 (Byte 0x81"),
        (gzip.compress(f"{HEADER}\n{ROW}\n".encode() * 99)[:-9], "beschädigt"),
        (f"ID;{HEADER}\n{ROW}\n".encode(), "„ID“ steht mehrfach"),
        (
            f'{HEADER}\n"{ROW}{"x" * 140_000}\n'.encode(),
            "Ab Zeile 2 ist die Datei kein gültiges CSV",
        ),
    ],
)
def test_unusable_files_are_refused_in_words(tmp_path, content, words):
    assert words in refused(written(tmp_path, content))


def test_a_file_that_is_not_there_or_a_folder_is_refused_in_words(tmp_path):
    assert "nicht lesbar" in refused(tmp_path / "fehlt.csv")
    assert "nicht lesbar" in refused(tmp_path)


def test_a_fixed_encoding_is_not_guessed_away(tmp_path):
    strict = parse_profile("streng", minimal() | {"file": {"encoding": "utf-8"}})
    content = "ID;X;Y;ART\n1;1;1;Süßkirsche\n".encode("cp1252")
    assert "ist nicht utf-8 (Byte 0xfc an Stelle 18)" in refused(written(tmp_path, content), strict)


def minimal() -> dict:
    """The least that a profile must say."""
    return {
        "title": "t",
        "source": "s",
        "licence": "l",
        "key": ["ID"],
        "position": {"crs": "EPSG:25832", "x": "X", "y": "Y"},
        "species": {"columns": ["ART"]},
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"titel": "x"}, "„titel“ gibt es nicht"),
        ({"source": "s" * 81}, "„source“"),
        ({"key": None}, "„key“ fehlt"),
        ({"position": {"crs": "EPSG:2056", "x": "X", "y": "Y"}}, "EPSG:25832, EPSG:25833"),
        ({"position": {"crs": "EPSG:25832", "x": "X"}}, "„position.x / position.y“ fehlt"),
        (
            {"position": {"crs": "EPSG:25832", "x": "X", "y": "Y", "bounds": [1, 2, 3, 4]}},
            "ein Rechteck in Deutschland",
        ),
        ({"fields": {"hoehe": {"column": "H"}}}, "height_m"),
        ({"fields": {"height_m": {"column": "H", "unit": "ft"}}}, "„fields.height_m.unit“"),
        ({"fields": {"height_m": {"column": "H", "einheit": "m"}}}, "fields.height_m.einheit"),
        ({"species": {"columns": [1]}}, "„species.columns“"),
    ],
)
def test_a_wrong_profile_names_its_entry(change, words):
    entries = {name: value for name, value in (minimal() | change).items() if value is not None}
    with pytest.raises(SourceError) as caught:
        parse_profile("eigenes", entries)
    assert words in str(caught.value)


def test_unknown_profiles_name_those_that_exist(tmp_path):
    with pytest.raises(SourceError, match=r"„bielefeld“ gibt es nicht. Vorhanden: .*wesel"):
        read_profile("bielefeld")
    with pytest.raises(SourceError, match="gibt es nicht"):
        read_profile("../wesel")
    with pytest.raises(SourceError, match="keine gültige TOML-Datei"):
        read_profile(str(written(tmp_path, b"= 3", "eigenes.toml")))


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_of_the_product_is_whole(name):
    profile = read_profile(name)
    assert profile.title and profile.licence
    assert profile.columns
