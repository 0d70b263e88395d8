"""What a later file changes in records of an earlier import, without undoing our own people's work.

A value is taken over when the last to write it here was an import of this source. Where somebody
here changed it since, ours stays: silently while the source says what it said before, as a
conflict to be settled when the source changed it too. Who wrote what stands in the database's own
history. A conflict that is open is not raised again, nor one that was settled about that very value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _

from baumkataster.models import Site, Species, Tree, TreeGroup
from geodata.importing.reasons import reason_of, undo_reason_of
from geodata.importing.spooling import Complaint, Conflict
from geodata.importing.staging import run, streamed
from geodata.rules.problems import WARNING


@dataclass(frozen=True, slots=True)
class Target:
    """A table that rows of these kinds are compared with, and the columns that a source fills."""

    model: type[Model]
    id_column: str
    kinds: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def table(self) -> str:
        """Its name in the database."""
        return self.model._meta.db_table


TARGETS: Final = (
    Target(
        Tree,
        "tree_id",
        ("tree",),
        (
            "geom", "position_accuracy_m", "species_id", "species_as_given", "height_m",
            "crown_diameter_m", "crown_base_m", "girth_cm", "girth_height_cm", "planted_year",
            "tag", "remarks",
        ),
    ),
    Target(Site, "site_id", ("tree", "site"), ("geom", "house_number")),
    Target(
        TreeGroup,
        "group_id",
        ("group",),
        ("geom", "species_as_given", "tree_count", "remarks"),
    ),
)  # fmt: skip

#: Rows that differ are found before any is taken apart: JSON of a million unchanged rows costs
#: minutes.
_FIND: Final = """
CREATE TEMP TABLE import_difference ON COMMIT DROP AS
WITH different AS MATERIALIZED (
    SELECT m.line, m.tree_id, t.id
    FROM import_match m JOIN {table} t ON t.id = m.{id_column} JOIN import_row r ON r.line = m.line
    WHERE m.action = 'compare' AND m.kind = ANY(%(kinds)s)
      AND ({given}) IS DISTINCT FROM ({present})
)
SELECT r.line, r.source_key, t.id AS row_id, f.tree_id, d.key AS column_name, d.value AS theirs,
       o.j -> d.key AS ours, NULL::jsonb AS before, NULL::text AS verdict
FROM different f JOIN {table} t ON t.id = f.id JOIN import_row r ON r.line = f.line
CROSS JOIN LATERAL (SELECT to_jsonb(v) AS j FROM (SELECT {given}) v) s
CROSS JOIN LATERAL (SELECT to_jsonb(v) AS j FROM (SELECT {present}) v) o
CROSS JOIN LATERAL jsonb_each(s.j) d
WHERE d.value IS DISTINCT FROM o.j -> d.key
"""

#: take: the source wrote it last. ours: we changed it, and the source says nothing new. open:
#: told already and waiting. conflict: both changed it.
_JUDGE: Final = """
UPDATE import_difference d SET before = f.value, verdict = CASE
    WHEN l.reason IS NULL OR l.reason = ANY(%(reasons)s) THEN 'take'
    WHEN f.value IS NOT DISTINCT FROM d.theirs THEN 'ours'
    WHEN s.decision = 'theirs' AND coalesce(s.theirs, 'null') = e.ours THEN 'take'
    WHEN s.decision = 'ours' AND coalesce(s.theirs, 'null') = e.theirs THEN 'ours'
    WHEN s.decision = '' AND coalesce(s.theirs, 'null') = e.theirs
        AND coalesce(s.ours, 'null') = e.ours THEN 'open'
    ELSE 'conflict' END
FROM import_difference e
LEFT JOIN LATERAL (
    SELECT c.reason FROM baumkataster_change c
    WHERE c.table_name = %(table)s AND c.row_id = e.row_id::text AND c.new ? e.column_name
    ORDER BY c.id DESC LIMIT 1
) l ON true
LEFT JOIN LATERAL (
    SELECT c.new -> e.column_name AS value FROM baumkataster_change c
    WHERE c.table_name = %(table)s AND c.row_id = e.row_id::text AND c.new ? e.column_name
      AND c.reason = ANY(%(reasons)s)
    ORDER BY c.id DESC LIMIT 1
) f ON true
LEFT JOIN (
    SELECT DISTINCT ON (c.row_id, c.column_name) c.*
    FROM geodata_importconflict c JOIN geodata_importrun r ON r.id = c.run_id
    WHERE c.table_name = %(table)s AND r.state = 'done' AND NOT r.dry_run
    ORDER BY c.row_id, c.column_name, c.id DESC
) s ON s.row_id = e.row_id AND s.column_name = e.column_name
WHERE e.row_id = d.row_id AND e.column_name = d.column_name
"""

_TAKE: Final = """
UPDATE {table} t SET {assignments},
    district_id = CASE WHEN 'geom' = ANY(p.columns) THEN m.district_id ELSE t.district_id END
FROM import_row r JOIN import_match m ON m.line = r.line JOIN (
    SELECT line, array_agg(column_name) AS columns FROM import_difference
    WHERE verdict = 'take' GROUP BY line
) p ON p.line = r.line
WHERE t.id = m.{id_column}
"""

_CHANGED: Final = """
INSERT INTO import_changed SELECT DISTINCT line FROM import_difference WHERE verdict = 'take'
"""
#: An older open conflict about the same value is out of date.
_OUTDATED: Final = """
DELETE FROM geodata_importconflict c USING import_difference d
WHERE d.verdict = 'conflict' AND c.decision = '' AND c.table_name = %(table)s
  AND c.row_id = d.row_id AND c.column_name = d.column_name
"""
_CONFLICTS: Final = """
SELECT row_id, tree_id, column_name, ours, theirs, before, line, source_key, verdict
FROM import_difference WHERE verdict IN ('conflict', 'open') ORDER BY line, column_name
"""

Found = tuple[Conflict | None, Complaint]


def take_differences(*, source: str) -> Iterator[Found]:
    """Update what the source changed; yields every conflict (nothing: open already) and what to say.

    The lines that changed something are in ``import_changed`` afterwards.
    """
    run("DROP TABLE IF EXISTS import_changed", {})
    run("CREATE TEMP TABLE import_changed (line integer) ON COMMIT DROP", {})
    reasons = [reason_of(source), undo_reason_of(source)]
    for target in TARGETS:
        run("DROP TABLE IF EXISTS import_difference", {})
        run(_statement(_FIND, target), {"kinds": list(target.kinds)})
        run("ANALYZE import_difference", {})
        run(_JUDGE, {"reasons": reasons, "table": target.table})
        run(_statement(_TAKE, target), {})
        run(_CHANGED, {})
        run(_OUTDATED, {"table": target.table})
        for row in streamed(_CONFLICTS, {}):
            yield _conflict(target, row)


def _statement(statement: str, target: Target) -> str:
    columns = target.columns
    return statement.format(
        table=target.table,
        id_column=target.id_column,
        given=", ".join(f"r.{column}" for column in columns),
        present=", ".join(f"t.{column}" for column in columns),
        assignments=", ".join(
            f"{column} = CASE WHEN '{column}' = ANY(p.columns) THEN r.{column} ELSE t.{column} END"
            for column in columns
        ),
    )


def _conflict(target: Target, row: tuple[Any, ...]) -> Found:
    row_id, tree_id, column, ours, theirs, before, line, key, verdict = row
    ours, theirs, before = (
        None if text is None else json.loads(text) for text in (ours, theirs, before)
    )
    tree = tree_id if target.model is not TreeGroup else None
    conflict = Conflict(target.table, row_id, tree, column, ours, theirs, before, line)
    return (None if verdict == "open" else conflict), _told(target.model, conflict, key)


def _told(model: type[Model], conflict: Conflict, key: str) -> Complaint:
    column = conflict.column_name
    field = next(field for field in model._meta.concrete_fields if field.column == column)
    label = str(field.verbose_name)
    if column == "geom":
        text = _("Die Lage wurde hier und in der Quelle geändert. Es bleibt bei unserer Lage.")
        return Complaint(conflict.line, label, key, WARNING, "conflict", text)
    ours, theirs = conflict.ours, conflict.theirs
    if column == "species_id":
        ours, theirs = _species_name(ours), _species_name(theirs)
    text = _(
        "%(column)s wurde hier und in der Quelle geändert. Es bleibt bei unserem Wert "
        "„%(ours)s“, die Quelle sagt „%(theirs)s“. Bitte prüfen."
    )
    params = {"column": label, "ours": _shown(ours), "theirs": _shown(theirs)}
    return Complaint(conflict.line, label, key, WARNING, "conflict", text % params)


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _species_name(species_id: str | None) -> str:
    return Species.objects.get(pk=species_id).botanical_name if species_id else ""
