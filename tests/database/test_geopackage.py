"""GeoPackage: tables as the standard wants them, every value and place, and nothing left behind."""

import sqlite3
import struct
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pyproj import Transformer

from geodata import exporting, geopackage
from inspections.filters import TreeFilter
from tests.database.test_exports import NAMES, everything, table
from tests.database.test_tiles import plan
from tests.factories import load_reference_data, make_city, make_place, make_tree, point

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def reference_data() -> None:
    load_reference_data()
    make_city()


def written(folder: Path, selection: exporting.Selection, srid: int = 25832) -> sqlite3.Connection:
    path = folder / f"{srid}.gpkg"
    geopackage.write(path, selection, srid=srid, about=geopackage.About("Bäume", "", NOW))
    file = sqlite3.connect(path)
    file.row_factory = sqlite3.Row
    return file


def place_of(blob: bytes) -> tuple[int, float, float]:
    """System and position by sections 2.1.3 of the standard and 8.2 of the simple features."""
    magic, version, flags, srid = struct.unpack("<2sBBi", blob[:8])
    assert (magic, version, flags) == (b"GP", 0, 1)
    order, kind, x, y = struct.unpack("<BIdd", blob[8:])
    assert (order, kind) == (1, 1)
    return srid, x, y


def rows(file: sqlite3.Connection, sql: str = "SELECT * FROM baeume") -> list[dict[str, Any]]:
    return [dict(row) for row in file.execute(sql)]


def test_every_value_arrives_as_it_is(tmp_path: Path) -> None:
    tree = make_tree(
        number=NAMES[0], place=make_place(name=NAMES[2]), height_m=14.5, geom=point(0.125, 5)
    )
    plan(tree, due_on=date(2027, 3, 1))
    file = written(tmp_path, everything())
    (row,) = rows(file)
    assert place_of(row["geom"]) == (25832, tree.geom.x, tree.geom.y)
    assert (row["fid"], row["id"]) == (1, str(tree.pk))
    assert (row["baumnummer"], row["objekt"]) == (NAMES[0], NAMES[2])
    assert (row["hoehe_m"], row["pflanzjahr"]) == (14.5, 1980)
    assert (row["faellig_am"], row["kontrolle_noetig"]) == ("2027-03-01", 1)
    assert row["kontrollstand"] == "in Ordnung"
    assert row["sorte"] is None
    declared = {r["name"]: r["type"] for r in rows(file, "PRAGMA table_info(baeume)")}
    assert [declared[name] for name in ("geom", "hoehe_m", "faellig_am", "kontrolle_noetig")] == [
        "POINT", "DOUBLE", "DATE", "BOOLEAN",
    ]  # fmt: skip


@pytest.mark.parametrize("srid", geopackage.SYSTEMS)
def test_places_in_every_system(tmp_path: Path, srid: int) -> None:
    tree = make_tree(geom=point(120, -40))
    file = written(tmp_path, everything(), srid)
    (row,) = rows(file)
    expected = Transformer.from_crs(25832, srid, always_xy=True).transform(tree.geom.x, tree.geom.y)
    system, *found = place_of(row["geom"])
    assert system == srid
    tolerance = 1e-8 if srid in (4326, 4258) else 0.001
    assert found == [pytest.approx(value, abs=tolerance) for value in expected]
    (contents,) = rows(file, "SELECT * FROM gpkg_contents")
    assert contents["srs_id"] == srid and contents["last_change"] == "2026-11-27T12:30:00.000Z"
    assert (contents["min_x"], contents["max_y"]) == (
        pytest.approx(found[0], rel=1e-6),
        pytest.approx(found[1], rel=1e-6),
    )
    ids = {r["srs_id"] for r in rows(file, "SELECT srs_id FROM gpkg_spatial_ref_sys")}
    assert ids == {-1, 0, 4326, srid}


def test_the_index_finds_what_lies_in_a_box(tmp_path: Path) -> None:
    trees = [make_tree(geom=point(number * 10, 0)) for number in range(20)]
    file = written(tmp_path, everything())
    x = trees[7].geom.x
    (found,) = rows(
        file,
        "SELECT b.id FROM baeume b JOIN rtree_baeume_geom r ON r.id = b.fid"
        f" WHERE r.minx > {x - 1} AND r.maxx < {x + 1}",
    )
    assert found["id"] == str(trees[7].pk)


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    make_tree()
    file = written(tmp_path, everything())
    assert file.execute("PRAGMA application_id").fetchone()[0] == 0x47504B47
    assert file.execute("PRAGMA user_version").fetchone()[0] == 10300
    assert file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert file.execute("PRAGMA foreign_key_check").fetchall() == []
    titles = {r["column_name"]: r["title"] for r in rows(file, "SELECT * FROM gpkg_data_columns")}
    assert titles["hoehe_m"] == "Höhe" and titles["faellig_am"]
    extensions = {r["extension_name"] for r in rows(file, "SELECT * FROM gpkg_extensions")}
    assert extensions == {"gpkg_rtree_index", "gpkg_schema"}


def test_more_rows_than_travel_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geopackage, "ROWS", 3)
    trees = {str(make_tree().pk) for _ in range(8)}
    file = written(tmp_path, everything())
    assert {row["id"] for row in rows(file)} == trees
    assert sorted(row["fid"] for row in rows(file)) == list(range(1, 9))


def test_a_selection_without_trees_is_a_file_without_rows(tmp_path: Path) -> None:
    make_tree()
    file = written(tmp_path, everything(search="gibt es nicht"))
    assert rows(file) == []
    (contents,) = rows(file, "SELECT * FROM gpkg_contents")
    assert contents["min_x"] is None


def test_only_what_was_asked_for(tmp_path: Path) -> None:
    """A percent sign in a filter is no place of the statement."""
    street, other = make_place(name="Allee 100%"), make_place(name="Allee 100")
    wanted, _left = make_tree(place=street), make_tree(place=other)
    asked = everything(search="100%")
    ids = [row["id"] for row in rows(written(tmp_path, asked))]
    assert ids == [row["id"] for row in table(asked)] == [str(wanted.pk)]
    public = exporting.public(tree_filter=TreeFilter(), day=NOW.date())
    columns = set(rows(written(tmp_path, public, 25833))[0])
    assert "kontrollstand" not in columns and "faellig_am" not in columns
