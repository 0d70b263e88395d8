"""Writes the staged rows that are new into the cadastre, set-based; called by the import."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from geodata.importing.reporting import Complaint
from geodata.importing.staging import rows_of, run
from geodata.rules.problems import WARNING

#: Nobody else writes while the numbers are given out; readers are not kept waiting.
LOCK: Final = """
LOCK TABLE baumkataster_place, baumkataster_site, baumkataster_tree, baumkataster_treegroup
IN SHARE ROW EXCLUSIVE MODE
"""

_SITES: Final = """
UPDATE import_row SET site_id = gen_random_uuid()
WHERE action = 'new' AND kind <> 'group' AND site_id IS NULL;
INSERT INTO baumkataster_site (id, place_id, number, geom, district_id, house_number, side,
    remarks, source, source_keys, active, version)
SELECT r.site_id, r.place_id, r.number, r.geom, r.district_id, r.house_number, '',
    CASE WHEN r.kind = 'site' THEN concat_ws(E'\\n', nullif(r.remarks, '')) ELSE '' END,
    %(source)s, r.source_keys, true, 1
FROM import_row r LEFT JOIN baumkataster_site s ON s.id = r.site_id
WHERE r.action = 'new' AND r.kind <> 'group' AND s.id IS NULL ORDER BY r.line
"""

_TREES: Final = """
UPDATE import_row SET tree_id = gen_random_uuid() WHERE action = 'new' AND kind = 'tree';
INSERT INTO baumkataster_tree (id, site_id, species_id, species_as_given, status, geom,
    position_accuracy_m, position_source, district_id, tag, planted_year, planted_year_source,
    height_m, crown_diameter_m, crown_base_m, girth_cm, girth_height_cm, stems, phase, expectation,
    duty, duty_reason, owner, protection, felling_reason, remarks, origin, source, source_keys,
    version)
SELECT tree_id, site_id, species_id, species_as_given, 'standing', geom, position_accuracy_m,
    'import', district_id, tag, planted_year, '', height_m, crown_diameter_m, crown_base_m,
    girth_cm, girth_height_cm, '{}', '', '', 'city', '', '', '{}', '', remarks, 'import',
    %(source)s, source_keys, 1
FROM import_row WHERE action = 'new' AND kind = 'tree' ORDER BY line
"""

_GROUPS: Final = """
UPDATE import_row SET group_id = gen_random_uuid() WHERE action = 'new' AND kind = 'group';
INSERT INTO baumkataster_treegroup (id, place_id, number, geom, district_id, tree_count,
    species_as_given, duty, remarks, origin, source, source_keys, active, version)
SELECT group_id, place_id, number, geom, district_id, tree_count, species_as_given, 'city',
    remarks, 'import', %(source)s, source_keys, true, 1
FROM import_row WHERE action = 'new' AND kind = 'group' ORDER BY line
"""

#: A control that the source knows and that is not already kept as its newest.
_INHERITED: Final = """
INSERT INTO inspections_inheritedcontrol (id, tree_id, source, last_on, next_on, details)
SELECT gen_random_uuid(), r.tree_id, %(source)s, r.last_on, r.next_on,
    jsonb_build_object('file', %(file)s::text, 'line', r.line)
FROM import_row r LEFT JOIN LATERAL (
    SELECT i.last_on, i.next_on FROM inspections_inheritedcontrol i
    WHERE i.tree_id = r.tree_id AND i.source = %(source)s ORDER BY i.recorded_at DESC LIMIT 1
) newest ON true
WHERE r.kind = 'tree' AND r.action IN ('new', 'compare')
  AND (r.last_on IS NOT NULL OR r.next_on IS NOT NULL)
  AND (r.last_on, r.next_on) IS DISTINCT FROM (newest.last_on, newest.next_on)
RETURNING tree_id
"""

_KEY_TEXT: Final = """(
    SELECT string_agg(o.source_keys ->> u.name, ' | ' ORDER BY u.position)
    FROM unnest(%(key_columns)s::text[]) WITH ORDINALITY u(name, position)
)"""

_VANISHED: Final = f"""
SELECT key, words FROM (
    SELECT {_KEY_TEXT} AS key, concat_ws(' ', p.name, s.number) AS words
    FROM baumkataster_tree o JOIN baumkataster_site s ON s.id = o.site_id
    JOIN baumkataster_place p ON p.id = s.place_id
    WHERE o.source = %(source)s AND o.status IN ('planted', 'standing', 'unverified')
    UNION ALL
    SELECT {_KEY_TEXT}, concat_ws(' ', p.name, o.number)
    FROM baumkataster_treegroup o JOIN baumkataster_place p ON p.id = o.place_id
    WHERE o.source = %(source)s AND o.active
    UNION ALL
    SELECT {_KEY_TEXT}, concat_ws(' ', p.name, o.number)
    FROM baumkataster_site o JOIN baumkataster_place p ON p.id = o.place_id
    WHERE o.source = %(source)s AND o.active
      AND NOT EXISTS (SELECT 1 FROM baumkataster_tree t WHERE t.site_id = o.id)
) known
WHERE NOT EXISTS (SELECT 1 FROM import_key k WHERE k.source_key = known.key)
ORDER BY length(key), key
"""


def refresh_statistics() -> None:
    """Let the planner know the loaded rows; sql/guards.sql says why it would not."""
    run("SELECT baum_analyze()", {})


def load_sites(*, source: str) -> None:
    """Enter new sites."""
    _load(_SITES, source)


def load_trees_and_groups(*, source: str) -> None:
    """Enter new trees on their sites, and new groups."""
    _load(_TREES, source)
    _load(_GROUPS, source)


def _load(statements: str, source: str) -> None:
    prepare, insert = statements.split(";\n", 1)
    run(prepare, {})
    run(insert, {"source": source})


def load_inherited(*, source: str, file_name: str) -> list[Any]:
    """Keep last and next controls of the source as its own records; ids of the trees concerned."""
    return [tree_id for (tree_id,) in rows_of(_INHERITED, {"source": source, "file": file_name})]


def vanished(*, source: str, key_columns: list[str]) -> list[Complaint]:
    """Records of this source whose key is nowhere in the file; they stay in the cadastre."""
    text = _(
        "„%(key)s“ (%(words)s) steht nicht mehr in der Datei. Der Eintrag bleibt bestehen, "
        "bitte prüfen."
    )
    parameters = {"source": source, "key_columns": key_columns}
    return [
        Complaint(0, "", key, WARNING, "vanished", text % {"key": key, "words": words})
        for key, words in rows_of(_VANISHED, parameters)
    ]
