"""Works out, set-based, what each staged row meets here: records, what to do, district, number.

Called by the import after staging; writes only to temporary tables. Places: ``placing``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from geodata.importing.spooling import Complaint
from geodata.importing.staging import rows_of, run, streamed
from geodata.rules.problems import WARNING

#: Records of the same source and key; of several trees on one key the standing one.
_KNOWN: Final = """
CREATE TEMP TABLE import_known ON COMMIT DROP AS
SELECT r.line, r.kind, t.id AS tree_id, t.site_id, t.standing, g.id AS group_id
FROM import_row r LEFT JOIN (
    SELECT DISTINCT ON (source_keys) source_keys, id, site_id,
        status IN ('planted', 'standing', 'unverified') AS standing
    FROM baumkataster_tree WHERE source = %(source)s ORDER BY source_keys,
        status IN ('planted', 'standing', 'unverified') DESC, created_at DESC, id
) t ON t.source_keys = r.source_keys LEFT JOIN (
    SELECT DISTINCT ON (source_keys) source_keys, id FROM baumkataster_treegroup
    WHERE source = %(source)s ORDER BY source_keys, active DESC, id
) g ON g.source_keys = r.source_keys
"""

_KNOWN_SITES: Final = """
UPDATE import_known k SET site_id = s.id FROM import_row r, baumkataster_site s
WHERE k.tree_id IS NULL AND r.line = k.line
  AND s.source = %(source)s AND s.source_keys = r.source_keys
"""

#: A tree that ended here, a site with a tree again, a record that changed its kind: left alone.
_ACTIONS: Final = """
CREATE TEMP TABLE import_match ON COMMIT DROP AS
SELECT line, kind, action,
    action = 'new' AND kind <> 'group' AND site_id IS NULL AS new_site,
    CASE WHEN action = 'new' AND kind = 'tree' THEN gen_random_uuid() ELSE tree_id END AS tree_id,
    CASE WHEN action = 'new' AND kind <> 'group' AND site_id IS NULL THEN gen_random_uuid()
        ELSE site_id END AS site_id,
    CASE WHEN action = 'new' AND kind = 'group' THEN gen_random_uuid()
        ELSE group_id END AS group_id,
    NULL::uuid AS place_id, NULL::uuid AS district_id, NULL::text COLLATE "C" AS number
FROM (
    SELECT k.*, CASE
        WHEN k.kind = 'group' AND (k.tree_id IS NOT NULL OR k.site_id IS NOT NULL) THEN 'kept'
        WHEN k.kind <> 'group' AND k.group_id IS NOT NULL THEN 'kept'
        WHEN k.kind = 'group' THEN CASE WHEN k.group_id IS NULL THEN 'new' ELSE 'compare' END
        WHEN k.kind = 'tree' AND k.tree_id IS NOT NULL THEN
            CASE WHEN k.standing THEN 'compare' ELSE 'kept' END
        WHEN k.kind = 'tree' AND o.site_id IS NOT NULL THEN 'kept'
        WHEN k.kind = 'site' AND k.standing THEN 'kept'
        WHEN k.kind = 'site' AND k.site_id IS NOT NULL THEN 'compare'
        ELSE 'new' END AS action
    FROM import_known k LEFT JOIN baumkataster_tree o
        ON k.tree_id IS NULL AND o.site_id = k.site_id
        AND o.status IN ('planted', 'standing', 'unverified')
) k;
ANALYZE import_match
"""

_KEPT: Final = """
SELECT m.line, r.source_key, m.kind, t.status, m.group_id IS NOT NULL
FROM import_match m JOIN import_row r ON r.line = m.line
LEFT JOIN baumkataster_tree t ON t.id = m.tree_id
WHERE m.action = 'kept' ORDER BY m.line
"""

#: The district whose polygon covers the point of what is new or moved; on a common border the
#: first by name.
_DISTRICTS: Final = """
UPDATE import_match m SET district_id = d.id FROM (
    SELECT DISTINCT ON (p.line) p.line, d.id
    FROM (
        SELECT r.line, r.geom FROM import_row r JOIN import_match a ON a.line = r.line
        LEFT JOIN baumkataster_tree t ON t.id = a.tree_id AND a.action = 'compare'
        LEFT JOIN baumkataster_site s ON s.id = a.site_id AND a.action = 'compare'
        WHERE a.action = 'new' OR a.kind = 'group'
           OR r.geom IS DISTINCT FROM s.geom OR r.geom IS DISTINCT FROM coalesce(t.geom, s.geom)
    ) p JOIN baumkataster_district d ON ST_Covers(d.geom, p.geom)
    ORDER BY p.line, d.name
) d WHERE d.line = m.line
"""

#: A number that is taken in its place gets "/2", "/3" …; again, should that be taken, too.
_NUMBERS: Final = """
WITH crowded AS (
    SELECT m.place_id, m.number FROM import_match m WHERE {which}
    GROUP BY m.place_id, m.number HAVING count(*) > 1
    UNION SELECT t.place_id, t.number FROM {taken} t
    WHERE (t.place_id, t.number) IN (SELECT m.place_id, m.number FROM import_match m WHERE {which})
), wanted AS (
    SELECT m.line, m.number, CASE WHEN EXISTS (
        SELECT 1 FROM {taken} t WHERE t.place_id = m.place_id AND t.number = m.number
    ) THEN 1 + (
        SELECT count(*) FROM {taken} t
        WHERE t.place_id = m.place_id AND starts_with(t.number, m.number || '/')
    ) ELSE 0 END + row_number() OVER (PARTITION BY m.place_id, m.number ORDER BY m.line) AS turn
    FROM import_match m JOIN crowded c ON c.place_id = m.place_id AND c.number = m.number
    WHERE {which}
)
UPDATE import_match m SET number = left(w.number, 34) || '/' || w.turn
FROM wanted w WHERE w.line = m.line AND w.turn > 1
RETURNING m.line, w.number, m.number
"""
#: Each time fewer rows are left; a file made to defeat this would not get on anyway.
_MOST_TURNS: Final = 50


def match_records(*, source: str) -> None:
    """Find records of earlier imports, and decide what to do with each row."""
    for name in ("import_known", "import_match"):
        run(f"DROP TABLE IF EXISTS {name}", {})
    run(_KNOWN, {"source": source})
    run("ANALYZE import_known", {})
    run(_KNOWN_SITES, {"source": source})
    run(_ACTIONS, {})
    run(_DISTRICTS, {})


def left_alone() -> Iterator[Complaint]:
    """What there is to say about rows that nothing is done with."""
    return (_left_alone(*row) for row in streamed(_KEPT, {}))


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


def number_records() -> Iterator[Complaint]:
    """Unique numbers for new sites and groups in their place; complaints about renumbered rows."""
    renamed: list[tuple[Any, ...]] = []
    for taken, which in (
        ("baumkataster_site", "m.new_site"),
        ("baumkataster_treegroup", "m.action = 'new' AND m.kind = 'group'"),
    ):
        statement = _NUMBERS.format(taken=taken, which=which)
        for _turn in range(_MOST_TURNS):
            renumbered = list(rows_of(statement, {}))
            renamed += renumbered
            if not renumbered:
                break
    text = _("Die Nummer „%(number)s“ ist im Objekt schon vergeben. Eingetragen als „%(new)s“.")
    for line, number, new in sorted(renamed):
        params = {"number": number, "new": new}
        yield Complaint(line, "", number, WARNING, "renumbered", text % params)
