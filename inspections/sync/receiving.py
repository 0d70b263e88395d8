"""Accepts what a tablet or an outbox file hands in: kept verbatim first, then judged one by one.

``accept_entries`` may be called with the same texts as often as the net likes: each is kept and
done once, and answered with what became of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from baumkataster.models import Tree, User
from baumkataster.prepared import prepared
from inspections.models import FieldDevice, FieldEntry, FieldKey, FieldVerdict
from inspections.sync.binding import bind_waiting_photos
from inspections.sync.judging import judge, judge_again
from inspections.sync.keeping import Arrived, Kept, digest, keep_texts
from inspections.sync.reading import Peek, peek
from inspections.sync.reasons import WAITING
from inspections.sync.verdicts import Verdict, newest_verdicts, say, with_verdict

FOREIGN = "foreign"
WAITING_SQL: Final = """
    SELECT DISTINCT e.tree FROM inspections_fieldentry e
    CROSS JOIN LATERAL (
        SELECT verdict, reason_code FROM inspections_fieldverdict v
        WHERE v.entry_id = e.id ORDER BY v.id DESC LIMIT 1
    ) newest
    WHERE e.tree = ANY (%(trees)s::uuid[]) AND newest.verdict = 'unsettled'
      AND newest.reason_code = ANY (%(waiting)s::text[])"""


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
    arrived: list[Arrived] = []
    for index, text in enumerate(texts):
        seen = peek(text)
        if owner is not None and seen.person not in {None, owner.pk}:
            receipts.append(_foreign(index, text, seen))
        else:
            arrived.append(Arrived(index=index, text=text, seen=seen))
    kept = keep_texts(
        arrived, by=by, device=device, sent_at=sent_at, received_at=received_at, via=via
    )
    given = _judged(kept, by=by, device=device, at=received_at, sent_at=sent_at)
    if by is not None:
        trees = {each.row.tree for each in kept if each.row.tree}
        bind_waiting_photos(at=received_at, trees=trees, person=owner)
    return sorted([*receipts, *_receipts(kept, given)], key=lambda receipt: receipt.index)


def _judged(
    kept: Sequence[Kept],
    *,
    by: User | None,
    device: FieldDevice | None,
    at: datetime,
    sent_at: datetime | None,
) -> dict[UUID, FieldVerdict]:
    """Judge each by itself, and what waited for it; the verdicts that were given now and hold."""
    trees = {each.row.tree for each in kept if each.row.tree}
    # With one entry alone nothing comes after it that could need what waits.
    waits = _trees_that_wait(trees) if by is not None and len(kept) > 1 else set()
    given: dict[UUID, FieldVerdict] = {}
    for each in kept:
        row = each.row
        verdict = judge(row, by=by, device=device, at=at, sent_at=sent_at)
        if verdict is not None and verdict.reason_code in WAITING and row.tree is not None:
            waits.add(row.tree)
        elif verdict is not None:
            given[row.pk] = verdict
        if by is not None and row.tree in waits and row.tree is not None:
            try_waiting(tree=row.tree, at=at)
    if by is not None:
        # What came meanwhile by another request, too.
        for tree in _trees_that_wait(trees):
            try_waiting(tree=tree, at=at)
    return given


def _trees_that_wait(trees: Collection[UUID]) -> set[UUID]:
    """Those at which an entry waits for another one."""
    if not trees:
        return set()
    rows = prepared(WAITING_SQL, {"trees": list(trees), "waiting": list(map(str, WAITING))})
    return {row["tree"] for row in rows}


def try_waiting(*, tree: UUID, at: datetime) -> None:
    """Judge once more what waited at this tree for another entry, until nothing more comes of it."""
    waiting = with_verdict(FieldEntry.objects.filter(tree=tree)).filter(
        verdict=Verdict.UNSETTLED, reason_code__in=WAITING
    )
    while any([judge_again(row, at=at) for row in waiting.order_by("made_at", "received_at")]):
        continue


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


def _receipts(kept: Collection[Kept], given: Mapping[UUID, FieldVerdict]) -> list[Receipt]:
    """What became of the kept texts by now."""
    verdicts = dict(given)
    if rest := [each.row for each in kept if each.row.pk not in given]:
        verdicts.update(newest_verdicts(rest))
    trees = {each.row.tree for each in kept if each.row.tree and each.row.kind != "inspection"}
    here = set(Tree.objects.filter(pk__in=trees).values_list("pk", flat=True)) if trees else set()
    return [_receipt(each, verdicts[each.row.pk], here) for each in kept]


def _receipt(each: Kept, verdict: FieldVerdict, here: set[UUID]) -> Receipt:
    """One of them."""
    row = each.row
    # An inspection that was accepted was made at a tree that is here.
    touched = row.kind == "inspection" or row.tree in here
    accepted = verdict.verdict == Verdict.ACCEPTED and touched
    return Receipt(
        index=each.index,
        id=row.entry_id,
        sha256=row.sha256,
        status=verdict.verdict,
        known=each.known,
        sentence=say(verdict),
        trees=(row.tree,) if accepted and row.tree is not None else (),
    )
