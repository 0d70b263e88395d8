"""The tree at which a deed begins, with all that a record copies of it, in one prepared statement."""

from functools import cache
from uuid import UUID

from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from baumkataster.models import Place, Site, Species, Tree
from baumkataster.prepared import columns, kept, prepared_row


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
    ends = [0]
    for model in (Tree, Site, Place, Species):
        ends.append(ends[-1] + len(model._meta.concrete_fields))
    tree = kept(Tree, row[: ends[1]])
    tree.site = kept(Site, row[ends[1] : ends[2]])
    tree.site.place = kept(Place, row[ends[2] : ends[3]])
    tree.species = kept(Species, row[ends[3] :]) if tree.species_id else None
    return tree


@cache
def _statement() -> str:
    models = ((Tree, "t"), (Site, "s"), (Place, "p"), (Species, "k"))
    listed = ", ".join(columns(model, alias) for model, alias in models)
    return f"""
        SELECT {listed} FROM {Tree._meta.db_table} t
        JOIN {Site._meta.db_table} s ON s.id = t.site_id
        JOIN {Place._meta.db_table} p ON p.id = s.place_id
        LEFT JOIN {Species._meta.db_table} k ON k.id = t.species_id
        WHERE t.id = %(key)s FOR UPDATE OF t"""
