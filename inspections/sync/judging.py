"""Judges one kept entry: done as it says, or why not; in a transaction of its own, once at a time."""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import User
from baumkataster.permissions import DOORS, Door, why_no_inspection
from baumkataster.prepared import prepared
from inspections.models import FieldDevice, FieldEntry, FieldVerdict
from inspections.rules.overdue import berlin_day
from inspections.sync.alarming import alarm_if_urgent
from inspections.sync.interpreting import Case, interpret
from inspections.sync.reading import Envelope, read_envelope
from inspections.sync.reasons import WAITING, Reason, Unsettled, of_refusal
from inspections.sync.verdicts import Verdict, append_verdict, lock_entry, newest_verdict

logger = logging.getLogger(__name__)
KNOWN_SQL: Final = """
    SELECT
        (
            SELECT verdict FROM inspections_fieldverdict
            WHERE entry_id = %(entry)s::uuid ORDER BY id DESC LIMIT 1
        ) AS newest,
        EXISTS (
            SELECT FROM inspections_fieldentry other
            JOIN inspections_fieldverdict v ON v.entry_id = other.id
            WHERE other.entry_id = %(key)s::uuid AND other.id <> %(entry)s::uuid
        ) AS other_text,
        -- As permissions.current_identity.
        coalesce((
            SELECT certificate_valid_until IS NULL OR certificate_valid_until >= %(day)s::date
            FROM baumkataster_inspectoridentity
            WHERE user_id = %(person)s::uuid AND valid_from <= %(day)s::date
            ORDER BY valid_from DESC, recorded_at DESC LIMIT 1
        ), false) AS qualified"""
#: A device whose clock differs by more may have written a wrong day.
CLOCK_TOLERANCE: Final = timedelta(minutes=10)
#: Two deeds met (deadlock, serialisation): the entry is tried again.
TRIES: Final = 3
MET: Final = frozenset({"40P01", "40001", "55P03"})
DOOR_OF: Final = {
    "inspection": Door.INSPECT,
    "tree_new": Door.PLANT,
    "tree_change": Door.CORRECT,
    "tree_move": Door.MOVE,
    "tree_end": Door.FELL,
    "measure_done": Door.COMPLETE_MEASURE,
    "group_new": Door.PLANT,
}


def judge(
    entry: FieldEntry,
    *,
    by: User | None,
    device: FieldDevice | None,
    at: datetime,
    sent_at: datetime | None,
) -> FieldVerdict | None:
    """Append the verdict on an entry that has none, or that was deposited and now comes signed in.

    ``by`` None: the device came with its key; what is sound is deposited. ``device`` handed it in.
    Returns the verdict, None where an older one holds.
    """
    for attempt in range(1, TRIES + 1):
        try:
            # By nobody: what the entry means is done by ``by``, inside.
            with authored(by=None):
                lock_entry(entry)
                known = _known(entry)
                if known["newest"] and (by is None or known["newest"] != Verdict.DEPOSITED):
                    return None
                found = _checked(entry, known, by=by, device=device, at=at, sent_at=sent_at)
                accepted = Verdict.ACCEPTED if by else Verdict.DEPOSITED
                return _append(entry, found, at=at, accepted=accepted)
        except OperationalError as error:
            if attempt == TRIES or not met(error):
                raise
    raise AssertionError


def _known(entry: FieldEntry) -> dict[str, Any]:
    """What is known of an entry that is locked: verdicts, texts, the person's qualification."""
    day = berlin_day(entry.made_at) if entry.made_at else None
    values = {"entry": entry.pk, "key": entry.entry_id, "person": entry.person_id, "day": day}
    (row,) = prepared(KNOWN_SQL, values)
    return row


def met(error: Exception) -> bool:
    """Whether two deeds met at the same rows, so that one of them has to begin anew."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") in MET


def judge_again(entry: FieldEntry, *, at: datetime) -> bool:
    """Try an entry once more that waited for another one; whether it was accepted now."""
    with transaction.atomic():
        lock_entry(entry)
        newest = newest_verdict(entry)
        if newest is None or newest.reason_code not in WAITING:
            return False
        by = entry.submitted_by or entry.person
        found = _interpreted(entry, by=by, at=at)
        if found is None or found.reason != newest.reason_code:
            _append(entry, found, at=at, accepted=Verdict.ACCEPTED)
    return found is None


def _append(
    entry: FieldEntry, found: Unsettled | None, *, at: datetime, accepted: Verdict
) -> FieldVerdict:
    """Write down what was found; an emergency that waits is told at once."""
    verdict = append_verdict(
        entry,
        accepted if found is None else Verdict.UNSETTLED,
        at=at,
        sentences=found.sentences if found else [],
        reason=found.reason if found else "",
    )
    if found is not None or accepted == Verdict.DEPOSITED:
        alarm_if_urgent(entry)
    return verdict


def _checked(
    entry: FieldEntry,
    known: dict[str, Any],
    *,
    by: User | None,
    device: FieldDevice | None,
    at: datetime,
    sent_at: datetime | None,
) -> Unsettled | None:
    """Why the entry cannot be taken in, after doing what it says where it can."""
    try:
        envelope = read_envelope(entry.text)
        _only_text_of_its_key(known)
        _device_is_open(entry, device)
        _person_may(entry, envelope, known)
        _clock_is_right(envelope, at, sent_at)
    except Unsettled as found:
        return found
    return _interpreted(entry, by=by, at=at) if by else None


def _interpreted(entry: FieldEntry, *, by: User | None, at: datetime) -> Unsettled | None:
    """Do what a checked entry says; nothing stays of a deed that fails."""
    try:
        envelope = read_envelope(entry.text)
        with transaction.atomic():
            assert by is not None
            assert entry.person is not None
            interpret(
                Case(
                    row=entry,
                    envelope=envelope,
                    person=entry.person,
                    by=by,
                    received_at=entry.received_at,
                    at=at,
                )
            )
    except Unsettled as found:
        return found
    except Refused as refused:
        return of_refusal(refused)
    except Exception as error:
        if met(error):
            raise
        logger.exception("field entry %s could not be interpreted", entry.pk)
        return Unsettled(Reason.UNEXPECTED, _("Beim Übernehmen ist ein Fehler aufgetreten."))
    return None


def _only_text_of_its_key(known: dict[str, Any]) -> None:
    """Another text under the same key came before."""
    if known["other_text"]:
        raise Unsettled(
            Reason.OTHER_TEXT,
            _("Unter derselben Kennung kam schon ein Eintrag mit anderem Inhalt."),
        )


def _device_is_open(entry: FieldEntry, device: FieldDevice | None) -> None:
    """Neither the device that made the entry nor the one that hands it in is blocked."""
    if any(each is not None and each.blocked_at is not None for each in (device, entry.device)):
        raise Unsettled(Reason.DEVICE_BLOCKED, _("Das Gerät ist gesperrt."))


def _person_may(entry: FieldEntry, envelope: Envelope, known: dict[str, Any]) -> None:
    """The person is known, not locked, and their role lets them do this."""
    person = entry.person
    if person is None:
        raise Unsettled(Reason.PERSON_UNKNOWN, _("Diese Person ist hier nicht bekannt."))
    if not person.is_active:
        raise Unsettled(
            Reason.PERSON_LOCKED,
            _("Das Konto von %(person)s ist gesperrt.") % {"person": person},
        )
    day = berlin_day(envelope.made_at)
    if person.role not in DOORS[DOOR_OF[envelope.kind]]:
        raise Unsettled(
            Reason.NOT_ALLOWED,
            _("Die Rolle von %(person)s erlaubt das nicht.") % {"person": person},
        )
    if envelope.kind == "inspection" and not known["qualified"]:
        raise Unsettled(Reason.NOT_ALLOWED, why_no_inspection(person, day=day))


def _clock_is_right(envelope: Envelope, at: datetime, sent_at: datetime | None) -> None:
    """Compare the device's clock with ours, at this contact and at the one before the entry."""
    wrong = timedelta()
    if sent_at is not None:
        wrong = sent_at - at
    offset = envelope.clock_offset_s
    if abs(wrong) <= CLOCK_TOLERANCE and offset is not None:
        wrong = timedelta(seconds=max(-1e9, min(1e9, -offset)))
    if abs(wrong) <= CLOCK_TOLERANCE:
        return
    words = {"time": _duration(abs(wrong))}
    ahead = _("Die Uhr des Geräts ging %(time)s vor.")
    behind = _("Die Uhr des Geräts ging %(time)s nach.")
    raise Unsettled(Reason.CLOCK, (ahead if wrong > timedelta() else behind) % words)


def _duration(span: timedelta) -> str:
    """Days and hours, hours and minutes, or minutes."""
    minutes = round(span.total_seconds() / 60)
    parts = [
        (minutes // 1440, ngettext("%(n)s Tag", "%(n)s Tage", minutes // 1440)),
        (minutes // 60 % 24, ngettext("%(n)s Stunde", "%(n)s Stunden", minutes // 60 % 24)),
        (minutes % 60, ngettext("%(n)s Minute", "%(n)s Minuten", minutes % 60)),
    ]
    return " ".join([words % {"n": n} for n, words in parts if n][:2])
