"""Writes trees as a GeoPackage (OGC 12-128r18, version 1.3) with a spatial index; for web/exports.py.

A GeoPackage is an SQLite file: it is finished before its first byte can leave. The database writes
geometries in the file's own form, Python only carries rows from one to the other, so that memory
stays flat; the file grows in a folder that is gone when the answer is.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from pyproj import CRS

from geodata.exporting import Selection, export_session, value_of
from geodata.fields import Column

TABLE: Final = "baeume"
#: Systems that a tree can be given in without a datum shift (which would need a grid to be exact).
SYSTEMS: Final = (25832, 25833, 25831, 4647, 5650, 4258, 4326, 3857)
#: Rows that travel at once.
ROWS: Final = 2000
#: "GPKG", and the version of the standard: 1.3.0.
APPLICATION_ID, USER_VERSION = 0x47504B47, 10300
_TYPES: Final = {
    "uuid": "TEXT",
    "text": "TEXT",
    "integer": "INTEGER",
    "number": "DOUBLE",
    "date": "DATE",
    "boolean": "BOOLEAN",
}
#: Annex C of the standard; the index is its section F.3, titles of columns F.9.
_FRAME: Final = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
  description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
  identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  PRIMARY KEY (table_name, column_name),
  FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
  definition TEXT NOT NULL, scope TEXT NOT NULL, UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT,
  title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
  PRIMARY KEY (table_name, column_name), UNIQUE (table_name, name));
"""
_INDEX: Final = f"rtree_{TABLE}_geom"
_INDEX_URL: Final = "http://www.geopackage.org/spec/#extension_rtree"
_SCHEMA_URL: Final = "http://www.geopackage.org/spec/#extension_schema"
#: Keep the index true when somebody edits the file in a GIS (F.3; points have no empty ones here).
_BOX: Final = "ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)"
_FULL: Final = "NEW.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom)"
_GONE: Final = "NEW.geom IS NULL OR ST_IsEmpty(NEW.geom)"
_PUT: Final = f'INSERT OR REPLACE INTO "{_INDEX}" VALUES (NEW.fid, {_BOX})'
_TAKE: Final = f'DELETE FROM "{_INDEX}" WHERE id = OLD.fid'
_TRIGGERS: Final = (
    ("insert", "INSERT", _FULL, _PUT),
    ("update1", "UPDATE OF geom", f"OLD.fid = NEW.fid AND ({_FULL})", _PUT),
    ("update2", "UPDATE OF geom", f"OLD.fid = NEW.fid AND ({_GONE})", _TAKE),
    ("update3", "UPDATE", f"OLD.fid != NEW.fid AND ({_FULL})", f"{_TAKE}; {_PUT}"),
    (
        "update4",
        "UPDATE",
        f"OLD.fid != NEW.fid AND ({_GONE})",
        f'DELETE FROM "{_INDEX}" WHERE id IN (OLD.fid, NEW.fid)',
    ),
    ("delete", "DELETE", "OLD.geom NOT NULL", _TAKE),
)


@dataclass(frozen=True)
class About:
    """What the file says of its table, to people."""

    title: str
    description: str
    changed_at: datetime


def write(path: Path, selection: Selection, *, srid: int, about: About) -> int:
    """Make the file ``path`` with the trees of a selection in EPSG:``srid``; how many trees.

    One of ``SYSTEMS`` must be asked for.

    Raises:
        sqlite3.OperationalError: the disk is full.
    """
    file = sqlite3.connect(path, isolation_level=None)
    try:
        # Nobody reads the file before it is finished, and nobody keeps it if it never is.
        file.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        file.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        file.execute(f"PRAGMA user_version = {USER_VERSION}")
        file.executescript(f"BEGIN; {_FRAME}")
        _systems(file, srid)
        number = _rows(file, selection, srid)
        _describe(file, selection.columns, srid=srid, about=about)
        file.execute("COMMIT")
    finally:
        file.close()
    return number


def _systems(file: sqlite3.Connection, srid: int) -> None:
    """The systems that every file names, and the trees' own."""
    own = {srid, 4326}
    rows = [
        ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", None),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
    ]
    for number in sorted(own):
        crs = CRS.from_epsg(number)
        rows.append((crs.name, number, "EPSG", number, crs.to_wkt("WKT1_GDAL"), None))
    file.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", rows)


def _rows(file: sqlite3.Connection, selection: Selection, srid: int) -> int:
    """The table of trees and the index; how many rows."""
    columns = ", ".join(f'"{c.name}" {_TYPES[c.type]}' for c in selection.columns)
    file.execute(
        f"CREATE TABLE {TABLE} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT, {columns})"
    )
    file.execute(f"CREATE VIRTUAL TABLE {_INDEX} USING rtree(id, minx, maxx, miny, maxy)")
    places = ", ".join("?" * (len(selection.columns) + 2))
    number = 0
    for rows in _read(selection, srid):
        file.executemany(f"INSERT INTO {TABLE} VALUES ({places})", (row[2:] for row in rows))
        file.executemany(
            f"INSERT INTO {_INDEX} VALUES (?, ?, ?, ?, ?)",
            ((row[2], row[0], row[0], row[1], row[1]) for row in rows),
        )
        number += len(rows)
    return number


def _read(selection: Selection, srid: int) -> Iterator[list[tuple[Any, ...]]]:
    """Easting, northing, number, geometry in the file's form, values; by thousands."""
    values = ", ".join(_cell(column) for column in selection.columns)
    # Magic, version, flags (little endian, no envelope), system: section 2.1.3 of the standard.
    head = (b"GP\x00\x01" + srid.to_bytes(4, "little", signed=True)).hex()
    text = (
        "SELECT ST_X(g.p), ST_Y(g.p), row_number() OVER (),"
        f" '\\x{head}'::bytea || ST_AsBinary(g.p, 'NDR'), {values}"
        f" FROM {selection.view} v, LATERAL (SELECT ST_Transform(v.geom, {srid}) AS p) g"
        f" WHERE {selection.condition}"
    )
    with export_session() as session, session.transaction():
        with psycopg.ClientCursor(session) as plain:
            question = plain.mogrify(text, selection.params or None)
        with psycopg.ServerCursor(session, "trees", row_factory=psycopg.rows.tuple_row) as cursor:
            cursor.execute(question.encode(), binary=True)
            while rows := cursor.fetchmany(ROWS):
                yield rows


def _cell(column: Column) -> str:
    """SQL of a value as SQLite keeps it: dates as text, yes and no as 1 and 0."""
    value = value_of(column)
    if column.type == "boolean":
        return f"({value})::integer"
    if column.type in ("uuid", "date"):
        return f"({value})::text"
    return f"({value})::double precision" if column.type == "number" else value


def _describe(
    file: sqlite3.Connection, columns: tuple[Column, ...], *, srid: int, about: About
) -> None:
    """What the standard wants to know of the table, titles of columns, triggers of the index."""
    box = file.execute(
        f"SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {_INDEX}"
    ).fetchone()
    changed = about.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    file.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)",
        (TABLE, about.title, about.description, changed, *box, srid),
    )
    file.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', ?, 0, 0)", (TABLE, srid)
    )
    file.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)",
        [
            (TABLE, "geom", "gpkg_rtree_index", _INDEX_URL, "write-only"),
            ("gpkg_data_columns", None, "gpkg_schema", _SCHEMA_URL, "read-write"),
        ],
    )
    file.executemany(
        "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
        [
            (TABLE, c.name, str(c.title), str(c.title), str(c.unit) or None)
            for c in columns
            if c.title
        ],
    )
    for name, event, condition, deed in _TRIGGERS:
        file.execute(
            f"CREATE TRIGGER {_INDEX}_{name} AFTER {event} ON {TABLE} WHEN {condition}"
            f" BEGIN {deed}; END"
        )
