"""/klaerung/: what tablets sent and did not fit; the office takes it in, corrects it or turns it down."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baumkataster.errors import Refused
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from inspections.models import FieldConflict, FieldEntry, FieldVerdict, PhotoUpload
from inspections.sync.reasons import Reason
from inspections.sync.settling import OPEN, reject_entry, settle_conflict, settle_entry
from inspections.web.field_cards import conflict_cards, entry_cards
from inspections.web.field_facts import kind_label, label_of
from inspections.web.field_waiting import (
    deposited_entries,
    open_conflicts,
    settled_since,
    unsettled_entries,
    waiting_photos,
    with_verdict,
)

#: Entries of one page, and at most of each list beside them.
PAGE, MOST = 20, 100
DAYS = timedelta(days=30)


@require_safe
@door(Door.REVIEW_FIELD)
def review(request: HttpRequest) -> HttpResponseBase:
    """All that waits, and what was settled lately."""
    entries = Paginator(with_verdict(unsettled_entries()), PAGE).get_page(request.GET.get("seite"))
    context = {
        "page": entries,
        # What cannot wait comes first, the rest in the order in which it came.
        "cards": sorted(entry_cards(list(entries.object_list)), key=lambda c: not c.urgent),
        "conflicts": conflict_cards(list(open_conflicts()[:MOST])),
        "photos": list(waiting_photos()[:MOST]),
        "deposited": entry_cards(list(with_verdict(deposited_entries())[:MOST])),
        "settled": _settled(timezone.now() - DAYS),
    }
    return render(request, "field/review.html", context)


@require_safe
@door(Door.REVIEW_FIELD)
def entry(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One entry: in words, word for word, what became of it, and what can be done."""
    return _show(request, pk)


@require_POST
@door(Door.REVIEW_FIELD)
def accept(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Try to take an entry in, with a corrected time or known codes where the form names them."""
    row = get_object_or_404(FieldEntry, pk=pk)
    try:
        corrections = _corrections(request)
        settle_entry(
            by=signed_in(request.user), entry=row, at=timezone.now(), corrections=corrections
        )
    except Refused as refused:
        messages.error(request, _still_open(refused))
        return redirect("field_entry", pk)
    messages.success(request, _("Der Eintrag ist übernommen."))
    return redirect("field_review")


@require_POST
@door(Door.REVIEW_FIELD)
def reject(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Turn an entry down, with a reason that the tablet shows."""
    row = get_object_or_404(FieldEntry, pk=pk)
    reason = request.POST.get("reason", "").replace("\0", "")
    try:
        reject_entry(by=signed_in(request.user), entry=row, reason=reason, at=timezone.now())
    except Refused as refused:
        messages.error(request, _words(refused))
        return redirect("field_entry", pk)
    messages.success(request, _("Der Eintrag ist nicht übernommen; der Wortlaut bleibt hier."))
    return redirect("field_review")


@require_POST
@door(Door.REVIEW_FIELD)
def conflict(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Decide for one of two values."""
    row = get_object_or_404(FieldConflict.objects.select_related("tree"), pk=pk)
    choice = request.POST.get("take", "")
    try:
        settle_conflict(by=signed_in(request.user), conflict=row, choice=choice, at=timezone.now())
    except Refused as refused:
        messages.error(request, _words(refused))
    else:
        messages.success(request, _("Der Widerspruch ist entschieden."))
    return redirect("field_review")


def _show(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    row: Any = get_object_or_404(with_verdict(FieldEntry.objects.all()), pk=pk)
    [card] = entry_cards([row])
    photos = PhotoUpload.objects.filter(entry=row.entry_id) if row.entry_id else []
    context = {
        "card": card,
        "open": row.state is None or row.state in OPEN,
        "verdicts": row.verdicts.select_related("by").order_by("-id"),
        "photos": list(photos),
        "suggested": _suggested(row),
    }
    return render(request, "field/entry.html", context)


def _corrections(request: HttpRequest) -> dict[str, Any]:
    """What the form corrects: ``made_at`` as an instant, ``codes`` by the unknown one."""
    found: dict[str, Any] = {}
    if text := request.POST.get("made_at", "").strip():
        found["made_at"] = _instant(text)
    prefix = "code."
    codes = {
        name.removeprefix(prefix): value
        for name, value in request.POST.items()
        if name.startswith(prefix) and value
    }
    return found | ({"codes": codes} if codes else {})


def _instant(text: str) -> datetime:
    """Day and time of a form field, in the time of this installation.

    Raises:
        Refused: it is none.
    """
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise Refused(_("Bitte geben Sie Tag und Uhrzeit an."))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _suggested(row: Any) -> str:
    """The device's time, set right by how wrong its clock was when it sent; for the form's field."""
    if row.reason_code != Reason.CLOCK or not row.made_at:
        return ""
    wrong = row.received_at - row.sent_at if row.sent_at else timedelta()
    try:
        return f"{timezone.localtime(row.made_at + wrong):%Y-%m-%dT%H:%M}"
    except OverflowError:
        return ""


def _settled(since: datetime) -> list[dict[str, Any]]:
    """Decisions of people, newest first, alike for entries and conflicts."""
    verdicts, conflicts = settled_since(since)
    rows = chain(map(_of_verdict, verdicts[:MOST]), map(_of_conflict, conflicts[:MOST]))
    newest = sorted(rows, key=lambda row: row["at"], reverse=True)
    return list(islice(newest, MOST))


def _of_verdict(verdict: FieldVerdict) -> dict[str, Any]:
    return {
        "at": verdict.at,
        "by": verdict.by,
        "what": kind_label(verdict.entry.kind),
        "link": reverse("field_entry", args=[verdict.entry_id]),
        "person": verdict.entry.person,
        "decision": verdict.get_verdict_display(),
        "why": " ".join([*map(str, verdict.sentences), *_corrected(verdict.corrections)]),
    }


def _corrected(corrections: dict[str, Any]) -> Iterator[str]:
    """What the office changed to be able to take an entry in."""
    moment = parse_datetime(str(corrections.get("made_at") or ""))
    if moment is not None:
        words = {"moment": f"{timezone.localtime(moment):%d.%m.%Y %H:%M}"}
        yield _("Zeit berichtigt auf %(moment)s.") % words
    for old, new in (corrections.get("codes") or {}).items():
        yield _("„%(old)s“ ersetzt durch „%(new)s“.") % {"old": old, "new": new}


def _of_conflict(row: FieldConflict) -> dict[str, Any]:
    site = row.tree.site
    return {
        "at": row.settled_at,
        "by": row.settled_by,
        "what": f"{label_of(row.field)}: {site.place.name} {site.number}",
        "link": reverse("field_entry", args=[row.entry_id]),
        "person": row.person,
        "decision": row.get_state_display(),
        "why": "",
    }


def _words(refused: Refused) -> str:
    return " ".join(sentence for texts in refused.problems.values() for sentence in texts)


def _still_open(refused: Refused) -> str:
    return _("Noch nicht übernommen: %(why)s") % {"why": _words(refused)}
