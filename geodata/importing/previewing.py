"""What a rehearsal shows beside its counts: first rows, positions, species that do not match.

Looks at the staged rows while the rehearsal's transaction is still open (staging.py, matching.py).
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, Final

from geodata.importing.staging import rows_of
from geodata.readers import open_table, read_profile

#: Rows in the table, points on the map, unknown species in the list.
ROWS: Final = 50
POINTS: Final = 600
SPECIES: Final = 100
#: Characters of one cell.
_CELL: Final = 60

_UNDERSTOOD: Final = """
SELECT r.line, m.kind, m.action, coalesce(nullif(r.place, ''), p.name, ''),
    coalesce(nullif(r.number, ''), m.number, ''),
    coalesce(nullif(concat_ws(' ', s.botanical_name), ''), r.species_as_given),
    r.species_id IS NOT NULL, r.height_m, r.crown_diameter_m, r.girth_cm, r.planted_year,
    r.last_on, r.next_on
FROM import_row r JOIN import_match m ON m.line = r.line
LEFT JOIN baumkataster_place p ON p.id = m.place_id
LEFT JOIN baumkataster_species s ON s.id = r.species_id
WHERE r.line <= %(last)s ORDER BY r.line
"""

#: Every n-th row, and of those that lie in no district up to a third more.
_POINTS: Final = """
WITH placed AS (
    SELECT r.line, m.action, r.geom, m.action = 'new' AND m.district_id IS NULL AS outside,
        row_number() OVER (ORDER BY r.line) AS turn, count(*) OVER () AS number
    FROM import_row r JOIN import_match m ON m.line = r.line
), chosen AS (
    SELECT * FROM placed WHERE turn %% greatest(1, number / %(points)s) = 0
    UNION
    (SELECT * FROM placed WHERE outside ORDER BY line LIMIT %(points)s / 3)
)
SELECT round(ST_Y(p)::numeric, 6)::float, round(ST_X(p)::numeric, 6)::float, line, action, outside
FROM chosen, ST_Transform(geom, 4326) p ORDER BY outside, line LIMIT %(points)s * 3
"""

_SPECIES: Final = """
SELECT r.species_as_given, count(*) FROM import_row r
WHERE r.kind = 'tree' AND r.species_id IS NULL
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(species)s
"""


def seen_in_rehearsal(path: Path, profile: str) -> dict[str, Any]:
    """All of it as plain values for ``ImportRun.preview``."""
    with open_table(path, read_profile(profile)) as table:
        head = [str(name)[:_CELL] for name in table.header]
        rows = [
            (row.line, [cell[:_CELL] for cell in row.cells]) for row in islice(table.rows, ROWS)
        ]
        encoding, delimiter = table.encoding, table.delimiter
    last = rows[-1][0] if rows else 0
    understood = {row[0]: row[1:] for row in rows_of(_UNDERSTOOD, {"last": last})}
    return {
        "encoding": encoding,
        "delimiter": delimiter,
        "header": head,
        "used": [name in read_profile(profile).columns for name in head],
        "rows": [
            {"line": line, "cells": cells, "understood": _plain(understood.get(line))}
            for line, cells in rows
        ],
        "points": [list(row) for row in rows_of(_POINTS, {"points": POINTS})],
        "species": [list(row) for row in rows_of(_SPECIES, {"species": SPECIES})],
    }


def _plain(row: tuple[Any, ...] | None) -> dict[str, Any] | None:
    """One understood row; None: it was refused, its problems say why."""
    if row is None:
        return None
    kind, action, place, number, species, known, height, crown, girth, year, last, due = row
    return {
        "kind": kind,
        "action": action,
        "place": place,
        "number": number,
        "species": species,
        "species_known": known,
        "height_m": None if height is None else float(height),
        "crown_m": None if crown is None else float(crown),
        "girth_cm": girth,
        "planted_year": year,
        "last_on": last and last.isoformat(),
        "next_on": due and due.isoformat(),
    }
