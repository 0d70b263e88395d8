"""/import/: what was read in, what became of every row, and the problems as a list and a file."""

import csv
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from baumkataster.permissions import Door
from baumkataster.web.doors import door
from geodata.models import ImportProblem, ImportRun

PAGE = 100


class Echo:
    """A file that hands back what is written, so that csv can stream."""

    def write(self, text: str) -> str:
        """The line itself."""
        return text


@require_GET
@door(Door.IMPORT_DATA)
def import_runs(request: HttpRequest) -> HttpResponse:
    """All runs, newest first, with their counts."""
    runs = ImportRun.objects.select_related("started_by").annotate(
        errors=Count("problems", filter=Q(problems__level="error")),
        warnings=Count("problems", filter=Q(problems__level="warning")),
    )
    page = Paginator(runs.order_by("-started_at"), PAGE).get_page(request.GET.get("seite"))
    return render(request, "imports/runs.html", {"page": page, "query": ""})


@require_GET
@door(Door.IMPORT_DATA)
def import_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: its counts and problems."""
    run = get_object_or_404(ImportRun.objects.select_related("started_by"), pk=run_id)
    problems = run.problems.order_by("line", "id")
    if level := request.GET.get("stufe"):
        problems = problems.filter(level=level)
    page = Paginator(problems, PAGE).get_page(request.GET.get("seite"))
    context = {
        "run": run,
        "page": page,
        "level": level or "",
        "query": f"stufe={level}" if level else "",
    }
    return render(request, "imports/run.html", context)


@require_GET
@door(Door.IMPORT_DATA)
def import_problems(request: HttpRequest, run_id: UUID) -> StreamingHttpResponse:
    """The problems of one run as CSV for a spreadsheet."""
    run = get_object_or_404(ImportRun, pk=run_id)
    response = StreamingHttpResponse(_lines(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import_{run.started_at:%Y-%m-%d}.csv"'
    return response


def _lines(run: ImportRun) -> Iterator[str]:
    """Header and one line per problem, semicolons and BOM for German spreadsheets."""
    writer: Any = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    head = [_("Zeile"), _("Spalte"), _("Wert"), _("Stufe"), _("Meldung")]
    yield "\ufeff" + writer.writerow(head)
    for problem in run.problems.order_by("line", "id").iterator():
        level = ImportProblem.Level(problem.level).label
        # A value of a foreign file may look like a formula.
        value = f"'{problem.value}" if problem.value[:1] in {"=", "+", "-", "@"} else problem.value
        yield writer.writerow([problem.line, problem.column, value, level, problem.sentence])
