"""What a later file changes in records of an earlier import, without undoing our own people's work.

A value is taken over when the last to write it here was an import of this source. Where somebody
here changed it since, ours stays: silently while the source says what it said before, with a
complaint when the source changed it too. Who wrote what stands in the database's own history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _

from baumkataster.models import Site, Species, Tree, TreeGroup
from geodata.importing.reporting import Complaint
from geodata.importing.staging import rows_of, run
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

_FIND: Final = """
CREATE TEMP TABLE import_difference ON COMMIT DROP AS
SELECT r.line, r.source_key, t.id AS row_id, d.key AS column_name, d.value AS theirs,
       o.j -> d.key AS ours, NULL::text AS verdict
FROM import_row r JOIN {table} t ON t.id = r.{id_column}
CROSS JOIN LATERAL (SELECT to_jsonb(v) AS j FROM (SELECT {given}) v) s
CROSS JOIN LATERAL (SELECT to_jsonb(v) AS j FROM (SELECT {present}) v) o
CROSS JOIN LATERAL jsonb_each(s.j) d
WHERE r.action = 'compare' AND r.kind = ANY(%(kinds)s)
  AND ({given_row}) IS DISTINCT FROM ({present_row})
  AND d.value IS DISTINCT FROM o.j -> d.key
"""

_JUDGE: Final = """
UPDATE import_difference d SET verdict = CASE
    WHEN coalesce(last.reason, %(reason)s) = %(reason)s THEN 'take'
    WHEN before.value IS NOT DISTINCT FROM d.theirs THEN 'ours'
    ELSE 'conflict' END
FROM import_difference e
LEFT JOIN LATERAL (
    SELECT c.reason FROM baumkataster_change c
    WHERE c.table_name = %(table)s AND c.row_id = e.row_id::text AND c.new ? e.column_name
    ORDER BY c.id DESC LIMIT 1
) last ON true
LEFT JOIN LATERAL (
    SELECT c.new -> e.column_name AS value FROM baumkataster_change c
    WHERE c.table_name = %(table)s AND c.row_id = e.row_id::text AND c.new ? e.column_name
      AND c.reason = %(reason)s
    ORDER BY c.id DESC LIMIT 1
) before ON true
WHERE e.row_id = d.row_id AND e.column_name = d.column_name
"""

_TAKE: Final = """
UPDATE {table} t SET {assignments},
    district_id = CASE WHEN 'geom' = ANY(p.columns) THEN r.district_id ELSE t.district_id END
FROM import_row r JOIN (
    SELECT line, array_agg(column_name) AS columns FROM import_difference
    WHERE verdict = 'take' GROUP BY line
) p ON p.line = r.line
WHERE t.id = r.{id_column}
"""

_CHANGED: Final = "SELECT DISTINCT line FROM import_difference WHERE verdict = 'take'"
_CONFLICTS: Final = """
SELECT line, source_key, column_name, ours #>> '{}', theirs #>> '{}' FROM import_difference
WHERE verdict = 'conflict' ORDER BY line, column_name
"""


def take_differences(*, reason: str) -> tuple[set[int], list[Complaint]]:
    """Update what the source changed; the lines that changed something, and the conflicts.

    ``reason`` is the one under which all imports of this source write their history.
    """
    changed: set[int] = set()
    complaints: list[Complaint] = []
    for target in TARGETS:
        run("DROP TABLE IF EXISTS import_difference", {})
        run(_statement(_FIND, target), {"kinds": list(target.kinds)})
        run(_JUDGE, {"reason": reason, "table": target.table})
        run(_statement(_TAKE, target), {})
        changed |= {line for (line,) in rows_of(_CHANGED, {})}
        complaints += [_conflict(target.model, row) for row in rows_of(_CONFLICTS, {})]
    return changed, complaints


def _statement(statement: str, target: Target) -> str:
    columns = target.columns
    return statement.format(
        table=target.table,
        id_column=target.id_column,
        given=", ".join(f"r.{column}" for column in columns),
        present=", ".join(f"t.{column}" for column in columns),
        given_row=", ".join(f"r.{column}" for column in columns),
        present_row=", ".join(f"t.{column}" for column in columns),
        assignments=", ".join(
            f"{column} = CASE WHEN '{column}' = ANY(p.columns) THEN r.{column} ELSE t.{column} END"
            for column in columns
        ),
    )


def _conflict(model: type[Model], row: tuple[Any, ...]) -> Complaint:
    line, key, column, ours, theirs = row
    field = next(field for field in model._meta.concrete_fields if field.column == column)
    label = str(field.verbose_name)
    if column == "geom":
        text = _("Die Lage wurde hier und in der Quelle geändert. Es bleibt bei unserer Lage.")
        return Complaint(line, label, key, WARNING, "conflict", text)
    if column == "species_id":
        ours, theirs = _species_name(ours), _species_name(theirs)
    text = _(
        "%(column)s wurde hier und in der Quelle geändert. Es bleibt bei unserem Wert "
        "„%(ours)s“, die Quelle sagt „%(theirs)s“. Bitte prüfen."
    )
    params = {"column": label, "ours": ours or "", "theirs": theirs or ""}
    return Complaint(line, label, key, WARNING, "conflict", text % params)


def _species_name(species_id: str | None) -> str:
    return Species.objects.get(pk=species_id).botanical_name if species_id else ""
