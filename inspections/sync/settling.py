"""What the office decides: an entry taken in (with corrected time or codes) or turned down, a conflict."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Tree, User
from baumkataster.services import correct_tree, move_tree
from baumkataster.services.checking import locked
from inspections.models import FieldConflict, FieldEntry, FieldVerdict
from inspections.rules.overdue import berlin_day
from inspections.services.replanning_late import replan_late
from inspections.sync.binding import bind_waiting_photos
from inspections.sync.interpreting import RULE_INPUTS, Case, interpret
from inspections.sync.merging import POSITION, as_value, read_place
from inspections.sync.reading import Body, Envelope, read_envelope
from inspections.sync.reasons import Reason, Unsettled
from inspections.sync.receiving import try_waiting
from inspections.sync.verdicts import Verdict, lock_entry, newest_verdict

#: Where catalogue codes stand in a body, under which only these may be replaced.
CODE_FIELDS: Final = frozenset({"inspection_kind", "limits", "zone", "symptom", "kind", "urgency"})
OPEN: Final = frozenset({Verdict.UNSETTLED, Verdict.DEPOSITED})


def settle_entry(
    *, by: User, entry: FieldEntry, at: datetime, corrections: Mapping[str, Any] | None = None
) -> FieldVerdict:
    """Take an unsettled entry into the cadastre after all.

    ``corrections``: ``made_at`` (or ``inspected_at``; an instant with zone) and ``codes``
    ({unknown code: known code}). The entry itself stays as it came; the verdict names them.

    Raises:
        Refused: it is not open, cannot be read, or still breaks a rule; nothing was written.
    """
    corrections = dict(corrections or {})
    with transaction.atomic():
        _ensure_open(entry)
        envelope = _corrected(_readable(entry), corrections)
        person = entry.person
        if person is None:
            raise Refused(_("Die Person des Eintrags ist hier nicht bekannt."))
        case = Case(
            row=entry,
            envelope=envelope,
            person=person,
            by=by,
            received_at=entry.received_at,
            at=at,
            settled=True,
        )
        try:
            interpret(case)
        except Unsettled as found:
            raise Refused(" ".join(found.sentences)) from found
        verdict = _append(entry, Verdict.ACCEPTED, by=by, at=at, corrections=_said(corrections))
    if entry.tree is not None:
        try_waiting(tree=entry.tree, at=at)
        bind_waiting_photos(at=at, trees={entry.tree})
    return verdict


def reject_entry(*, by: User, entry: FieldEntry, reason: str, at: datetime) -> FieldVerdict:
    """Turn an unsettled entry down; it stays, with the reason.

    Raises:
        Refused: it is not open, or no reason is given.
    """
    if not reason.strip():
        raise Refused({"reason": [_("Bitte nennen Sie den Grund.")]})
    with transaction.atomic():
        _ensure_open(entry)
        return _append(
            entry, Verdict.REJECTED, by=by, at=at, sentences=[reason.strip()], reason=Reason.OFFICE
        )


def settle_conflict(
    *, by: User, conflict: FieldConflict, choice: str, at: datetime
) -> FieldConflict:
    """Decide for the tablet's value (``ours``) or for the cadastre's (``theirs``).

    Raises:
        Refused: it is decided already, or the value breaks a rule by now.
    """
    if choice not in {FieldConflict.State.OURS, FieldConflict.State.THEIRS}:
        raise Refused({"choice": [_("Bitte wählen Sie einen Wert.")]})
    with authored(by=by):
        row = locked(FieldConflict, conflict.pk)
        if row.state != FieldConflict.State.OPEN:
            raise Refused(_("Dieser Widerspruch ist schon entschieden."))
        if choice == FieldConflict.State.OURS:
            _take_ours(by, row, at)
        row.state, row.settled_by, row.settled_at = choice, by, at
        row.save(update_fields=["state", "settled_by", "settled_at"])
    return row


def _take_ours(by: User, conflict: FieldConflict, at: datetime) -> None:
    """Give the tree the tablet's value."""
    tree: Tree = conflict.tree
    day = berlin_day(at)
    try:
        if conflict.field == POSITION:
            where = read_place(Body(conflict.ours or {}))
            move_tree(
                by=by,
                day=day,
                tree_id=tree.pk,
                version=None,
                geom=where.geom,
                accuracy_m=where.accuracy_m,
                source=where.source,
            )
        else:
            changes = {conflict.field: as_value(conflict.field, conflict.ours)}
            correct_tree(by=by, day=day, tree_id=tree.pk, version=None, changes=changes)
            if conflict.field in RULE_INPUTS:
                received_at = conflict.entry.received_at
                replan_late(tree_id=tree.pk, received_at=received_at, day=day)
    except Unsettled as found:
        raise Refused(" ".join(found.sentences)) from found


def _ensure_open(entry: FieldEntry) -> None:
    """Lock the entry; whoever was faster has decided.

    One without any verdict was kept, and the server broke down before it was judged.
    """
    lock_entry(entry)
    newest = newest_verdict(entry)
    if newest is not None and newest.verdict not in OPEN:
        raise Refused(_("Dieser Eintrag ist schon geklärt."))


def _readable(entry: FieldEntry) -> Envelope:
    """The entry in its parts."""
    try:
        return read_envelope(entry.text)
    except Unsettled as found:
        raise Refused(" ".join(found.sentences)) from found


def _corrected(envelope: Envelope, corrections: Mapping[str, Any]) -> Envelope:
    """The entry as the office reads it."""
    if unknown := set(corrections) - {"made_at", "inspected_at", "codes"}:
        raise Refused(
            {name: [_("Dieses Feld ist hier nicht änderbar.")] for name in sorted(unknown)}
        )
    given = corrections.get("made_at") or corrections.get("inspected_at")
    moment: Any = given
    if isinstance(moment, str):
        moment = _moment(moment)
    if given and (not isinstance(moment, datetime) or moment.tzinfo is None):
        raise Refused({"made_at": [_("Bitte geben Sie Tag und Uhrzeit an.")]})
    codes = corrections.get("codes") or {}
    if not isinstance(codes, Mapping):
        raise Refused({"codes": [_("Bitte wählen Sie einen Wert.")]})
    return replace(
        envelope,
        made_at=moment or envelope.made_at,
        body=_recoded(envelope.body, {str(old): str(new) for old, new in codes.items()}),
    )


def _moment(text: str) -> datetime | None:
    """An instant as a form writes it."""
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _recoded(value: Any, codes: Mapping[str, str], field: str = "") -> Any:
    """A copy in which codes are replaced, only where codes stand."""
    if isinstance(value, dict):
        return {name: _recoded(inner, codes, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_recoded(inner, codes, field) for inner in value]
    return codes.get(value, value) if field in CODE_FIELDS and isinstance(value, str) else value


def _said(corrections: Mapping[str, Any]) -> dict[str, Any]:
    """The corrections as they are kept."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in corrections.items()
        if value
    }


def _append(
    entry: FieldEntry,
    verdict: Verdict,
    *,
    by: User,
    at: datetime,
    sentences: list[str] | None = None,
    reason: str = "",
    corrections: Mapping[str, Any] | None = None,
) -> FieldVerdict:
    """The office's verdict."""
    return FieldVerdict.objects.create(
        entry=entry,
        at=at,
        verdict=verdict,
        sentences=sentences or [],
        reason_code=reason,
        by=by,
        corrections=dict(corrections or {}),
    )
