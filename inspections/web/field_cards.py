"""Entries and conflicts as the review pages show them: words, trees, photos, what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import Count

from baumkataster.models import Tree
from inspections.models import FieldConflict, PhotoUpload
from inspections.sync.merging import POSITION
from inspections.web.field_codes import UnknownCode, unknown_codes
from inspections.web.field_facts import (
    Fact,
    facts,
    is_urgent,
    kind_label,
    label_of,
    parsed,
    value_of,
)
from inspections.web.field_names import Names, readable


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
    #: It orders a measure that cannot wait.
    urgent: bool


@dataclass(frozen=True)
class ConflictCard:
    """One attribute with its three values in words."""

    conflict: FieldConflict
    label: str
    base: str
    theirs: str
    ours: str
    #: Metres between the two positions, and how exact the tablet's is; None for other fields.
    apart: float | None = None
    accuracy: str = ""


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
            urgent=is_urgent(texts[entry.pk], names),
        )
        for entry in entries
    ]


def conflict_cards(conflicts: Sequence[FieldConflict]) -> list[ConflictCard]:
    """Cards for conflicts."""
    if not conflicts:
        return []
    names = Names([{c.field: [c.base, c.theirs, c.ours]} for c in conflicts])
    return [
        ConflictCard(
            conflict=row,
            label=label_of(row.field),
            base=value_of(row.field, row.base, names),
            theirs=value_of(row.field, row.theirs, names),
            ours=value_of(row.field, row.ours, names),
            **_apart(row),
        )
        for row in conflicts
    ]


def _photos(keys: set[UUID]) -> dict[UUID, int]:
    """How many photos came with each entry."""
    counted: Any = PhotoUpload.objects.filter(entry__in=keys).order_by().values("entry")
    return {row["entry"]: row["n"] for row in counted.annotate(n=Count("pk"))}


def _apart(conflict: FieldConflict) -> dict[str, Any]:
    """How far two positions lie from each other."""
    values: Any = (conflict.theirs, conflict.ours)
    if conflict.field != POSITION:
        return {}
    theirs, ours = (Point(place["lon"], place["lat"], srid=4326) for place in values)
    for point in (theirs, ours):
        point.transform(settings.SRID)
    accuracy = values[1].get("accuracy_m")
    return {
        "apart": theirs.distance(ours),
        "accuracy": "" if accuracy is None else readable(accuracy),
    }
