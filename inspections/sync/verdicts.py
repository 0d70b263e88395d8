"""What became of entries: the newest verdict of each, for receipts, tablets and the office's pages."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from baumkataster.models import User
from baumkataster.prepared import prepared
from inspections.models import FieldEntry, FieldVerdict

Verdict = FieldVerdict.Verdict
#: First half of the keys of our advisory locks; the second is taken from the entry's key.
LOCK = 0x6665  # "fe"
LOCK_SQL: Final = "SELECT pg_advisory_xact_lock(%(lock)s::int, %(key)s::int)"
APPEND_SQL: Final = """
    INSERT INTO inspections_fieldverdict (entry_id, at, verdict, sentences, reason_code, corrections)
    VALUES (%(entry)s, %(at)s, %(verdict)s, %(sentences)s::jsonb, %(reason)s, '{}') RETURNING id"""


def with_verdict(entries: QuerySet[FieldEntry]) -> QuerySet[Any]:
    """Annotate ``verdict``, ``reason_code`` and ``verdict_at`` of the newest verdict (null: none yet)."""
    newest = FieldVerdict.objects.filter(entry=OuterRef("pk")).order_by("-id")
    return entries.annotate(
        verdict=Subquery(newest.values("verdict")[:1]),
        reason_code=Subquery(newest.values("reason_code")[:1]),
        verdict_at=Subquery(newest.values("at")[:1]),
    )


def newest_verdict(entry: FieldEntry) -> FieldVerdict | None:
    """The verdict that holds."""
    return entry.verdicts.order_by("-id").first()


def newest_verdicts(entries: Iterable[FieldEntry]) -> dict[UUID, FieldVerdict]:
    """The verdicts that hold, by the key of the row, in one query."""
    keys = [entry.pk for entry in entries]
    rows = FieldVerdict.objects.filter(entry__in=keys).order_by("entry_id", "-id")
    return {row.entry_id: row for row in rows.distinct("entry_id").select_related("entry")}


def append_verdict(
    entry: FieldEntry, verdict: Verdict, *, at: datetime, sentences: list[str], reason: str
) -> FieldVerdict:
    """The server's own verdict, added."""
    values = {
        "entry": entry.pk,
        "at": at,
        "verdict": str(verdict),
        "sentences": json.dumps(sentences),
        "reason": str(reason),
    }
    (row,) = prepared(APPEND_SQL, values)
    return FieldVerdict(
        id=row["id"], entry=entry, at=at, verdict=verdict, sentences=sentences, reason_code=reason
    )


def lock_entry(entry: FieldEntry) -> None:
    """Keep everybody else from judging an entry of the same key until this transaction ends.

    The table is evidence: its rows cannot be locked, because nobody may change them.
    """
    key = int.from_bytes((entry.entry_id or entry.pk).bytes[:4], "big", signed=True)
    prepared(LOCK_SQL, {"lock": LOCK, "key": key})


def say(verdict: FieldVerdict) -> str:
    """The verdict in words for whoever made the entry, with the way on."""
    words = [str(sentence) for sentence in verdict.sentences]
    if verdict.verdict == Verdict.UNSETTLED:
        words.append(_("Der Eintrag ist gesichert; das Büro klärt ihn."))
    elif verdict.verdict == Verdict.DEPOSITED:
        words.append(
            _(
                "Der Eintrag ist gesichert. Er wird übernommen, sobald die Person wieder angemeldet"
                " ist."
            )
        )
    return " ".join(words)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What became of an entry that a tablet still holds as open."""

    id: UUID
    status: str
    sentence: str
    at: datetime


def settled(*, ids: Collection[UUID], person: User) -> list[Settled]:
    """Accepted, rejected and still unsettled ones among the person's entries with these keys.

    Where one key came with two texts, what is still unsettled holds.
    """
    if not ids:
        return []
    rows = FieldEntry.objects.filter(entry_id__in=ids, person=person)
    found: dict[UUID, FieldVerdict] = {}
    for verdict in newest_verdicts(rows).values():
        key = verdict.entry.entry_id
        if key is None or verdict.verdict == Verdict.DEPOSITED:
            continue
        if key not in found or verdict.verdict == Verdict.UNSETTLED:
            found[key] = verdict
    return [
        Settled(id=key, status=row.verdict, sentence=say(row), at=row.at)
        for key, row in found.items()
    ]
