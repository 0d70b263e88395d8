"""A source row becomes a tree, an empty site, a group or problems, none in silence."""

from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from geodata.readers import open_table, read_profile
from geodata.rules.records import GroupRow, SiteRow, TreeRow
from geodata.rules.rows import RowReader
from geodata.rules.values import CellError, parse_number

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "imports"
DAY = date(2026, 11, 23)


def readings(name: str, profile: str = "wesel") -> dict[int, tuple]:
    """Line -> (record, problems) of a fixture."""
    path = FIXTURES / name
    own = path.with_suffix(".toml")
    chosen = read_profile(str(own) if own.exists() else profile)
    with open_table(path, chosen) as table:
        reader = RowReader(chosen, table.header, day=DAY)
        return {row.line: reader.read(row.line, row.cells, lines=row.lines) for row in table.rows}


def told(found: dict[int, tuple]) -> set[tuple[int, str, str, str]]:
    """Line, column, code and level of every problem."""
    return {
        (line, problem.column, problem.code, problem.level)
        for line, (_, problems) in found.items()
        for problem in problems
    }


def kinds(found: dict[int, tuple]) -> Counter:
    return Counter(type(record).__name__ for record, _ in found.values())


def test_good_file_every_row_is_accounted_for():
    found = readings("wesel_like.csv")
    assert kinds(found) == {"TreeRow": 35, "SiteRow": 1, "GroupRow": 5}
    assert told(found) == {
        (14, "BAUMHOEHE", "zero", "warning"),
        (15, "BAUMHOEHE", "impossible", "warning"),
        (16, "ST_UMFANG", "unusual", "warning"),
        (16, "ST_DURCHM", "unusual", "warning"),
        (18, "BAUMHOEHE", "zero", "warning"),
        (19, "ST_UMFANG", "trunk_contradiction", "warning"),
        (29, "GA_LANG", "unknown_species", "warning"),
        (41, "", "same_point", "warning"),
    }


def test_a_plain_tree_keeps_every_value():
    record, problems = readings("wesel_like.csv")[2]
    assert problems == []
    assert record == TreeRow(
        line=2,
        key="1",
        source_keys={"ID": "1"},
        x=335038.122902,
        y=5726421.9918,
        species_as_given="Tilia cordata, Winterlinde",
        name="Tilia cordata, Winterlinde",
        height_m=8.0,
        crown_diameter_m=3.0,
        girth_cm=57,
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (14, {"height_m": None, "girth_cm": 38}),
        (15, {"height_m": None, "girth_cm": 28, "crown_diameter_m": None}),
        (16, {"height_m": 19.0, "girth_cm": 1241}),
        (17, {"girth_cm": 94, "remarks": "ST_DURCHM: 30"}),
        (19, {"girth_cm": 163, "remarks": ""}),
        (21, {"crown_diameter_m": 2.8}),
        (22, {"name": "Fagus sylvatica 'Purple Fountain', Rote Trauerbuche"}),
        (24, {"name": "Acer platanoides 'Globosum', Kugelahorn"}),
        (26, {"name": "Ginkgo biloba, Gingko", "species_as_given": "Gingko biloba, Gingko"}),
        (29, {"name": "", "species_as_given": "unbekannt"}),
    ],
)
def test_traps_of_the_good_file(line, expected):
    record, _ = readings("wesel_like.csv")[line]
    assert {name: asdict(record)[name] for name in expected} == expected


def test_stands_and_empty_sites_keep_what_was_measured_as_text():
    found = readings("wesel_like.csv")
    assert isinstance(found[30][0], SiteRow)
    assert isinstance(found[33][0], GroupRow)
    assert found[33][0].remarks == "BAUMHOEHE: 18; ST_UMFANG: 126.00; ST_DURCHM: 40"
    assert found[33][0].species_as_given == "Waldartiger Bestand"
    assert found[32][0].remarks == ""


def test_of_the_file_that_excel_ruined_only_the_untouched_rows_are_taken():
    good, bad = readings("wesel_like.csv"), readings("wesel_like_excel.csv")
    taken = {line for line, (record, _) in bad.items() if record is not None}
    assert taken == {36, 37}
    assert all(asdict(bad[line][0]) == asdict(good[line][0]) for line in taken)
    codes = Counter((column, code) for _, column, code, level in told(bad) if level == "error")
    assert codes == {
        ("RECHTSWERT", "excel_thousands"): 38,
        ("HOCHWERT", "excel_thousands"): 38,
        ("KR_DURCHM", "excel_date"): 2,
    }
    assert len(bad) - len(taken) == 39


def test_every_mark_of_excel_refuses_its_row():
    found = readings("excel_marks.csv")
    assert told(found) == {
        (2, "RECHTSWERT", "excel_exponent", "error"),
        (3, "HOCHWERT", "excel_error", "error"),
        (4, "HOCHWERT", "excel_error", "error"),
        (5, "RECHTSWERT / HOCHWERT", "position_shifted", "error"),
        (6, "RECHTSWERT / HOCHWERT", "position_shifted", "error"),
        (7, "BAUMHOEHE", "excel_date", "error"),
        (8, "ST_UMFANG", "excel_thousands", "error"),
        (9, "KR_DURCHM", "excel_date", "error"),
        (10, "RECHTSWERT", "decimal_mark", "error"),
        (10, "HOCHWERT", "decimal_mark", "error"),
        (11, "RECHTSWERT", "excel_exponent", "error"),
    }
    assert [line for line, (record, _) in found.items() if record] == [12]


def test_keys_are_unique_and_rows_have_the_width_of_the_header():
    assert told(readings("duplicate_key.csv")) == {
        (4, "ID", "double_key", "error"),
        (5, "ID", "no_key", "error"),
        (6, "RECHTSWERT", "excel_thousands", "error"),
        (6, "ID", "double_key", "error"),
    }
    broken = readings("broken_rows.csv")
    assert told(broken) == {
        (4, "", "width", "error"),
        (5, "", "width", "error"),
        (7, "", "open_quote", "error"),
    }
    assert "reicht über 2 Zeilen der Datei" in broken[7][1][0].sentence
    assert broken[6][0].species_as_given == "Tilia cordata; Winterlinde"


def test_broken_umlauts_are_told_and_kept():
    found = readings("umlauts_lost.csv")
    assert told(found) == {
        (2, "GA_LANG", "broken_text", "warning"),
        (3, "GA_LANG", "broken_text", "warning"),
        (4, "GA_LANG", "stray_byte", "warning"),
    }
    assert kinds(found) == {"TreeRow": 3}


def test_decimal_commas_wkt_and_several_trunks():
    found = readings("campus_like.csv")
    assert kinds(found) == {"TreeRow": 7, "SiteRow": 1, "NoneType": 1}
    first = found[2][0]
    assert (first.x, first.y) == (447100.4021880727, 5888100.986995931)
    assert (first.height_m, first.crown_diameter_m, first.girth_cm) == (4.5, 2.5, 26)
    assert first.crown_base_m == 1.5
    assert (found[10][0].x, found[10][0].y) == (447170.389, 5888101.588)
    assert found[4][0].remarks == "Staemme: 3"
    assert told(found) == {
        (3, "Pflanzjahr", "unusual", "warning"),
        (6, "Hoehe_m", "zero", "warning"),
        (6, "Pflanzjahr", "impossible", "warning"),
        (6, "Botanisch", "unknown_species", "warning"),
        (7, "Hoehe_m", "impossible", "warning"),
        (8, "Hoehe_m", "decimal_mark", "warning"),
        (9, "Lage", "no_wkt", "error"),
    }


def test_places_numbers_cultivars_and_controls_of_a_street_file():
    found = readings("street_like.csv")
    first = found[2][0]
    assert (first.place, first.number, first.key) == ("Erfundene Allee", "1", "1 | Erfundene Allee")
    assert first.name == "Tilia cordata 'Greenspire', Winter-Linde"
    assert (first.last_control, first.next_control) == (date(2025, 5, 3), date(2027, 5, 3))
    assert found[3][0].remarks == "mit Nistkasten,\nzweiter Absatz"
    assert isinstance(found[6][0], GroupRow)
    assert (7, "letzte", "no_day", "warning") in told(found)


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("335523.9606", ".", 335523.9606),
        ("-3", ".", -3.0),
        ("12.", ".", 12.0),
        ("8,28", ",", 8.28),
        ("1.234,5", ",", 1234.5),
        ("3.355.239.606", ".", "excel_thousands"),
        ("3.355.239.606", ",", "no_number"),
        ("Mrz 50", ".", "excel_date"),
        ("02. Mrz", ".", "excel_date"),
        ("1e5", ".", "excel_exponent"),
        ("8,28", ".", "decimal_mark"),
        ("8.28", ",", "decimal_mark"),
        ("1 234", ".", "no_number"),
        ("inf", ".", "no_number"),
        ("12²", ".", "no_number"),
        ("٣", ".", "no_number"),
    ],
)
def test_numbers_are_read_strictly(text, mark, expected):
    if isinstance(expected, float):
        assert parse_number(text, mark=mark) == expected
    else:
        with pytest.raises(CellError) as caught:
            parse_number(text, mark=mark)
        assert caught.value.code == expected
