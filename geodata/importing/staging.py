"""The file's rows in a temporary table of the import's transaction, loaded by COPY."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection

from geodata.importing.reporting import Complaint
from geodata.rules.records import GroupRow, SourceRecord, TreeRow

#: Everything that is not given by the file is worked out by matching.py and loading.py.
TABLES: Final = """
CREATE TEMP TABLE import_row (
    line integer PRIMARY KEY,
    kind text NOT NULL,
    source_key text NOT NULL,
    source_keys jsonb NOT NULL,
    x double precision NOT NULL,
    y double precision NOT NULL,
    place text NOT NULL,
    place_key text NOT NULL,
    number text NOT NULL,
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
        GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(x, y), {srid})) STORED,
    -- new, compare, or kept: somebody must look
    action text,
    place_id uuid,
    district_id uuid,
    site_id uuid,
    tree_id uuid,
    group_id uuid
) ON COMMIT DROP;
CREATE TEMP TABLE import_key (source_key text PRIMARY KEY) ON COMMIT DROP;
"""

GIVEN: Final = (
    "line", "kind", "source_key", "source_keys", "x", "y", "place", "place_key", "number",
    "house_number", "remarks", "species_id", "species_as_given", "height_m", "crown_diameter_m",
    "crown_base_m", "girth_cm", "girth_height_cm", "planted_year", "tag", "tree_count", "last_on",
    "next_on", "position_accuracy_m",
)  # fmt: skip


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
        json.dumps(record.source_keys, ensure_ascii=False),
        record.x,
        record.y,
        record.place,
        record.place_key,
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
        cursor.execute("DROP TABLE IF EXISTS import_row, import_key")
        cursor.execute(TABLES.format(srid=srid))


def copy_rows(rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY records, each in the order of GIVEN."""
    _copy(f"import_row ({', '.join(GIVEN)})", rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_row")


def copy_keys(keys: Iterable[str]) -> None:
    """COPY every key of the file, those of refused rows too."""
    _copy("import_key (source_key)", ((key,) for key in keys))


def copy_complaints(run_id: UUID, complaints: Iterable[Complaint]) -> None:
    """Keep all complaints of a run."""
    _copy(
        'geodata_importproblem (run_id, line, "column", value, level, sentence)',
        (
            (run_id, c.line, c.column[:80], c.value[:300], c.level, c.sentence[:500])
            for c in complaints
        ),
    )


def _copy(target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def rows_of(statement: str, parameters: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows that a statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        yield from cursor.fetchall()


def run(statement: str, parameters: dict[str, Any]) -> int:
    """Execute a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
