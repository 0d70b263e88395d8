"""Gives every new row its place: one that is known here, or one that has to be entered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _

from baumkataster.models import Expectation, Place, PlaceKind, Unit
from geodata.importing.staging import copied, rows_of, run
from geodata.rules.places import kind_of_place

#: What the rows of a place most often call its kind.
_WANTED: Final = """
SELECT DISTINCT ON (place, place_key) place, place_key, place_kind FROM (
    SELECT r.place, r.place_key, r.place_kind, count(*) AS rows
    FROM import_row r JOIN import_match m ON m.line = r.line
    WHERE m.action = 'new' AND (m.new_site OR m.kind = 'group')
    GROUP BY r.place, r.place_key, r.place_kind
) w ORDER BY place, place_key, place_kind = '', rows DESC, place_kind
"""
_TABLE: Final = """
DROP TABLE IF EXISTS import_place;
CREATE TEMP TABLE import_place (place text COLLATE "C", place_key text COLLATE "C", kind text,
    name text, place_id uuid) ON COMMIT DROP
"""

#: The place of that name and key, whatever its kind; a shared place only by its kind.
_FIND: Final = """
UPDATE import_place i SET place_id = p.id FROM (
    SELECT DISTINCT ON (i.place, i.place_key) i.place, i.place_key, p.id
    FROM import_place i JOIN baumkataster_place p ON CASE WHEN i.kind = 'none'
        THEN p.kind = 'none' AND p.name = i.name
        ELSE p.kind <> 'none' AND upper(p.name) = upper(i.name) AND p.street_key = i.place_key END
    WHERE i.place_id IS NULL AND upper(p.name) = upper(i.name)
    ORDER BY i.place, i.place_key, p.name, p.id
) p WHERE p.place = i.place AND p.place_key = i.place_key
"""
_MISSING: Final = """
SELECT DISTINCT ON (kind = 'none', upper(name), place_key) kind, name, place_key FROM import_place
WHERE place_id IS NULL ORDER BY kind = 'none', upper(name), place_key, name
"""

#: The number is the source's own, else its key.
_SET: Final = """
UPDATE import_match m SET place_id = p.place_id, number = CASE
    WHEN r.number <> '' THEN r.number
    WHEN length(r.source_key) <= 40 THEN r.source_key
    ELSE 'Q-' || left(md5(r.source_key), 12) END
FROM import_row r JOIN import_place p ON p.place = r.place AND p.place_key = r.place_key
WHERE r.line = m.line AND (m.new_site OR (m.action = 'new' AND m.kind = 'group'))
"""


def match_places(*, source: str, unit_of: Callable[[], Unit]) -> int:
    """Give every new row its place; rows without one share one. How many places had to be entered.

    ``unit_of`` gives the unit of new places, and is asked only for such.
    """
    wanted = list(rows_of(_WANTED, {}))
    if not wanted:
        return 0
    run(_TABLE, {})
    copied(
        "import_place (place, place_key, kind, name)",
        ((place, key, *_kind_and_name(place, kind, source)) for place, key, kind in wanted),
    )
    run("ANALYZE import_place", {})
    run(_FIND, {})
    missing = list(rows_of(_MISSING, {}))
    if missing:
        unit = unit_of()
        new = [_place(kind, name, key, unit) for kind, name, key in missing]
        Place.objects.bulk_create(new, batch_size=2000)
        run(_FIND, {})
    run(_SET, {})
    return len(missing)


def _kind_and_name(name: str, kind: str, source: str) -> tuple[str, str]:
    """Kind and name: what the source says of the kind, else what the name tells."""
    if not name:
        return PlaceKind.NONE.value, _("ohne Objekt") + f" ({source})"
    return kind or kind_of_place(name), name


def _place(kind: str, name: str, key: str, unit: Unit) -> Place:
    lower = kind in {PlaceKind.FOREST, PlaceKind.COMPENSATION}
    expectation = Expectation.LOWER if lower else Expectation.HIGHER
    return Place(kind=kind, name=name, street_key=key, expectation=expectation, unit=unit)
