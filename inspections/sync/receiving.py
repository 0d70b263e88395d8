"""Accepts what a tablet or an outbox file hands in: kept verbatim first, then judged one by one.

``accept_entries`` may be called with the same texts as often as the net likes: each is kept and
done once, and answered with what became of it.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from baumkataster.models import Tree, User
from inspections.models import FieldDevice, FieldEntry, FieldKey, FieldVerdict
from inspections.sync.binding import bind_waiting_photos
from inspections.sync.judging import judge, judge_again
from inspections.sync.reading import Peek, peek, storable
from inspections.sync.reasons import WAITING
from inspections.sync.verdicts import Verdict, newest_verdicts, say, with_verdict

FOREIGN = "foreign"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The answer to one text."""

    index: int
    #: The entry's key; None where the text cannot be read.
    id: UUID | None
    #: Of the UTF-8 text, hex.
    sha256: str
    #: accepted, unsettled, deposited, rejected, or foreign: not taken.
    status: str
    #: Whether it had been received before.
    known: bool
    sentence: str
    #: Trees that an accepted entry touched.
    trees: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One text that is in the database now."""

    index: int
    row: FieldEntry
    known: bool


def accept_entries(
    *,
    texts: Sequence[str],
    received_at: datetime,
    by: User | None = None,
    key: FieldKey | None = None,
    device: FieldDevice | None = None,
    sent_at: datetime | None = None,
    owner: User | None = None,
    via: FieldEntry.Via = FieldEntry.Via.TABLET,
) -> list[Receipt]:
    """Keep and judge entries; one receipt per text, in their order.

    ``by`` is signed in, or ``key`` is the device's. Entries of another person than theirs stay on
    the tablet (``foreign``), but for a file (``via``), which its reader takes in for everybody.
    """
    if key is not None and by is None:
        via, device, owner = FieldEntry.Via.KEY, key.device, key.user
    owner = None if via == FieldEntry.Via.FILE else owner or by
    receipts: list[Receipt] = []
    kept: list[Kept] = []
    for index, text in enumerate(texts):
        seen = peek(text)
        if owner is not None and seen.person not in {None, owner.pk}:
            receipts.append(_foreign(index, text, seen))
            continue
        row, known = _keep(
            text, seen, by=by, device=device, sent_at=sent_at, received_at=received_at, via=via
        )
        kept.append(Kept(index=index, row=row, known=known))
    for each in kept:
        judge(each.row, by=by, device=device, at=received_at, sent_at=sent_at)
        if by is not None and each.row.tree is not None:
            try_waiting(tree=each.row.tree, at=received_at)
    trees = {each.row.tree for each in kept if each.row.tree}
    if by is not None:
        bind_waiting_photos(at=received_at, trees=trees, person=owner)
    return sorted([*receipts, *_receipts(kept)], key=lambda receipt: receipt.index)


def try_waiting(*, tree: UUID, at: datetime) -> None:
    """Judge once more what waited at this tree for another entry, until nothing more comes of it."""
    waiting = with_verdict(FieldEntry.objects.filter(tree=tree)).filter(
        verdict=Verdict.UNSETTLED, reason_code__in=WAITING
    )
    while any([judge_again(row, at=at) for row in waiting.order_by("made_at", "received_at")]):
        continue


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, hex; halves of surrogate pairs count as they stand."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _keep(
    text: str,
    seen: Peek,
    *,
    by: User | None,
    device: FieldDevice | None,
    sent_at: datetime | None,
    received_at: datetime,
    via: FieldEntry.Via,
) -> tuple[FieldEntry, bool]:
    """Write the text down before anything is read out of it; whether it was here before."""
    own = FieldDevice.objects.filter(pk=seen.device).first() if seen.device else None
    row = FieldEntry(
        entry_id=seen.id,
        kind=seen.kind,
        person=User.objects.filter(pk=seen.person).first() if seen.person else None,
        device=own or device,
        tree=seen.tree,
        made_at=seen.made_at,
        text=storable(text),
        sha256=digest(text),
        received_at=received_at,
        sent_at=sent_at,
        submitted_by=by,
        via=via,
    )
    FieldEntry.objects.bulk_create([row], ignore_conflicts=True)
    kept = FieldEntry.objects.select_related("person", "device", "submitted_by").get(
        entry_id=seen.id, sha256=row.sha256
    )
    return kept, kept.pk != row.pk


def _foreign(index: int, text: str, seen: Peek) -> Receipt:
    """The receipt for an entry that stays on the tablet until its own person signs in."""
    person = User.objects.filter(pk=seen.person).first() if seen.person else None
    sentence = (
        _("Dieser Eintrag gehört %(person)s und wird gesendet, wenn diese Person sich anmeldet.")
        % {"person": person}
        if person
        else _("Dieser Eintrag gehört einer anderen Person und bleibt auf dem Gerät.")
    )
    return Receipt(
        index=index, id=seen.id, sha256=digest(text), status=FOREIGN, known=False, sentence=sentence
    )


def _receipts(kept: Collection[Kept]) -> list[Receipt]:
    """What became of the kept texts by now."""
    verdicts = newest_verdicts([each.row for each in kept])
    trees = {each.row.tree for each in kept if each.row.tree}
    here = set(Tree.objects.filter(pk__in=trees).values_list("pk", flat=True))
    return [_receipt(each, verdicts[each.row.pk], here) for each in kept]


def _receipt(each: Kept, verdict: FieldVerdict, here: set[UUID]) -> Receipt:
    """One of them."""
    row = each.row
    accepted = verdict.verdict == Verdict.ACCEPTED
    return Receipt(
        index=each.index,
        id=row.entry_id,
        sha256=row.sha256,
        status=verdict.verdict,
        known=each.known,
        sentence=say(verdict),
        trees=(row.tree,) if accepted and row.tree in here and row.tree is not None else (),
    )
