"""Entries and conflicts as the review pages show them: words, trees, photos, what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.timezone import localtime

from baumkataster.models import Tree
from inspections.models import FieldConflict, PhotoUpload
from inspections.web.field_codes import UnknownCode, unknown_codes
from inspections.web.field_facts import (
    Fact,
    facts,
    kind_label,
    label_of,
    parsed,
    value_of,
)
from inspections.web.field_names import Names


@dataclass(frozen=True)
class EntryCard:
    """One entry in words."""

    entry: Any
    kind: str
    #: None: not in the cadastre (yet).
    tree: Tree | None
    facts: list[Fact]
    photos: int
    unknown: list[UnknownCode]
    #: The device's time for the field that corrects it; "" where the entry has none.
    made_at_local: str

    @property
    def readable(self) -> bool:
        """Whether anything could be read out of the text."""
        return bool(self.facts)


@dataclass(frozen=True)
class ConflictCard:
    """One attribute with its three values in words."""

    conflict: FieldConflict
    label: str
    base: str
    theirs: str
    ours: str


def entry_cards(entries: Sequence[Any]) -> list[EntryCard]:
    """Cards for a page of entries; the number of queries does not depend on their number."""
    if not entries:
        return []
    texts = {entry.pk: parsed(entry.text) for entry in entries}
    names = Names(texts.values())
    trees = Tree.objects.select_related("site__place").in_bulk(
        {entry.tree for entry in entries if entry.tree}
    )
    photos = _photos({entry.entry_id for entry in entries if entry.entry_id})
    return [
        EntryCard(
            entry=entry,
            kind=kind_label(entry.kind),
            tree=trees.get(entry.tree),
            facts=facts(texts[entry.pk], names),
            photos=photos.get(entry.entry_id, 0),
            unknown=unknown_codes(texts[entry.pk], names),
            made_at_local=_local(entry.made_at),
        )
        for entry in entries
    ]


def conflict_cards(conflicts: Sequence[FieldConflict]) -> list[ConflictCard]:
    """Cards for conflicts."""
    if not conflicts:
        return []
    values = [{c.field: [c.base, c.theirs, c.ours]} for c in conflicts]
    names = Names(values)
    return [
        ConflictCard(
            conflict,
            label_of(conflict.field),
            *(
                value_of(conflict.field, value, names)
                for value in (conflict.base, conflict.theirs, conflict.ours)
            ),
        )
        for conflict in conflicts
    ]


def _photos(keys: set[UUID]) -> dict[UUID, int]:
    """How many photos came with each entry."""
    counted = PhotoUpload.objects.filter(entry__in=keys).order_by().values("entry")
    return {row["entry"]: row["n"] for row in counted.annotate(n=Count("pk"))}


def _local(moment: datetime | None) -> str:
    """As a date-and-time field wants it."""
    return f"{localtime(moment):%Y-%m-%dT%H:%M}" if moment else ""
