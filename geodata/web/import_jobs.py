"""Hands the deeds of an import to the worker, and the buttons that do: check, enter, stop, drop, undo."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from procrastinate.contrib.django import app

from baumkataster.models import Unit
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from geodata.importing.progress import STEPS
from geodata.importing.undoing import UndoRefusedError, obstacles_to_undo
from geodata.importing.uploads import forget_file
from geodata.models import ImportRun
from geodata.readers import profile_names

State = ImportRun.State
#: Of obstacles to undoing that a page names one by one.
OBSTACLES = 200


def start(task: str, run: ImportRun, *, state: str, before: Any = (), **arguments: str) -> bool:
    """Queue a task of geodata/tasks.py and note it at the run, both or neither.

    ``before``: states in which this may be asked for; False when it is in another by now.
    """
    with transaction.atomic():
        rows = ImportRun.objects.filter(pk=run.pk)
        if before:
            rows = rows.filter(state__in=before)
        if not rows.update(state=state, error="", step="", share=0, rows=0, stop=False):
            return False
        app.configure_task(f"geodata.tasks.{task}").defer(run_id=str(run.pk), **arguments)
    return True


@require_GET
@door(Door.IMPORT_DATA)
def import_state(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """How far it is, for the page that waits."""
    run = get_object_or_404(ImportRun, pk=run_id)
    return JsonResponse(
        {
            "state": run.state,
            "busy": run.is_busy,
            "words": run.get_state_display(),
            "step": run.step,
            "share": run.share,
            "rows": run.rows,
            **_in_all(run),
        },
        headers={"Cache-Control": "no-store"},
    )


def _in_all(run: ImportRun) -> dict[str, Any]:
    """How many rows the file has: the check has counted them; before, as its bytes let expect."""
    if run.state == State.RUNNING and run.counts.get("rows"):
        return {"total": run.counts["rows"], "about": False}
    read = run.share / STEPS["match"][1]
    if read >= 1:
        return {"total": run.rows, "about": False}
    # Two digits: more would be guessed.
    total = run.rows / read if read else 0
    return {"total": float(f"{total:.2g}"), "about": True}


@require_POST
@door(Door.IMPORT_DATA)
def import_check(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Check an upload again, perhaps by another profile or for another unit."""
    run = get_object_or_404(ImportRun.objects.exclude(file=""), pk=run_id)
    profile = request.POST.get("profile", "")
    unit = Unit.objects.filter(code=request.POST.get("unit", "")).first()
    known = profile if profile in profile_names() else ""
    if start("check_import", run, state=State.UPLOADED, before=(State.CHECKED, State.FAILED)):
        ImportRun.objects.filter(pk=run.pk).update(profile=known, unit=unit)
    return redirect("import_run", run.pk)


@require_POST
@door(Door.IMPORT_DATA)
def import_enter(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Bring a checked upload into the cadastre."""
    run = get_object_or_404(ImportRun.objects.exclude(file=""), pk=run_id)
    if not start("enter_import", run, state=State.WAITING, before=(State.CHECKED,)):
        messages.warning(
            request, _("Dieser Import wurde inzwischen schon begonnen oder verworfen.")
        )
    return redirect("import_run", run.pk)


@require_POST
@door(Door.IMPORT_DATA)
def import_stop(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Ask a job to stop; until it has committed everything is taken back."""
    busy = (State.UPLOADED, State.CHECKING, State.WAITING, State.RUNNING)
    run = get_object_or_404(ImportRun, pk=run_id)
    if ImportRun.objects.filter(pk=run.pk, state__in=busy).update(stop=True):
        messages.info(request, _("Wird angehalten. Bis dahin Eingetragenes wird zurückgenommen."))
    return redirect("import_run", run.pk)


@require_POST
@door(Door.IMPORT_DATA)
def import_drop(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Throw an upload away that was not entered."""
    run = get_object_or_404(ImportRun, pk=run_id)
    open_ones = (State.CHECKED, State.FAILED)
    if ImportRun.objects.filter(pk=run.pk, state__in=open_ones).update(state=State.DROPPED):
        forget_file(run)
        messages.success(request, _("„%(name)s“ wurde verworfen.") % {"name": run.file_name})
    return redirect("imports")


@require_http_methods(["GET", "POST"])
@door(Door.IMPORT_DATA)
def import_undo(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Say what taking it back means and what stands in the way; on POST begin it."""
    run = get_object_or_404(ImportRun, pk=run_id, state=State.DONE)
    obstacles, refusal = [], ""
    try:
        obstacles = obstacles_to_undo(run, limit=OBSTACLES)
    except UndoRefusedError as error:
        refusal = str(error)
    if request.method == "POST" and not obstacles and not refusal:
        by = str(signed_in(request.user).pk)
        start("undo_import", run, state=State.UNDOING, before=(State.DONE,), user_id=by)
        return redirect("import_run", run.pk)
    context = {"run": run, "obstacles": obstacles, "refusal": refusal, "most": OBSTACLES}
    return render(request, "imports/undo.html", context)
