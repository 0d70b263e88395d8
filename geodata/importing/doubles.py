"""Rows of one file that have the same key or stand on the same point; found by the database.

A million keys and points would not fit into the memory of the importing process. The sentences are
those of the row rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from geodata.importing.reporting import said
from geodata.importing.spooling import Complaint
from geodata.importing.staging import rows_of, run, streamed
from geodata.rules.keys import double_key
from geodata.rules.rows import same_point

_KEYS: Final = """
SELECT line, source_key, first FROM (
    SELECT line, source_key, min(line) OVER (PARTITION BY source_key) AS first FROM (
        SELECT line, source_key FROM import_row UNION ALL SELECT line, source_key FROM import_key
    ) k WHERE source_key IN (
        SELECT source_key FROM (
            SELECT source_key FROM import_row UNION ALL SELECT source_key FROM import_key
        ) a GROUP BY source_key HAVING count(*) > 1
    )
) k WHERE line > first
"""
_FIND: Final = f"CREATE TEMP TABLE import_double ON COMMIT DROP AS {_KEYS}"
_TAKE_OUT: Final = """
WITH gone AS (
    DELETE FROM import_row r USING import_double d WHERE d.line = r.line RETURNING r.kind
) SELECT kind, count(*) FROM gone GROUP BY kind
"""
_POINTS: Final = """
SELECT line, first FROM (
    SELECT line, min(line) OVER (PARTITION BY x, y) AS first FROM (
        SELECT line, round(x * 100)::bigint AS x, round(y * 100)::bigint AS y FROM import_row
    ) p WHERE (x, y) IN (
        SELECT round(x * 100)::bigint, round(y * 100)::bigint FROM import_row
        GROUP BY 1, 2 HAVING count(*) > 1
    )
) p WHERE line > first ORDER BY line
"""


def take_out_double_keys() -> dict[str, int]:
    """Take rows out whose key an earlier row has; how many there were of each kind of record."""
    run("DROP TABLE IF EXISTS import_double", {})
    if run(_FIND, {}) == 0:
        return {}
    return dict(rows_of(_TAKE_OUT, {}))


def double_keys(column: str) -> Iterator[Complaint]:
    """What there is to say about the rows that were taken out, and refused ones of that key."""
    statement = "SELECT line, source_key, first FROM import_double ORDER BY line"
    for line, key, first in streamed(statement, {}):
        yield said(double_key(line, column, key, first))


def same_points() -> Iterator[Complaint]:
    """What there is to say about rows on one point."""
    for line, first in streamed(_POINTS, {}):
        yield said(same_point(line, first))
