"""The file's rows in temporary tables of the import's transaction, loaded by COPY.

``import_row`` is what the file says and is written once. ``import_match`` is what each row meets
here and is worked out by matching.py: a narrow table, because it is rewritten several times.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection

from geodata.importing.reporting import ImportReport
from geodata.rules.records import GroupRow, SourceRecord, TreeRow

TABLES: Final = """
CREATE TEMP TABLE import_row (
    line integer NOT NULL,
    kind text NOT NULL,
    source_key text NOT NULL COLLATE "C",
    source_keys jsonb NOT NULL,
    x double precision NOT NULL,
    y double precision NOT NULL,
    place text NOT NULL COLLATE "C",
    place_key text NOT NULL COLLATE "C",
    place_kind text NOT NULL COLLATE "C",
    number text NOT NULL COLLATE "C",
    house_number text NOT NULL,
    remarks text NOT NULL,
    species_id uuid,
    species_as_given text NOT NULL,
    height_m numeric(4, 1),
    crown_diameter_m numeric(4, 1),
    crown_base_m numeric(4, 1),
    girth_cm integer,
    girth_height_cm integer,
    planted_year integer,
    tag text NOT NULL,
    tree_count integer,
    last_on date,
    next_on date,
    position_accuracy_m numeric(6, 2),
    geom geometry(Point, {srid})
        GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(x, y), {srid})) STORED
) ON COMMIT DROP;
-- Keys of rows that were refused: they are in the file and have not vanished.
CREATE TEMP TABLE import_key (line integer, source_key text COLLATE "C") ON COMMIT DROP;
-- Sorts and hash tables of a million rows need not go to disk.
SET LOCAL work_mem = '192MB';
-- Compiling a statement that runs once costs more than it saves.
SET LOCAL jit = off;
"""

GIVEN: Final = (
    "line", "kind", "source_key", "source_keys", "x", "y", "place", "place_key", "place_kind",
    "number", "house_number", "remarks", "species_id", "species_as_given", "height_m",
    "crown_diameter_m", "crown_base_m", "girth_cm", "girth_height_cm", "planted_year", "tag",
    "tree_count", "last_on", "next_on", "position_accuracy_m",
)  # fmt: skip

_as_json = json.JSONEncoder(ensure_ascii=False).encode


def staged(
    record: SourceRecord, *, species_id: UUID | None, species_as_given: str, accuracy: float | None
) -> tuple[Any, ...]:
    """The record as a row of the temporary table, in the order of GIVEN."""
    tree = record if isinstance(record, TreeRow) else None
    group = record if isinstance(record, GroupRow) else None
    return (
        record.line,
        "tree" if tree else "group" if group else "site",
        record.key,
        _as_json(record.source_keys),
        record.x,
        record.y,
        record.place,
        record.place_key,
        record.place_kind,
        record.number,
        record.house_number,
        record.remarks,
        species_id,
        species_as_given,
        tree.height_m if tree else None,
        tree.crown_diameter_m if tree else None,
        tree.crown_base_m if tree else None,
        tree.girth_cm if tree else None,
        tree.girth_height_cm if tree else None,
        tree.planted_year if tree else None,
        tree.tag if tree else "",
        group.tree_count if group else None,
        record.last_control,
        record.next_control,
        accuracy,
    )


def create(*, srid: int) -> None:
    """Make the empty temporary tables; they go with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_row, import_key, import_match, import_gone")
        cursor.execute(TABLES.format(srid=srid))


def copy_rows(rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY records, each in the order of GIVEN."""
    copied(f"import_row ({', '.join(GIVEN)})", rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_row")


def copy_keys(keys: Iterable[tuple[int, str]]) -> None:
    """COPY line and key of refused rows."""
    copied("import_key (line, source_key)", keys)


def keep_findings(run_id: UUID, report: ImportReport) -> None:
    """Write complaints, conflicts and vanished records of a report as rows of a run."""
    copied(
        'geodata_importproblem (run_id, line, "column", value, level, sentence)',
        (
            (run_id, c.line, c.column[:80], c.value[:300], c.level, c.sentence[:500])
            for c in report.complaints
        ),
    )
    copied(
        "geodata_importconflict (run_id, table_name, row_id, tree_id, column_name, ours, theirs,"
        " imported_before, line)",
        (
            (run_id, *row[:4], *(None if v is None else _as_json(v) for v in row[4:7]), row[7])
            for row in report.conflicts
        ),
    )
    copied(
        "geodata_importvanished (run_id, table_name, row_id, tree_id, source_key, words)",
        ((run_id, *row[:3], row[3][:300], row[4][:300]) for row in report.gone),
    )


def copied(target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY rows into a table."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def rows_of(statement: str, parameters: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows that a statement returns, all at once: for few."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        yield from cursor.fetchall()


def streamed(query: str, parameters: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, some thousands at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(5000):
            yield from rows


def run(statement: str, parameters: dict[str, Any]) -> int:
    """Execute a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
