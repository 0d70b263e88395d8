"""/berichte/dateien/: asks for the report as PDF, shows how far it is, hands it out for a while."""

from uuid import UUID

from django.db import transaction
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseBase,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django import app

from baumkataster.errors import Refused
from baumkataster.models import Role
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from inspections.filters import parse
from inspections.models import ReportFile
from inspections.past_day import parse_day
from inspections.rules.overdue import berlin_day
from inspections.services.report_files import request_report

#: The task of inspections/tasks.py that makes the file.
MAKE_REPORT = "inspections.tasks.make_report"
#: Files that are listed.
LISTED = 50


@require_POST
@door(Door.VIEW_REPORT)
def new(request: HttpRequest) -> HttpResponseBase:
    """Keep the request and give it to the worker."""
    now = timezone.now()
    query = request.POST.get("query", "")[:4000]
    try:
        asked = QueryDict(query)
        parse(asked, visitor=request.user)
        day = parse_day(asked, today=berlin_day(now)).day
        with transaction.atomic():
            report = request_report(
                by=signed_in(request.user),
                day=day,
                query=query,
                language=get_language() or "de",
                base_url=request.build_absolute_uri("/").rstrip("/"),
                now=now,
            )
            if report.asked_at == now:
                app.configure_task(MAKE_REPORT).defer(report_id=str(report.pk))
    except Refused as refused:
        return render(request, "reports/refused.html", {"problems": refused.problems}, status=400)
    return redirect("report_file", pk=report.pk)


@require_safe
@door(Door.VIEW_REPORT)
def files(request: HttpRequest) -> HttpResponseBase:
    """The reports that this person asked for."""
    own = ReportFile.objects.filter(asked_by=signed_in(request.user))[:LISTED]
    return render(request, "reports/files.html", {"files": own})


@require_safe
@door(Door.VIEW_REPORT)
def report_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """How far it is, the finished file, and what a printed page is checked against."""
    report = _report(request, pk)
    return render(request, "reports/file.html", {"report": report, "words": step_words(report)})


@require_safe
@door(Door.VIEW_REPORT)
def state(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """For the page that waits: state, share, words."""
    report = _report(request, pk)
    busy = report.state in {ReportFile.State.WAITING, ReportFile.State.RUNNING}
    answer = JsonResponse({"busy": busy, "share": report.share, "words": step_words(report)})
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@door(Door.VIEW_REPORT)
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file, while it is kept."""
    report = _report(request, pk)
    if report.state != ReportFile.State.DONE:
        raise Http404
    try:
        handle = report.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"ueberfaellig_{report.day:%Y-%m-%d}_{report.number}.pdf"
    answer = FileResponse(handle, content_type="application/pdf", as_attachment=True, filename=name)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _report(request: HttpRequest, pk: UUID) -> ReportFile:
    """One's own report; heads see all, so that they can check a printed page."""
    person = signed_in(request.user)
    reports = ReportFile.objects.select_related("asked_by")
    if person.role not in {Role.SUPERVISOR, Role.ADMINISTRATOR}:
        reports = reports.filter(asked_by=person)
    return get_object_or_404(reports, pk=pk)


def step_words(report: ReportFile) -> str:
    """What is being done."""
    words = {
        "numbers": _("Zahlen werden ermittelt …"),
        "rows": _("Bäume werden gelesen …"),
        "cover": _("Deckblatt und Karte werden gezeichnet …"),
        "list": _("Liste wird gezeichnet …"),
    }
    return words.get(report.step) or str(ReportFile.State(report.state).label)
