"""Positions are proved: no ruined coordinate passes, and the sentence proposes the way out."""

import math
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.readers import open_table, read_profile
from geodata.rules.crs import GERMANY, REFERENCES, Box, doubt_of, to_stored
from geodata.rules.positions import read_position
from geodata.rules.rows import RowReader
from geodata.rules.source_rows import Header, SourceRow

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "imports"
WESEL = read_profile("wesel")


def test_every_wrong_position_is_refused_with_a_way_out():
    with open_table(FIXTURES / "positions.csv", WESEL) as table:
        reader = RowReader(WESEL, table.header, day=date(2026, 11, 23))
        found = {row.line: reader.read(row.line, row.cells) for row in table.rows}
    assert [line for line, (record, _) in found.items() if record] == [12]
    said = {line: [p.sentence for p in problems] for line, (_, problems) in found.items()}
    expected = {
        2: "Rechts- und Hochwert sind vertauscht",
        3: "Beide Koordinaten sind 0",
        4: "Die Lage fehlt",
        5: "ist keine Zahl",
        6: 'crs = "EPSG:31467"',
        7: 'crs = "EPSG:4326"',
        8: "außerhalb des Gebiets dieses Profils",
        9: "liegt nicht in Deutschland",
        10: 'crs = "EPSG:4647"',
        11: "ist keine Zahl",
    }
    for line, words in expected.items():
        assert words in said[line][0], (line, said[line])


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("POINT(447100.5 5888100.25)", (447100.5, 5888100.25)),
        ("SRID=25832;Point Z ( 447100.5 5888100.25 12.0 )", (447100.5, 5888100.25)),
        ("POINT (447100,5) (5888100,25)", (447100.5, 5888100.25)),
        ("POINT (447100,5 5888100,25)", (447100.5, 5888100.25)),
        ("POINT (447100.5)", None),
        ("POINT (447.100.5 5.888.100)", None),
        ("POINT (4471005E-1 5888100)", None),
        ("LINESTRING (447100.5 5888100.25)", None),
        ("POINT EMPTY", None),
    ],
)
def test_well_known_text_is_read_as_sources_write_it(text, point):
    campus = read_profile(str(FIXTURES / "campus_like.toml"))
    row = SourceRow(Header(["Lage"], {"Lage": 0}, campus.nulls), 2, [text])
    assert read_position(row, campus) == point
    assert row.refused == (point is None)


def test_utm_under_gauss_krueger_names_is_found():
    doubt = doubt_of(335523.96, 5725867.01, epsg=31466, box=WESEL.box)
    assert doubt is not None
    assert doubt.code == "position_reference"
    assert doubt.message % doubt.params == (
        "Das Profil nennt Gauß-Krüger Zone 2, die Werte sind aber UTM. "
        'Bitte im Profil crs = "EPSG:25832" eintragen (ETRS89 / UTM 32N).'
    )


inside = st.tuples(
    st.floats(WESEL.box.west, WESEL.box.east), st.floats(WESEL.box.south, WESEL.box.north)
)


@given(inside, st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_no_lost_decimal_point_can_pass(point, x_power, y_power, grow):
    """Excel's loss multiplies by a power of ten; neither axis may then lie in the box."""
    x, y = (
        value * 10.0 ** (power if grow else -power)
        for value, power in zip(point, (x_power, y_power), strict=True)
    )
    passed = doubt_of(x, y, epsg=25832, box=WESEL.box) is None
    assert passed == (x_power == 0 and y_power == 0)


def test_the_proof_holds_for_every_box_that_a_profile_may_name():
    """No axis of Germany spans a factor of ten, and a profile's box lies in Germany."""
    assert GERMANY.east / GERMANY.west < 10
    assert GERMANY.north / GERMANY.south < 10
    assert WESEL.box.within(GERMANY)
    assert not Box(0, 0, 1, 1).within(GERMANY)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_is_no_place(value):
    assert doubt_of(value, 5725867.0, epsg=25832, box=WESEL.box) is not None
    assert doubt_of(335523.0, value, epsg=4326, box=WESEL.box) is not None


def mercator(longitude: float, latitude: float) -> tuple[float, float]:
    """Web Mercator by its formula."""
    radius = 6_378_137.0
    north = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
    return radius * math.radians(longitude), radius * north


@pytest.mark.parametrize(
    ("epsg", "point"),
    [
        (25832, (335_523.96, 5_725_867.01)),
        (4647, (32_335_523.96, 5_725_867.01)),
        (4326, (6.622, 51.660)),
        (4258, (6.622, 51.660)),
        (3857, mercator(6.622, 51.660)),
    ],
)
def test_listed_systems_reach_the_stored_one(epsg, point):
    """One tree of Wesel, as its city and an independent conversion (to 0.001 degrees) place it."""
    east, north = to_stored(*point, epsg=epsg)
    assert abs(east - 335_523.96) < 80
    assert abs(north - 5_725_867.01) < 120


def test_the_middle_meridian_of_the_zone_is_its_false_easting():
    east, _ = to_stored(9.0, 51.0, epsg=4326)
    assert east == pytest.approx(500_000, abs=0.001)


def test_only_listed_systems_are_known():
    assert 31467 in REFERENCES
    with pytest.raises(KeyError):
        to_stored(1.0, 1.0, epsg=2056)
