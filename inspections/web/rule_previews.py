"""What a version would do before it is saved: the form with its effect, on a page with an address."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from baumkataster.models import Expectation
from baumkataster.permissions import Door
from baumkataster.web.doors import door
from inspections.models import RulePreview
from inspections.reports.rule_change import minute
from inspections.rules.intervals import EXPECTATIONS
from inspections.services.rule_previews import is_overtaken
from inspections.web.replannings import with_worker_words
from inspections.web.rule_forms import RuleSetForm

#: The task of inspections/tasks.py that counts.
COUNT, QUEUED_ONCE = "inspections.tasks.count_rule_previews", "count_rule_previews"
State = RulePreview.State


@require_safe
@door(Door.MANAGE_RULESETS)
def preview(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """How far the count is, or its number above the form that was sent.

    While it is counted the form stands there only where it is asked for: the page loads itself anew.
    """
    row = get_object_or_404(RulePreview.objects.select_related("made_from"), pk=pk)
    progress = shown(row)
    context = {
        "form": RuleSetForm(initial=form_values(row)),
        "old": row.made_from,
        "preview": row,
        "progress": progress,
        "waits": progress["busy"] and "formular" not in request.GET,
        "cautions": cautions(row),
        "expectations": [Expectation(e).label for e in EXPECTATIONS],
    }
    return render(request, "administration/rule_set_new.html", context)


@require_safe
@door(Door.MANAGE_RULESETS)
def state(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """For the page that waits: whether it goes on, words."""
    answer = JsonResponse(shown(get_object_or_404(RulePreview, pk=pk)))
    answer["Cache-Control"] = "no-store"
    return answer


def form_values(row: RulePreview) -> dict[str, Any]:
    """What the form was filled with."""
    values = dict(row.values)
    cells = {f"m.{cell}": months for cell, months in values.pop("matrix").items()}
    deadlines = {f"i.{kind}": months for kind, months in values.pop("initial_months").items()}
    values["valid_from"] = date.fromisoformat(values["valid_from"])
    return values | cells | deadlines


def shown(row: RulePreview) -> dict[str, Any]:
    """What the page says of it; one statement counts all trees, so there is no share."""
    words = with_worker_words(_words(row), busy=row.is_busy)
    return {"busy": row.is_busy, "share": None, "words": words}


def _words(row: RulePreview) -> str:
    if row.state == State.WAITING:
        return _("Wartet seit %(since)s auf den Arbeitsprozess.") % {"since": minute(row.asked_at)}
    if row.state == State.RUNNING and row.started_at:
        since = {"since": minute(row.started_at)}
        return _("Alle Bäume werden nach dieser Fassung gerechnet, seit %(since)s.") % since
    if row.state == State.DONE and row.moved is not None:
        effect = ngettext(
            "Diese Fassung ändert den Kontrolltermin von %(n)s Baum.",
            "Diese Fassung ändert die Kontrolltermine von %(n)s Bäumen.",
            row.moved,
        ) % {"n": number_format(row.moved, force_grouping=True)}
        return " ".join((effect, _("Noch ist nichts gespeichert.")))
    return _("Die Wirkung konnte nicht gezählt werden. Die IT findet die Ursache im Protokoll.")


def cautions(row: RulePreview) -> list[str]:
    """What must be known of a number: when it was true, and what has made it old or rough."""
    if row.state != State.DONE or row.started_at is None:
        return []
    words = [
        _("Gezählt am %(at)s; was danach geändert wurde, ist nicht dabei.")
        % {"at": minute(row.started_at)}
    ]
    if row.unsettled:
        words.append(
            _("Ein Teil der Termine folgte dabei noch einer früheren Regel: die Zahl ist ungenau.")
        )
    if is_overtaken(row):
        words.append(
            _("Seitdem wurde eine Fassung gespeichert: die Zahl ist überholt. Bitte neu zählen.")
        )
    return words
