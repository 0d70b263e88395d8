"""Keeps the texts of one request verbatim, all at once, before anything is read out of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from baumkataster.models import User
from baumkataster.services.inserting import insert_unless_known
from inspections.models import FieldDevice, FieldEntry
from inspections.sync.reading import Peek, storable


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """One text, its place in the request and what can be told of it."""

    index: int
    text: str
    seen: Peek


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One text that is in the database now."""

    index: int
    row: FieldEntry
    #: Whether it had been received before.
    known: bool


def keep_texts(
    arrived: Sequence[Arrived],
    *,
    by: User | None,
    device: FieldDevice | None,
    sent_at: datetime | None,
    received_at: datetime,
    via: FieldEntry.Via,
) -> list[Kept]:
    """Write the texts down; those that are here already are found again."""
    people = _people([each.seen.person for each in arrived], by)
    devices = FieldDevice.objects.in_bulk({e.seen.device for e in arrived if e.seen.device})
    rows = [
        FieldEntry(
            entry_id=each.seen.id,
            kind=each.seen.kind,
            person=people.get(each.seen.person),
            device=devices.get(each.seen.device) or device,
            tree=each.seen.tree,
            made_at=each.seen.made_at,
            text=storable(each.text),
            sha256=digest(each.text),
            received_at=received_at,
            sent_at=sent_at,
            submitted_by=by,
            via=via,
        )
        for each in arrived
    ]
    # Always in one order: two requests that bring the same texts in another one wait for each other's
    # rows, and one of them would have to give up.
    in_order = sorted(rows, key=lambda row: row.sha256)
    added = insert_unless_known(in_order) if rows else set()
    return [
        Kept(index=each.index, row=row, known=False)
        if row.pk in added
        else Kept(index=each.index, row=_found(row), known=True)
        for each, row in zip(arrived, rows, strict=True)
    ]


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, hex; halves of surrogate pairs count as they stand."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _people(keys: Sequence[UUID | None], by: User | None) -> dict[UUID | None, User]:
    """Those whose entries came; whoever is signed in need not be asked for."""
    people: dict[UUID | None, User] = {by.pk: by} if by is not None else {}
    if missing := {key for key in keys if key is not None} - people.keys():
        people.update(User.objects.in_bulk(missing))
    return people


def _found(row: FieldEntry) -> FieldEntry:
    """The row that was kept when the same text came before."""
    rows = FieldEntry.objects.select_related("person", "device", "submitted_by")
    return rows.get(entry_id=row.entry_id, sha256=row.sha256)
