"""Works out, set-based, what each staged row meets here: records, place, district, number.

Called by the import after staging; writes only to the temporary table and, for places that the
cadastre does not know yet, to the places.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from baumkataster.models import Expectation, Place, PlaceKind, Unit
from geodata.importing.reporting import Complaint
from geodata.importing.staging import rows_of, run
from geodata.rules.places import kind_of_place
from geodata.rules.problems import WARNING

#: Records of the same source and key; of several trees on one key the standing one.
_KNOWN: Final = """
UPDATE import_row r SET tree_id = k.id, site_id = k.site_id FROM (
    SELECT DISTINCT ON (source_keys) source_keys, id, site_id FROM baumkataster_tree
    WHERE source = %(source)s
    ORDER BY source_keys, status IN ('planted', 'standing', 'unverified') DESC, created_at DESC, id
) k WHERE k.source_keys = r.source_keys;
UPDATE import_row r SET site_id = s.id FROM baumkataster_site s
WHERE r.site_id IS NULL AND s.source = %(source)s AND s.source_keys = r.source_keys;
UPDATE import_row r SET group_id = g.id FROM baumkataster_treegroup g
WHERE g.source = %(source)s AND g.source_keys = r.source_keys;
"""

#: A tree that ended here, a site with a tree again, a record that changed its kind: left alone.
_ACTIONS: Final = """
UPDATE import_row r SET action = CASE
    WHEN kind = 'group' AND (tree_id IS NOT NULL OR site_id IS NOT NULL) THEN 'kept'
    WHEN kind <> 'group' AND group_id IS NOT NULL THEN 'kept'
    WHEN kind = 'group' THEN CASE WHEN group_id IS NULL THEN 'new' ELSE 'compare' END
    WHEN kind = 'tree' AND tree_id IS NOT NULL THEN CASE WHEN EXISTS (
        SELECT 1 FROM baumkataster_tree t WHERE t.id = r.tree_id
        AND t.status IN ('planted', 'standing', 'unverified')) THEN 'compare' ELSE 'kept' END
    WHEN kind = 'tree' AND EXISTS (
        SELECT 1 FROM baumkataster_tree t WHERE t.site_id = r.site_id
        AND t.status IN ('planted', 'standing', 'unverified')) THEN 'kept'
    WHEN kind = 'site' AND EXISTS (
        SELECT 1 FROM baumkataster_tree t WHERE t.id = r.tree_id
        AND t.status IN ('planted', 'standing', 'unverified')) THEN 'kept'
    WHEN kind = 'site' AND site_id IS NOT NULL THEN 'compare'
    ELSE 'new' END
"""

_KEPT: Final = """
SELECT r.line, r.source_key, r.kind, t.status, r.group_id IS NOT NULL
FROM import_row r LEFT JOIN baumkataster_tree t ON t.id = r.tree_id
WHERE r.action = 'kept' ORDER BY r.line
"""

#: The district whose polygon covers the point; on a common border the first by name.
_DISTRICTS: Final = """
UPDATE import_row r SET district_id = d.id FROM (
    SELECT DISTINCT ON (p.line) p.line, d.id
    FROM import_row p JOIN baumkataster_district d ON ST_Covers(d.geom, p.geom)
    ORDER BY p.line, d.name
) d WHERE d.line = r.line
"""

_NEW_PLACES: Final = """
SELECT DISTINCT r.place, r.place_key FROM import_row r
WHERE r.action = 'new' AND r.site_id IS NULL ORDER BY 1, 2
"""

_SET_PLACE: Final = """
UPDATE import_row SET place_id = %(place_id)s
WHERE action = 'new' AND place = %(name)s AND place_key = %(key)s
"""

#: The number in its place: the source's own, else its key; a number that is taken gets "/2", "/3" …
_NUMBERS: Final = """
UPDATE import_row SET number = CASE
    WHEN number <> '' THEN number
    WHEN length(source_key) <= 40 THEN source_key
    ELSE 'Q-' || left(md5(source_key), 12) END;
WITH wanted AS (
    SELECT r.line, r.number, CASE WHEN EXISTS (
        SELECT 1 FROM {taken} t WHERE t.place_id = r.place_id AND t.number = r.number
    ) THEN 1 + (
        SELECT count(*) FROM {taken} t
        WHERE t.place_id = r.place_id AND starts_with(t.number, r.number || '/')
    ) ELSE 0 END + row_number() OVER (PARTITION BY r.place_id, r.number ORDER BY r.line) AS turn
    FROM import_row r WHERE {which}
)
UPDATE import_row r SET number = left(w.number, 34) || '/' || w.turn
FROM wanted w WHERE w.line = r.line AND w.turn > 1
RETURNING r.line, w.number, r.number
"""


def match_records(*, source: str) -> list[Complaint]:
    """Find records of earlier imports, decide what to do; complaints about those left alone."""
    run(_KNOWN, {"source": source})
    run(_ACTIONS, {})
    run(_DISTRICTS, {})
    return [_left_alone(*row) for row in rows_of(_KEPT, {})]


def _left_alone(line: int, key: str, kind: str, status: str | None, is_group: bool) -> Complaint:
    if kind == "tree" and status is not None:
        code = "ended_here"
        text = _("Der Baum steht nach unserem Kataster nicht mehr. Es wurde nichts geändert.")
    elif kind == "site" and status is not None:
        code = "empty_in_source"
        text = _(
            "In der Quelle ist der Standort leer, hier steht ein Baum. Bitte prüfen und die "
            "Fällung melden."
        )
    elif kind == "tree" and not is_group:
        code = "occupied"
        text = _("Auf diesem Standort steht hier ein anderer Baum. Es wurde nichts geändert.")
    else:
        code = "kind_changed"
        text = _(
            "Der Eintrag war bisher von anderer Art (Baum, Standort oder Gruppe). "
            "Es wurde nichts geändert, bitte prüfen."
        )
    return Complaint(line, "", key, WARNING, code, text)


def match_places(*, source: str, unit_of: Callable[[], Unit]) -> int:
    """Give every new row its place; rows without one share one. How many places had to be entered.

    ``unit_of`` gives the unit of new places, and is asked only for such.
    """
    entered = 0
    for name, key in list(rows_of(_NEW_PLACES, {})):
        kind, full_name = _kind_and_name(name, source)
        found = _known_place(kind, full_name, key)
        if found is None:
            found = _enter_place(kind, full_name, key, unit_of())
            entered += 1
        run(_SET_PLACE, {"place_id": found.pk, "name": name, "key": key})
    return entered


def _kind_and_name(name: str, source: str) -> tuple[PlaceKind, str]:
    if name:
        return PlaceKind(kind_of_place(name)), name
    return PlaceKind.NONE, _("ohne Objekt") + f" ({source})"


def _known_place(kind: PlaceKind, name: str, key: str) -> Place | None:
    """The place of that name and key, whatever its kind; a shared place only by its kind."""
    if kind == PlaceKind.NONE:
        return Place.objects.filter(kind=kind, name=name).first()
    named = Place.objects.filter(name__iexact=name, street_key=key).exclude(kind=PlaceKind.NONE)
    return named.order_by("name", "pk").first()


def _enter_place(kind: PlaceKind, name: str, key: str, unit: Unit) -> Place:
    lower = kind in {PlaceKind.FOREST, PlaceKind.COMPENSATION}
    expectation = Expectation.LOWER if lower else Expectation.HIGHER
    return Place.objects.create(
        kind=kind, name=name, street_key=key, expectation=expectation, unit=unit
    )


def number_records() -> list[Complaint]:
    """Unique numbers for new sites and groups in their place; complaints about renumbered rows."""
    complaints: list[Complaint] = []
    for taken, which in (
        ("baumkataster_site", "r.action = 'new' AND r.kind <> 'group' AND r.site_id IS NULL"),
        ("baumkataster_treegroup", "r.action = 'new' AND r.kind = 'group'"),
    ):
        complaints += _numbered(_NUMBERS.format(taken=taken, which=which))
    return complaints


def _numbered(statements: str) -> list[Complaint]:
    first, second = statements.split(";\n", 1)
    run(first, {})
    with connection.cursor() as cursor:
        cursor.execute(second, {})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    text = _("Die Nummer „%(number)s“ ist im Objekt schon vergeben. Eingetragen als „%(new)s“.")
    return [
        Complaint(line, "", number, WARNING, "renumbered", text % {"number": number, "new": new})
        for line, number, new in sorted(rows)
    ]
