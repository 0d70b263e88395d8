"""Deeds on places: what is changed here changes for all trees that have no value of their own."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Place, Tree, User
from baumkataster.services.checking import assign, ensure_current, locked, save_checked
from baumkataster.signals import control_inputs_changed

CORRECTABLE = frozenset({"kind", "name", "street_key", "expectation", "unit", "area", "active"})


def correct_place(
    *, by: User, day: date, place_id: UUID, version: int | None, changes: Mapping[str, Any]
) -> Place:
    """Change a place; a new safety expectation recomputes the due dates of its trees.

    Raises:
        Stale: somebody changed the place since ``version``.
        Refused: unknown field or value out of range.
    """
    if unknown := set(changes) - CORRECTABLE:
        raise Refused(
            {name: [_("Dieses Feld ist hier nicht änderbar.")] for name in sorted(unknown)}
        )
    with authored(by=by):
        place = locked(Place, place_id)
        ensure_current(place, version, changes)
        changed = assign(place, changes)
        if changed:
            save_checked(place, fields=changed)
            place.refresh_from_db()
        if "expectation" in changed:
            trees = list(Tree.objects.filter(site__place=place).values_list("pk", flat=True))
            control_inputs_changed.send(sender=Place, tree_ids=trees, day=day)
    return place
