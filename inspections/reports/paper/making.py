"""Makes the whole file: the numbers and the cover by WeasyPrint, then the list into the same PDF."""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

import pydyf
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from baumkataster.models import CitySettings, PlaceKind
from baumkataster.permissions import Visitor
from inspections.filters import TreeFilter
from inspections.models import ControlRun
from inspections.reports import numbers, overdue
from inspections.reports.city_totals import totals_and_forecast
from inspections.reports.overdue_files import bare, plain_row
from inspections.reports.paper.city_map import city_map
from inspections.reports.paper.fonts import font_addresses
from inspections.reports.paper.listing import Frame, ListPages, page_count
from inspections.reports.paper.rows import columns, row_of
from inspections.reports.trend import trend
from inspections.rules.states import STATES

#: A longer list is no paper but a table: CSV has no limit.
MOST_ROWS: Final = 20_000
#: Days of the trend.
TREND_DAYS: Final = 84
MONTHS: Final = 36
MOST_INSPECTORS: Final = 12
Told = Callable[[str, float], None]


class TooLong(Exception):
    """More rows than a paper can have; ``rows`` says how many."""

    def __init__(self, rows: int) -> None:
        super().__init__(str(rows))
        self.rows = rows


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the paper must show."""

    on: date
    visitor: Visitor
    asked_by: str
    tree_filter: TreeFilter
    uncared: bool
    order: str
    filter_text: str
    base_url: str
    #: Printed on every page, so that it can be checked.
    number: str
    #: When it was asked for: the state of the data.
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A finished file."""

    content: bytes
    #: Of head, numbers and rows; its beginning stands on every page.
    content_sha256: str
    rows: int
    pages: int


def make_paper(asked: Asked, *, told: Told) -> Paper:
    """Make the file; the same data give the same bytes.

    Raises:
        TooLong: the list has more rows than MOST_ROWS.
    """
    told("numbers", 0.02)
    rows = overdue.report_rows(on=asked.on, visible_to=asked.visitor, tree_filter=asked.tree_filter)
    if asked.uncared:
        listed = overdue.without_care(rows, on=asked.on)
    else:
        listed = overdue.only_states(rows, asked.tree_filter.states)
    if (count := listed.count()) > MOST_ROWS:
        raise TooLong(count)
    facts = _facts(asked, rows)
    told("rows", 0.2)
    words = [
        plain_row(tree, base_url=asked.base_url) | {"state_code": tree.state, "key": str(tree.pk)}
        for tree in bare(overdue.in_order(listed, asked.order))
    ]
    digest = _digest(facts, words)
    told("cover", 0.35)
    facts |= _drawn(asked, listed)
    content, pages = _pdf(asked, facts, words, digest, told)
    return Paper(content=content, content_sha256=digest, rows=len(words), pages=pages)


def _facts(asked: Asked, rows: overdue.ReportRows) -> dict[str, Any]:
    """Head and numbers, plain values in a fixed order."""
    counts = overdue.state_counts(rows)
    duty = sum(counts.values())
    rule = overdue.rule_set(asked.on)
    city = CitySettings.objects.first()
    groups = ("unit_code", "place_kind")
    (units, kinds), months = totals_and_forecast(rows, groups, months=MONTHS)
    return {
        "city": city.name if city else "",
        "on": asked.on,
        "asked_by": asked.asked_by,
        "asked_at": timezone.localtime(asked.asked_at),
        "number": asked.number,
        "filter": asked.filter_text,
        "rule": rule,
        "duty": duty,
        "counts": [
            {"state": state, "trees": counts.get(state.code, 0)}
            for state in sorted(STATES.states, key=lambda state: -state.rank)
        ],
        "late": counts.get("overdue", 0) + counts.get("tolerance", 0),
        "beyond": counts.get("overdue", 0),
        "percent": round(100 * counts.get("overdue", 0) / duty, 1) if duty else 0.0,
        "uncared": overdue.without_care(rows, on=asked.on).count(),
        "same_leaves": numbers.same_leaf_states(rows.trees),
        "units": units,
        "kinds": [{**row, "name": str(PlaceKind(row["name"]).label)} for row in kinds],
        "inspectors": _inspectors(rows),
        "months": months[:12],
        "years": numbers.by_year(months),
        "trees_a_day": numbers.TREES_A_DAY,
    }


def _inspectors(rows: overdue.ReportRows) -> list[dict[str, Any]]:
    """Who looked last at the trees that are late now, most first."""
    late = rows.trees.filter(state__in=["overdue", "tolerance"])
    (found,) = numbers.totals_by(late, "inspector")
    return sorted(found, key=lambda row: (-row["late"], row["name"] or ""))[:MOST_INSPECTORS]


def _drawn(asked: Asked, listed: overdue.ReportRows) -> dict[str, Any]:
    """Trend and map, which show what the numbers and the list say."""
    runs = list(
        reversed(ControlRun.objects.filter(day__lte=asked.on).order_by("-day")[:TREND_DAYS])
    )
    return {"trend": trend(runs), "map": city_map(listed.trees), "fonts": font_addresses()}


def _digest(facts: dict[str, Any], words: Iterable[dict[str, Any]]) -> str:
    """SHA-256 over what the report says: head, numbers, rows, in this order."""
    kept = {key: value for key, value in facts.items() if key not in {"rule", "counts"}}
    kept["rule"] = str(facts["rule"])
    kept["counts"] = [[row["state"].code, row["trees"]] for row in facts["counts"]]
    found = sha256(json.dumps(kept, default=str, sort_keys=True, ensure_ascii=False).encode())
    for row in words:
        found.update(json.dumps(row, default=str, sort_keys=True, ensure_ascii=False).encode())
    return found.hexdigest()


def _pdf(
    asked: Asked, facts: dict[str, Any], words: list[dict[str, Any]], digest: str, told: Told
) -> tuple[bytes, int]:
    """The file and its number of pages: cover by HTML, list by hand."""
    # Loaded with the first file: it would be a quarter of what every process loads at its start.
    layout = import_string("weasyprint.HTML")
    proof = _("Bericht %(number)s · Prüfsumme %(sum)s") % {
        "number": asked.number,
        "sum": digest[:16],
    }
    lists = page_count(len(words))
    covers, html = 2, ""
    # The cover says how many pages there are; it has two unless a city has very many units.
    for _attempt in range(2):
        html = render_to_string(
            "reports/paper/cover.html", facts | {"proof": proof, "pages": covers + lists}
        )
        document = layout(string=html, base_url=None).render(pdf_variant="pdf/ua-1")
        if len(document.pages) == covers:
            break
        covers = len(document.pages)

    def with_list(_document: Any, pdf: pydyf.PDF) -> None:
        frame = _frame(facts, asked, proof)
        pages = ListPages(pdf, frame=frame, columns=columns(), pages_before=covers)
        pages.draw([row_of(row) for row in words], told=lambda share: told("list", 0.5 + share / 2))

    if not words:
        return document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=digest.encode()), covers
    out = io.BytesIO()
    document.write_pdf(
        out, finisher=with_list, pdf_variant="pdf/ua-1", pdf_identifier=digest.encode()
    )
    return out.getvalue(), covers + lists


def _frame(facts: dict[str, Any], asked: Asked, proof: str) -> Frame:
    """What stands on every page of the list."""
    title = _("Überfällige Baumkontrollen")
    return Frame(
        title=f"{title} · {facts['city']}" if facts["city"] else title,
        day_line=_("Stichtag %(day)s, Datenstand %(time)s Uhr")
        % {"day": f"{asked.on:%d.%m.%Y}", "time": f"{facts['asked_at']:%d.%m.%Y %H:%M}"},
        selection=asked.filter_text,
        proof=proof,
        page_words=_("Seite %(page)s von %(pages)s"),
        table_name=_("Liste der Bäume, nach Risiko geordnet"),
    )
