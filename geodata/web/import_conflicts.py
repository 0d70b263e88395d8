"""/import/…/widersprueche/: values that both sides changed, one by one or many at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from baumkataster.models import Site, Tree, TreeGroup
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from geodata.importing.settling import (
    label_of,
    metres_apart,
    our_changes,
    settle_conflicts,
    shown,
)
from geodata.models import ImportConflict, ImportRun
from geodata.web.import_runs import frame, known_run

PAGE = 50
#: Values that one click may decide; more come with the next.
MOST = 1000


@require_http_methods(["GET", "POST"])
@door(Door.IMPORT_DATA)
def import_conflicts(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Both values side by side; POST decides the chosen ones, or all that are open."""
    run = known_run(run_id)
    if request.method == "POST":
        _decide(request, run)
        number = request.GET.get("seite", "1")
        query = f"?seite={number}" if number.isdigit() and number != "1" else ""
        return redirect(reverse("import_conflicts", args=[run.pk]) + query)
    conflicts = run.conflicts.select_related("settled_by", "tree__site__place")
    page = Paginator(conflicts.order_by("-settled_at", "line", "id"), PAGE).get_page(
        request.GET.get("seite")
    )
    context = frame(run, "conflicts") | {
        "page": page,
        "query": "",
        "cards": _cards(list(page.object_list)),
        "may_settle": run.state == ImportRun.State.DONE,
    }
    return render(request, "imports/conflicts.html", context)


def _decide(request: HttpRequest, run: ImportRun) -> None:
    """Settle what was ticked; only after the import itself, a rehearsal decides nothing."""
    decision = request.POST.get("take", "")
    if run.state != ImportRun.State.DONE or decision not in {"ours", "theirs"}:
        messages.warning(request, _("Entschieden wird, sobald der Import eingetragen ist."))
        return
    chosen = _chosen(request, run)
    settled, refusals = settle_conflicts(
        conflicts=chosen.select_related("run")[:MOST],
        decision=decision,
        by=signed_in(request.user),
        day=timezone.localdate(),
        now=timezone.now(),
    )
    if settled:
        words = ngettext("%(n)d Wert entschieden.", "%(n)d Werte entschieden.", settled)
        messages.success(request, words % {"n": settled})
    for refusal in refusals[:5]:
        messages.warning(request, refusal)
    if not settled and not refusals:
        messages.info(request, _("Bitte zuerst Werte auswählen."))


def _chosen(request: HttpRequest, run: ImportRun) -> QuerySet[ImportConflict]:
    open_ones = run.conflicts.filter(decision="").order_by("line", "id")
    if "all" in request.POST:
        return open_ones
    return open_ones.filter(pk__in=[key for key in request.POST.getlist("each") if key.isdigit()])


def _cards(conflicts: list[ImportConflict]) -> list[dict[str, Any]]:
    changes = our_changes(conflicts)
    return [
        {
            "conflict": conflict,
            "label": label_of(conflict),
            "where": _where(conflict),
            "ours": shown(conflict, conflict.ours),
            "theirs": shown(conflict, conflict.theirs),
            "before": shown(conflict, conflict.imported_before),
            "change": changes.get(conflict.pk),
            "apart": metres_apart(conflict),
        }
        for conflict in conflicts
    ]


def _where(conflict: ImportConflict) -> str:
    """Place and number."""
    if conflict.tree_id and conflict.tree:
        return f"{conflict.tree.site.place.name} {conflict.tree.site.number}"
    models: dict[str, type[Site] | type[TreeGroup]] = {
        model._meta.db_table: model for model in (Site, TreeGroup)
    }
    if conflict.table_name == Tree._meta.db_table:
        return ""
    rows = models[conflict.table_name]._default_manager.select_related("place")
    row = rows.filter(pk=conflict.row_id).first()
    return f"{row.place.name} {row.number}" if row else ""
