"""Writes the staged rows that are new into the cadastre, set-based; called by the import."""

from __future__ import annotations

from typing import Final

from geodata.importing.staging import run

#: Nobody else writes while the numbers are given out; readers are not kept waiting.
LOCK: Final = """
LOCK TABLE baumkataster_place, baumkataster_site, baumkataster_tree, baumkataster_treegroup
IN SHARE ROW EXCLUSIVE MODE
"""

_SITES: Final = """
INSERT INTO baumkataster_site (id, place_id, number, geom, district_id, house_number, side,
    remarks, source, source_keys, active, version)
SELECT m.site_id, m.place_id, m.number, r.geom, m.district_id, r.house_number, '',
    CASE WHEN r.kind = 'site' THEN r.remarks ELSE '' END, %(source)s, r.source_keys, true, 1
FROM import_row r JOIN import_match m ON m.line = r.line WHERE m.new_site
"""

_TREES: Final = """
INSERT INTO baumkataster_tree (id, site_id, species_id, species_as_given, status, geom,
    position_accuracy_m, position_source, district_id, tag, planted_year, planted_year_source,
    height_m, crown_diameter_m, crown_base_m, girth_cm, girth_height_cm, stems, phase, expectation,
    duty, duty_reason, owner, protection, felling_reason, remarks, origin, source, source_keys,
    version)
SELECT m.tree_id, m.site_id, r.species_id, r.species_as_given, 'standing', r.geom,
    r.position_accuracy_m, 'import', m.district_id, r.tag, r.planted_year, '', r.height_m,
    r.crown_diameter_m, r.crown_base_m, r.girth_cm, r.girth_height_cm, '{}', '', '', 'city', '',
    '', '{}', '', r.remarks, 'import', %(source)s, r.source_keys, 1
FROM import_row r JOIN import_match m ON m.line = r.line
WHERE m.action = 'new' AND m.kind = 'tree'
"""

_GROUPS: Final = """
INSERT INTO baumkataster_treegroup (id, place_id, number, geom, district_id, tree_count,
    species_as_given, duty, remarks, origin, source, source_keys, active, version)
SELECT m.group_id, m.place_id, m.number, r.geom, m.district_id, r.tree_count, r.species_as_given,
    'city', r.remarks, 'import', %(source)s, r.source_keys, true, 1
FROM import_row r JOIN import_match m ON m.line = r.line
WHERE m.action = 'new' AND m.kind = 'group'
"""

#: A control that the source knows and that is not already kept as its newest.
_INHERITED: Final = """
INSERT INTO inspections_inheritedcontrol (id, tree_id, source, last_on, next_on, details)
SELECT gen_random_uuid(), m.tree_id, %(source)s, r.last_on, r.next_on,
    jsonb_build_object('file', %(file)s::text, 'line', r.line)
FROM import_row r JOIN import_match m ON m.line = r.line LEFT JOIN LATERAL (
    SELECT i.last_on, i.next_on FROM inspections_inheritedcontrol i
    WHERE i.tree_id = m.tree_id AND i.source = %(source)s ORDER BY i.recorded_at DESC LIMIT 1
) newest ON true
WHERE m.kind = 'tree' AND m.action IN ('new', 'compare')
  AND (r.last_on IS NOT NULL OR r.next_on IS NOT NULL)
  AND (r.last_on, r.next_on) IS DISTINCT FROM (newest.last_on, newest.next_on)
RETURNING tree_id
"""
_KEEP_INHERITED: Final = (
    f"WITH kept AS ({_INHERITED}) INSERT INTO import_due SELECT tree_id FROM kept"
)


def refresh_statistics() -> None:
    """Let the planner know the loaded rows; sql/guards.sql says why it would not."""
    run("SELECT baum_analyze()", {})


def load_sites(*, source: str) -> None:
    """Enter new sites."""
    run(_SITES, {"source": source})


def load_trees_and_groups(*, source: str) -> None:
    """Enter new trees on their sites, and new groups."""
    run(_TREES, {"source": source})
    run(_GROUPS, {"source": source})


def load_inherited(*, source: str, file_name: str) -> int:
    """Keep last and next controls of the source as its own records; of how many trees."""
    return run(_KEEP_INHERITED, {"source": source, "file": file_name})
