"""What all past days need of each tree, joined with its place and kept in the order of the keys.

Half of what a million due dates cost is to find each tree's place. The worker keeps the answer for
large cities and renews it when much has happened; a day made from it knows no more transactions than
it does, so that whatever has changed since is made anew, as always (past_kept.py). Each tree has the
number of its cell, too: all trees of one district, unit and kind of place (city_totals.py), for whom
the smallest tables that know it stand beside.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from inspections.reports import numbers
from inspections.reports.past_store import (
    LOCK,
    Found,
    begin,
    drop,
    forget,
    identity,
    large,
    look,
    may_keep,
    remember,
    touched,
)

#: With more trees touched since, the worker renews the table; days that are made from it have to
#: last, too (past_kept.MOST).
MOST: Final = 2_000
KIND: Final = "trees"
#: Kinds of places where children play, as words of SQL.
SENSITIVE: Final = tuple(str(kind.value) for kind in numbers.SENSITIVE)
#: Tables beside the trees: the cells; the cell of every tree alone, which is half as much to read;
#: trees where children play.
BESIDE: Final = ("cells", "placed", "children")
TREES_SQL: Final = """
CREATE TEMP TABLE past_placed ON COMMIT DROP AS
SELECT t.id, t.status, t.duty, t.phase, t.expectation, t.planted_on, t.planted_year, t.felled_on,
    t.created_at, place.kind AS place_kind, place.expectation AS place_expectation,
    t.district_id, coalesce(t.unit_id, place.unit_id) AS unit_id,
    (dense_rank() OVER (ORDER BY t.district_id, coalesce(t.unit_id, place.unit_id), place.kind))::int
        AS cell
FROM public.baumkataster_tree t
JOIN public.baumkataster_site site ON site.id = t.site_id
JOIN public.baumkataster_place place ON place.id = site.place_id;
CREATE UNLOGGED TABLE {trees} AS
SELECT id, status, duty, phase, expectation, planted_on, planted_year, felled_on, created_at,
    place_kind, place_expectation, cell FROM past_placed ORDER BY id;
CREATE UNIQUE INDEX ON {trees} (id);
ANALYZE {trees};
CREATE UNLOGGED TABLE {cells} AS
SELECT cell, district_id, unit_id, place_kind, count(*) AS trees FROM past_placed
GROUP BY cell, district_id, unit_id, place_kind;
ANALYZE {cells};
CREATE UNLOGGED TABLE {placed} AS SELECT id, cell FROM past_placed;
ANALYZE {placed};
CREATE UNLOGGED TABLE {children} AS
SELECT id FROM past_placed WHERE place_kind IN {sensitive};
ANALYZE {children}"""
#: What then_plan.sql calls the place of a kept tree.
PLACE_OF_TREE: Final = """CROSS JOIN LATERAL (
        SELECT t.place_kind AS kind, t.place_expectation AS expectation) place"""


def kept_trees() -> Found | None:
    """The kept trees, where they are new enough to make a day from."""
    return kept_trees_but()[0]


def kept_trees_but() -> tuple[Found | None, set[UUID]]:
    """The kept trees, and those that something has happened to since."""
    found = look(_key())
    since = touched(found, most=MOST) if found else None
    return (None, set()) if since is None else (found, since)


def renew_trees() -> bool:
    """Make the table anew where it is worth it; whether it was."""
    if not (may_keep() and large()) or kept_trees():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])
        try:
            found = begin(parts=1)
            try:
                with transaction.atomic():
                    _make(found)
            except BaseException:
                drop(found.tables)
                raise
        finally:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [LOCK])
    forget(most=1, kind=KIND)
    return True


def _make(found: Found) -> None:
    found = replace(found, others=BESIDE)
    names = {name: found.other(name) for name in BESIDE}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '192MB'")
        cursor.execute(TREES_SQL.format(trees=found.plans[0], sensitive=SENSITIVE, **names))
    remember(found, key=_key())


def _key() -> str:
    return f"{KIND}:{sha256(repr([identity(), TREES_SQL, SENSITIVE]).encode()).hexdigest()}"
