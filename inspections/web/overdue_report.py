"""/berichte/ueberfaellig/: the overdue report on screen and as CSV and XLSX; the day is fixed once, here.

``?stichtag=`` asks for any day; a past one is rebuilt while the answer is made (reports/past.py).
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.gis.db.models.functions import Transform
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from baumkataster.errors import Refused
from baumkataster.models import District, PlaceKind, Unit
from baumkataster.permissions import Door
from baumkataster.web.base_maps import base_maps
from baumkataster.web.doors import door
from inspections.models import ControlRun
from inspections.reports import numbers, overdue
from inspections.reports.city_totals import GROUPS, totals_and_forecast
from inspections.reports.overdue_files import csv_lines, plain_row, xlsx_bytes
from inspections.reports.past import ensure_data, looking_back
from inspections.reports.planner import as_they_come, in_written_order
from inspections.reports.run_status import run_status
from inspections.reports.trend import trend
from inspections.rules.states import STATES
from inspections.web.overdue_asked import Asked, read

#: Rows of one page on the screen, and at most on one that is meant for paper.
PAGE, PAPER = 50, 2000
#: So many districts are named as those with the most overdue trees.
WORST = 3


@require_GET
@door(Door.VIEW_REPORT)
def overdue_page(request: HttpRequest) -> HttpResponse:
    """The report on screen: numbers, totals, list and map."""
    try:
        asked = read(request)
        with looking_back(asked.day):
            return render(request, "reports/overdue.html", _context(request, asked))
    except Refused as refused:
        return render(request, "reports/refused.html", {"problems": refused.problems}, status=400)


def _context(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """All that the page shows."""
    counts, uncared = numbers.states_and_care(asked.rows.plans, on=asked.day.day)
    whole = request.GET.get("alle") == "1"
    # The browser draws the rows on its map, in degrees.
    rows = asked.shown.defer("geom").annotate(lonlat=Transform("geom", 4326))
    pages = Paginator(rows, PAPER if whole else PAGE)
    # Counted already: the list is one of the buckets.
    pages.count = uncared if asked.uncared else sum(counts.get(code, 0) for code in _states(asked))
    page = pages.get_page(request.GET.get("seite"))
    on = asked.day.day
    runs = ControlRun.objects.filter(day__lte=on).order_by("-day")
    return {
        "asked": asked.day,
        "rule_change": asked.rule_change,
        "header": overdue.header(on=on, counts=counts, asked_by=str(request.user)),
        "now": asked.now,
        "run": run_status(asked.now),
        "trend": trend(list(reversed(runs[:84]))),
        "counts": _counted(request, counts, () if asked.uncared else asked.tree_filter.states),
        "uncared": _uncared(request, asked, uncared),
        "worst": _worst(request, asked),
        "totals_query": _query(request, drop=("seite", "alle", "sortierung", "state", "pflege")),
        "page": page,
        "list": _listed(page),
        "orders": _orders(),
        "order": asked.order,
        "filter": asked.tree_filter,
        "filter_text": asked.words,
        "all_districts": District.objects.defer("geom"),
        "all_units": Unit.objects.all(),
        "query": _query(request, drop=("seite",)),
        "today_query": _query(request, drop=("stichtag", "lesart", "seite")),
        "unpaged": _query(request, drop=("seite", "alle")),
        "whole": whole,
        "map_query": urlencode(
            [
                *parse_qsl(_query(request, drop=("seite", "alle", "sortierung", "state"))),
                *(("state", code) for code in _states(asked)),
            ]
        ),
        "map": {
            "day": on.isoformat(),
            "past": "".join(f"&{name}={value}" for name, value in asked.day.query.items()),
            "basemaps": base_maps(),
            "states": _states(asked),
        },
    }


@require_GET
@door(Door.VIEW_REPORT)
def overdue_totals(request: HttpRequest) -> HttpResponse:
    """The shares of districts, units and kinds, and the forecast: they need every tree, so the page
    asks for them when it stands."""
    try:
        asked = read(request)
        with looking_back(asked.day):
            return render(request, "reports/overdue_totals.html", _totals(asked))
    except Refused as refused:
        return render(request, "reports/refused.html", {"problems": refused.problems}, status=400)


def _totals(asked: Asked) -> dict[str, Any]:
    """Totals and forecast of a selection."""
    (districts, units, kinds), months = totals_and_forecast(asked.rows, GROUPS, months=36)
    return {
        "districts": districts,
        "units": units,
        "kinds": [{**row, "name": PlaceKind(row["name"]).label} for row in kinds],
        "months": months[:12],
        "years": numbers.by_year(months),
        "trees_a_day": numbers.TREES_A_DAY,
    }


@require_GET
@door(Door.VIEW_REPORT)
def overdue_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The list as CSV, streamed."""
    try:
        asked = read(request)
        if asked.day.is_past:
            ensure_data(asked.day)
    except Refused as refused:
        return render(request, "reports/refused.html", {"problems": refused.problems}, status=400)
    response = StreamingHttpResponse(
        _csv(asked, base_url=request.build_absolute_uri("/").rstrip("/")),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{_file_name(asked)}.csv"'
    return response


@require_GET
@door(Door.VIEW_REPORT)
def overdue_xlsx(request: HttpRequest) -> HttpResponse:
    """The list as a workbook with a cover sheet."""
    try:
        asked = read(request)
        with looking_back(asked.day):
            on = asked.day.day
            counts = overdue.state_counts(asked.rows)
            content = xlsx_bytes(
                asked.shown,
                head=overdue.header(on=on, counts=counts, asked_by=str(request.user)),
                counts=counts,
                filter_text=asked.file_words,
                base_url=request.build_absolute_uri("/").rstrip("/"),
            )
    except Refused as refused:
        return render(request, "reports/refused.html", {"problems": refused.problems}, status=400)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(asked)}.xlsx"'
    return response


def _csv(asked: Asked, *, base_url: str) -> Iterator[str]:
    """The lines of the file; a past day stays in sight until the last one is sent."""
    if not asked.day.is_past:
        with as_they_come():
            yield from _said_first(asked.rule_change, csv_lines(asked.shown, base_url=base_url))
        return
    with looking_back(asked.day):
        yield from _said_first(asked.day.words, csv_lines(asked.shown, base_url=base_url))


def _said_first(words: str, lines: Iterator[str]) -> Iterator[str]:
    """A line above the names of the columns, if there is something to say."""
    if words:
        # The mark of the encoding stays in front.
        first = next(lines)
        yield f"{first[:1]}{words}\r\n{first[1:]}"
    yield from lines


def _listed(page: Any) -> list[dict[str, Any]]:
    """The rows of one page."""
    with in_written_order():
        return [_shown(tree) for tree in page.object_list]


def _shown(tree: Any) -> dict[str, Any]:
    """One row of the list: the words of the files, and where the tree stands in degrees."""
    words = plain_row(tree, base_url="")
    return {"tree": tree, "words": words, "lon": tree.lonlat.x, "lat": tree.lonlat.y}


def _counted(
    request: HttpRequest, counts: dict[str, int], chosen: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Each bucket with its number and the link to its list, most dangerous first."""
    rest = _query(request, drop=("state", "pflege", "seite", "alle"))
    return [
        {
            "state": state,
            "count": counts.get(state.code, 0),
            "chosen": state.code in chosen,
            "link": "?" + "&".join(part for part in (rest, f"state={state.code}") if part),
        }
        for state in sorted(STATES.states, key=lambda state: -state.rank)
    ]


def _uncared(request: HttpRequest, asked: Asked, count: int) -> dict[str, Any]:
    """The bucket of young trees that miss their care, with the link to its list."""
    rest = _query(request, drop=("state", "pflege", "seite", "alle"))
    return {
        "count": count,
        "chosen": asked.uncared,
        "link": "?" + "&".join(part for part in (rest, "pflege=fehlt") if part),
    }


def _worst(request: HttpRequest, asked: Asked) -> list[dict[str, Any]]:
    """Where most trees are overdue beyond the tolerance: name, number and link to their list."""
    rest = _query(request, drop=("state", "district", "pflege", "seite", "alle"))
    return [
        {
            "name": row["name"],
            "count": row["trees"],
            "link": "?"
            + "&".join(filter(None, (rest, f"state=overdue&district={row['district_id']}"))),
        }
        for row in numbers.worst_districts(asked.rows.trees, WORST, on=asked.day.day)
    ]


def _states(asked: Asked) -> list[str]:
    """The buckets that list and map show."""
    return list(asked.tree_filter.states or overdue.LATE_STATES)


def _query(request: HttpRequest, *, drop: tuple[str, ...]) -> str:
    """The address' query without some names."""
    pairs = [(k, v) for k, values in request.GET.lists() for v in values if k not in drop and v]
    return urlencode(pairs)


def _orders() -> list[tuple[str, str]]:
    """Sort orders with their words."""
    return [
        ("risk", _("nach Risiko")),
        ("due", _("nach Fälligkeit")),
        ("place", _("nach Objekt und Nummer")),
        ("district", _("nach Ortsteil")),
        ("unit", _("nach Revier")),
        ("last", _("nach letzter Kontrolle")),
    ]


def _file_name(asked: Asked) -> str:
    """Name of the downloaded file, without its ending."""
    reading = f"_wie-{asked.day.reading}-bekannt" if asked.day.is_past else ""
    return f"ueberfaellig_{asked.day.day:%Y-%m-%d}{reading}"
