"""Records of a source that its newest file no longer holds: told with their ids, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from geodata.importing.spooling import Complaint, Gone
from geodata.importing.staging import streamed
from geodata.rules.problems import WARNING

_KEY_TEXT: Final = """(
    SELECT string_agg(o.source_keys ->> u.name, ' | ' ORDER BY u.position)
    FROM unnest(%(key_columns)s::text[]) WITH ORDINALITY u(name, position)
)"""

#: Keys are put together only for what no row of the file was matched with.
_VANISHED: Final = f"""
SELECT table_name, id, tree_id, key, words FROM (
    SELECT 'baumkataster_tree' AS table_name, o.id, o.id AS tree_id, {_KEY_TEXT} AS key,
        concat_ws(' ', p.name, s.number) AS words
    FROM baumkataster_tree o JOIN baumkataster_site s ON s.id = o.site_id
    JOIN baumkataster_place p ON p.id = s.place_id
    WHERE o.source = %(source)s AND o.status IN ('planted', 'standing', 'unverified')
      AND NOT EXISTS (SELECT 1 FROM import_match m WHERE m.tree_id = o.id)
    UNION ALL
    SELECT 'baumkataster_treegroup', o.id, NULL, {_KEY_TEXT}, concat_ws(' ', p.name, o.number)
    FROM baumkataster_treegroup o JOIN baumkataster_place p ON p.id = o.place_id
    WHERE o.source = %(source)s AND o.active
      AND NOT EXISTS (SELECT 1 FROM import_match m WHERE m.group_id = o.id)
    UNION ALL
    SELECT 'baumkataster_site', o.id, NULL, {_KEY_TEXT}, concat_ws(' ', p.name, o.number)
    FROM baumkataster_site o JOIN baumkataster_place p ON p.id = o.place_id
    WHERE o.source = %(source)s AND o.active
      AND NOT EXISTS (SELECT 1 FROM baumkataster_tree t WHERE t.site_id = o.id)
      AND NOT EXISTS (SELECT 1 FROM import_match m WHERE m.site_id = o.id)
) known
WHERE NOT EXISTS (SELECT 1 FROM import_row k WHERE k.source_key = known.key)
  AND NOT EXISTS (SELECT 1 FROM import_key k WHERE k.source_key = known.key)
ORDER BY length(key), key
"""


def vanished(*, source: str, key_columns: list[str]) -> Iterator[Gone]:
    """Records of this source whose key is nowhere in the file; they stay in the cadastre."""
    parameters = {"source": source, "key_columns": key_columns}
    for table, row_id, tree_id, key, words in streamed(_VANISHED, parameters):
        yield Gone(table, row_id, tree_id, key or "", words)


def told_vanished(gone: Gone) -> Complaint:
    """The same as a sentence."""
    text = _(
        "„%(key)s“ (%(words)s) steht nicht mehr in der Datei. Der Eintrag bleibt bestehen, "
        "bitte prüfen."
    )
    params = {"key": gone.source_key, "words": gone.words}
    return Complaint(0, "", gone.source_key, WARNING, "vanished", text % params)
