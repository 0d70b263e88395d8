"""The end of a tree, and its successor on the same site: felled, vanished, replaced."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Species, Tree, TreeStatus, User
from baumkataster.services.checking import ensure_current, locked, save_checked
from baumkataster.services.trees import announce, plant_tree


def fell_tree(
    *,
    by: User,
    day: date,
    tree_id: UUID,
    version: int | None,
    felled_on: date,
    reason: str,
    stump: bool = False,
) -> Tree:
    """Report a tree as felled; it stays with all its proof and needs no control any more.

    Raises:
        Refused: it does not stand, the day lies in the future, or no reason is given.
        Stale: somebody changed the tree since ``version``.
    """
    return _end(
        by=by,
        day=day,
        tree_id=tree_id,
        version=version,
        on=felled_on,
        on_field="felled_on",
        reason=reason,
        status=TreeStatus.STUMP if stump else TreeStatus.FELLED,
    )


def report_vanished(
    *, by: User, day: date, tree_id: UUID, version: int | None, on: date, reason: str
) -> Tree:
    """Report that a tree is no longer there, though nobody recorded a felling.

    Raises:
        Refused, Stale: as fell_tree.
    """
    return _end(
        by=by,
        day=day,
        tree_id=tree_id,
        version=version,
        on=on,
        reason=reason,
        status=TreeStatus.VANISHED,
    )


def replace_tree(
    *,
    by: User,
    day: date,
    tree_id: UUID,
    version: int | None,
    species: Species | None,
    planted_on: date,
    geom: Point | None = None,
    id: UUID | None = None,
    **fields: Any,
) -> Tree:
    """Plant the successor of an ended tree on the same site, under the same number.

    Raises:
        Refused: the old tree still stands, or the site is occupied.
        Stale: somebody changed the old tree since ``version``.
    """
    with authored(by=by):
        old = locked(Tree, tree_id)
        if id is not None and (known := Tree.objects.filter(pk=id).first()):
            return known
        ensure_current(old, version, {})
        if old.is_standing or old.status == TreeStatus.PLANNED:
            raise Refused(_("Der alte Baum steht noch. Melden Sie ihn zuerst als gefällt."))
        if planted_on > day:
            raise Refused({"planted_on": [_("Die Pflanzung liegt in der Zukunft.")]})
        new = plant_tree(
            by=by,
            day=day,
            site=old.site,
            geom=geom or old.geom,
            id=id,
            species=species,
            planted_on=planted_on,
            planted_year=planted_on.year,
            planted_year_source="known",
            phase=fields.pop("phase", "youth"),
            **fields,
        )
        new.replaces = old
        save_checked(new, fields=["replaces"])
        new.refresh_from_db()
    return new


def _end(
    *,
    by: User,
    day: date,
    tree_id: UUID,
    version: int | None,
    on: date,
    reason: str,
    status: TreeStatus,
    on_field: str = "on",
) -> Tree:
    """Common end of a tree: felled, stump or vanished; ``on_field`` is the deed's name for ``on``."""
    if not reason.strip():
        raise Refused({"reason": [_("Bitte nennen Sie den Grund.")]})
    if on > day:
        raise Refused({on_field: [_("Der Tag liegt in der Zukunft.")]})
    with authored(by=by, reason=reason):
        tree = locked(Tree, tree_id)
        ensure_current(tree, version, {"status": status})
        if tree.status in {TreeStatus.FELLED, TreeStatus.VANISHED}:
            raise Refused(_("Dieser Baum ist schon als gefällt oder verschwunden gemeldet."))
        if tree.status == TreeStatus.STUMP:
            # The stump is gone now; day and reason of the felling stay as they were.
            on, reason = tree.felled_on or on, tree.felling_reason or reason
        tree.status, tree.felled_on, tree.felling_reason = status, on, reason
        save_checked(tree, fields=["status", "felled_on", "felling_reason"])
        tree.refresh_from_db()
        announce(tree=tree, day=day)
    return tree
