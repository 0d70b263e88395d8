"""/import/: all imports, and of each how far it is, what it found and what became of every row."""

import csv
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from baumkataster.models import Unit
from baumkataster.permissions import Door
from baumkataster.spreadsheets import never_a_formula
from baumkataster.web.base_maps import base_maps
from baumkataster.web.doors import door
from geodata.city_bounds import bounds_of_city
from geodata.models import ImportProblem, ImportRun
from geodata.web.import_upload import UploadForm, profile_choices
from geodata.web.import_words import figures, preview_rows

PAGE = 100
START_ZOOM = 13


class Echo:
    """A file that hands back what is written, so that csv can stream."""

    def write(self, text: str) -> str:
        """The line itself."""
        return text


@require_GET
@door(Door.IMPORT_DATA)
def import_runs(request: HttpRequest) -> HttpResponse:
    """The form for a new file, and all runs, newest first, with their counts."""
    runs = (
        ImportRun.objects.exclude(state=ImportRun.State.DROPPED)
        .select_related("started_by")
        .defer("preview")
        .annotate(
            errors=Count("problems", filter=Q(problems__level="error")),
            warnings=Count("problems", filter=Q(problems__level="warning")),
        )
    )
    page = Paginator(runs.order_by("-started_at"), PAGE).get_page(request.GET.get("seite"))
    context = {
        "page": page,
        "query": "",
        "form": UploadForm(),
        "max_bytes": settings.IMPORT_MAX_BYTES,
    }
    return render(request, "imports/runs.html", context)


def frame(run: ImportRun, part: str) -> dict[str, Any]:
    """What all pages of one run show: its head and the numbers on its tabs."""
    return {
        "run": run,
        "part": part,
        "number": {
            "problems": run.problems.count(),
            "conflicts": run.conflicts.count(),
            "open": run.conflicts.filter(decision="").count(),
            "vanished": run.vanished.count(),
            "species": len((run.preview or {}).get("species", ())),
        },
    }


def known_run(run_id: UUID) -> ImportRun:
    """The run with what its pages name."""
    runs = ImportRun.objects.select_related("started_by", "unit", "undone_by")
    return get_object_or_404(runs, pk=run_id)


@require_GET
@door(Door.IMPORT_DATA)
def import_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: how far it is, its figures, and what can be done with it now."""
    run = known_run(run_id)
    context = frame(run, "run") | {
        "figures": figures(run),
        "profiles": profile_choices(_("an den Spalten erkennen")),
        "units": Unit.objects.order_by("code"),
    }
    return render(request, "imports/run.html", context)


@require_GET
@door(Door.IMPORT_DATA)
def import_preview(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """First rows as the file says and as we understood them, positions on the map, unknown species."""
    run = known_run(run_id)
    seen = run.preview or {}
    bounds = bounds_of_city()
    (south, west), (north, east) = bounds
    points = seen.get("points", [])
    context = frame(run, "preview") | {
        "seen": seen,
        "rows": preview_rows(run),
        "outside": sum(1 for point in points if point[4]),
        "map": {
            "center": ((south + north) / 2, (west + east) / 2),
            "zoom": START_ZOOM,
            "bounds": bounds,
            "basemaps": base_maps(),
            "points": points,
        },
    }
    return render(request, "imports/preview.html", context)


@require_GET
@door(Door.IMPORT_DATA)
def import_problem_list(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The problems of one run, a page at a time."""
    run = known_run(run_id)
    problems = run.problems.order_by("line", "id")
    level = request.GET.get("stufe", "")
    if level in ImportProblem.Level.values:
        problems = problems.filter(level=level)
    page = Paginator(problems, PAGE).get_page(request.GET.get("seite"))
    context = frame(run, "problems") | {
        "page": page,
        "level": level,
        "query": f"stufe={level}" if level in ImportProblem.Level.values else "",
    }
    return render(request, "imports/problems.html", context)


@require_GET
@door(Door.IMPORT_DATA)
def import_vanished(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What the file no longer holds, each with the way to its card."""
    run = known_run(run_id)
    page = Paginator(run.vanished.order_by("words", "id"), PAGE).get_page(request.GET.get("seite"))
    return render(request, "imports/vanished.html", frame(run, "vanished") | {"page": page})


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
        # Column and value are words of a foreign file.
        column, value = never_a_formula(problem.column), never_a_formula(problem.value)
        yield writer.writerow([problem.line, column, value, level, problem.sentence])
