"""How far a new rule set is with the city's trees, for its page; and once more where it failed."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from baumkataster.permissions import Door
from baumkataster.web.doors import door
from inspections.models import Replanning
from inspections.reports.rule_change import is_stuck, minute, stuck_words
from inspections.services.replanning_city import ask_again
from inspections.web.health import worker_lives

#: The task of inspections/tasks.py that brings the city under new rule sets.
APPLY, QUEUED_ONCE = "inspections.tasks.apply_rule_sets", "apply_rule_sets"
State = Replanning.State


def give_to_worker(task: str, queued_once: str) -> None:
    """Queue a task once; one that waits already sees what is new, too. Lost, it runs within a minute."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(task, queueing_lock=queued_once).defer(timestamp=0)


@require_safe
@door(Door.MANAGE_RULESETS)
def state(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """For the page that waits: whether it goes on, share, words."""
    row = get_object_or_404(Replanning.objects.select_related("rule_set"), pk=pk)
    answer = JsonResponse(shown(row))
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@door(Door.MANAGE_RULESETS)
def again(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Begin a replanning anew that failed."""
    row = get_object_or_404(Replanning, pk=pk)
    if ask_again(pk=row.pk, now=timezone.now()):
        give_to_worker(APPLY, QUEUED_ONCE)
    elif row.state == State.FAILED:
        messages.info(request, _("Inzwischen gilt eine spätere Fassung; ihr folgen die Termine."))
    else:
        messages.info(request, _("Diese Neuberechnung ist nicht fehlgeschlagen."))
    return redirect("rule_set", row.pk)


def shown(row: Replanning) -> dict[str, Any]:
    """What the page shows of it."""
    busy = row.is_busy and not _begins_later(row)
    words = with_worker_words(step_words(row), busy=busy)
    if busy and is_stuck(row, timezone.now()):
        words += f" {stuck_words()}"
    return {"busy": busy, "share": row.share if busy else None, "words": words}


def with_worker_words(words: str, *, busy: bool) -> str:
    """What is being done; and that nobody does it, where no worker lives."""
    if not busy or worker_lives(timezone.now()):
        return words
    return f"{words} " + _("Zurzeit läuft kein Arbeitsprozess: es geht weiter, sobald einer läuft.")


def step_words(row: Replanning) -> str:
    """What is being done, and how far it is; empty where there is nothing to say."""
    if _begins_later(row):
        return _("Die Termine werden neu berechnet, sobald diese Fassung gilt.")
    if row.state == State.WAITING:
        return _("Wartet seit %(since)s auf den Arbeitsprozess.") % {"since": minute(row.asked_at)}
    if row.state == State.RUNNING:
        return _counted(row) if row.trees else _("Neue Termine werden berechnet …")
    if row.state == State.DONE and row.started_at and row.finished_at:
        at = {"at": minute(row.finished_at)}
        return _("Alle Termine wurden nach dieser Fassung berechnet, fertig am %(at)s.") % at
    if row.state == State.FAILED:
        return _("Die Termine konnten nicht alle neu berechnet werden.")
    looking = _("Alle Bäume sind berechnet. Gewartet wird auf Arbeiten, die vorher begonnen haben.")
    return looking if row.state == State.LOOKING else ""


def _counted(row: Replanning) -> str:
    """How many trees of how many."""
    words = {
        "planned": number_format(row.planned, force_grouping=True),
        "trees": number_format(row.trees, force_grouping=True),
    }
    return _("%(planned)s von %(trees)s Bäumen haben ihren neuen Termin.") % words


def _begins_later(row: Replanning) -> bool:
    return row.state == State.WAITING and row.rule_set.valid_from > timezone.localdate()
