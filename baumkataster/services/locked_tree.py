"""The tree at which a deed begins, with all that a record copies of it, in one prepared statement."""

from functools import cache
from typing import Final
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import Place, Site, Species, Tree
from baumkataster.prepared import columns, fields, kept, prepared_row

#: What a record copies; everything else of these is read when it is asked for.
_SITE: Final = ("id", "number", "place_id")
_PLACE: Final = ("id", "name", "expectation", "unit_id")
_SPECIES: Final = ("id", "botanical_name")
_PARTS: Final[tuple[tuple[type[Model], str, tuple[str, ...]], ...]] = (
    (Tree, "t", ()),
    (Site, "s", _SITE),
    (Place, "p", _PLACE),
    (Species, "k", _SPECIES),
)


class TreeUnknown(Refused):
    """There is no such tree."""


def locked_tree(key: UUID) -> Tree:
    """As ``checking.locked``, with site, place and species read along and not locked.

    Raises:
        TreeUnknown: there is no such tree.
    """
    row = prepared_row(_statement(), {"key": key})
    if row is None:
        raise TreeUnknown(_("%(name)s nicht gefunden.") % {"name": Tree._meta.verbose_name})
    parts, at = [], 0
    for model, _alias, only in _PARTS:
        end = at + len(fields(model, *only))
        parts.append(row[at:end])
        at = end
    tree = kept(Tree, parts[0])
    tree.site = kept(Site, parts[1], *_SITE)
    tree.site.place = kept(Place, parts[2], *_PLACE)
    tree.species = kept(Species, parts[3], *_SPECIES) if tree.species_id else None
    return tree


@cache
def _statement() -> str:
    listed = ", ".join(columns(model, alias, *only) for model, alias, only in _PARTS)
    return f"""
        SELECT {listed} FROM {Tree._meta.db_table} t
        JOIN {Site._meta.db_table} s ON s.id = t.site_id
        JOIN {Place._meta.db_table} p ON p.id = s.place_id
        LEFT JOIN {Species._meta.db_table} k ON k.id = t.species_id
        WHERE t.id = %(key)s FOR UPDATE OF t"""
