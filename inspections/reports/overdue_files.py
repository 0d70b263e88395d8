"""The overdue report as CSV and XLSX: same columns, same query as the page."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from baumkataster.models import CitySettings, Expectation, Phase, PlaceKind
from baumkataster.spreadsheets import never_a_formula
from inspections.models import Condition, LeafState
from inspections.reports.overdue import Header
from inspections.rules.states import STATES

#: A cell that begins so would be run by a spreadsheet as a formula.
#: Characters that are gathered before they are sent.
BLOCK = 1 << 15


def columns() -> list[tuple[str, str, int]]:
    """Key, title and width (characters) of every column, in order."""
    return [
        ("number", _("Baumnr."), 10),
        ("place", _("Objekt"), 30),
        ("place_kind", _("Art des Objekts"), 14),
        ("house_number", _("Hausnr."), 8),
        ("district", _("Ortsteil"), 18),
        ("unit", _("Revier"), 18),
        ("species", _("Baumart"), 28),
        ("phase", _("Phase"), 14),
        ("condition", _("Zustand"), 30),
        ("expectation", _("Sicherheitserwartung"), 28),
        ("proposed_months", _("Intervall vorgeschlagen (Monate)"), 12),
        ("set_months", _("Intervall gültig (Monate)"), 12),
        ("interval_reason", _("Begründung"), 24),
        ("last_on", _("letzte Kontrolle"), 12),
        ("last_by", _("kontrolliert durch"), 20),
        ("last_kind", _("Kontrollart"), 18),
        ("last_leaf_state", _("Belaubung"), 14),
        ("inherited_on", _("übernommene Kontrolle"), 14),
        ("care_on", _("letzte Jungbaumpflege"), 14),
        ("due_on", _("fällig am"), 12),
        ("tolerance_until", _("Toleranz bis"), 12),
        ("days_over", _("Tage überfällig"), 10),
        ("state", _("Stand"), 24),
        ("worst_urgency", _("höchste offene Dringlichkeit"), 24),
        ("responsible", _("zuständig"), 20),
        ("link", _("Karte"), 40),
    ]


def plain_row(tree: Any, *, base_url: str) -> dict[str, Any]:
    """One tree of the report as words, numbers and dates for a file."""
    language = get_language() or ""
    return {
        "number": tree.number,
        "place": tree.place,
        "place_kind": label(PlaceKind, tree.place_kind),
        "house_number": tree.house_number,
        "district": tree.district_name or "",
        "unit": f"{tree.unit_code} {tree.unit_name}",
        "species": tree.species_name or "",
        "phase": label(Phase, tree.phase_seen),
        "condition": label(Condition, tree.condition_seen),
        "expectation": label(Expectation, tree.expectation_now),
        "proposed_months": tree.proposed_months,
        "set_months": tree.set_months,
        "interval_reason": tree.interval_reason or "",
        "last_on": tree.last_on,
        "last_by": tree.last_by or "",
        "last_kind": tree.last_kind or "",
        "last_leaf_state": label(LeafState, tree.last_leaf_state),
        "inherited_on": tree.inherited_on,
        "care_on": tree.care_on,
        "due_on": tree.due_on,
        "tolerance_until": tree.tolerance_until,
        "days_over": max(tree.days_over, 0),
        "state": _state_words(tree.state, language),
        "worst_urgency": tree.worst_urgency or "",
        "responsible": tree.responsible or "",
        "link": f"{base_url}/karte/?baum={tree.pk}",
    }


def label(choices: Any, value: str | None) -> str:
    """The word of a choice; empty for none."""
    return _word(choices, value, get_language() or "") if value else ""


@cache
def _word(choices: Any, value: str, _language: str) -> str:
    """Looked up once in each language: a list asks for the same few words on every row."""
    return str(choices(value).label)


@cache
def _state_words(code: str, language: str) -> str:
    return STATES.by_code(code).label(language)


def bare(rows: QuerySet[Any]) -> Iterator[Any]:
    """The rows of a long list with the columns of the report and the key, without making trees of them."""
    named = rows.values_list("pk", *rows.query.annotations, named=True)
    return named.iterator(chunk_size=2000)


def csv_lines(rows: QuerySet[Any], *, base_url: str) -> Iterator[str]:
    """The report as CSV that a German spreadsheet opens: BOM, semicolons, dates 23.11.2026."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    names = [key for key, _title, _width in columns()]
    writer.writerow([title for _key, title, _width in columns()])
    for tree in bare(rows):
        row = plain_row(tree, base_url=base_url)
        writer.writerow([as_text(row[name]) for name in names])
        if buffer.tell() >= BLOCK:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if buffer.getvalue():
        yield buffer.getvalue()


def as_text(value: Any) -> str:
    """A cell of a CSV file; text that a spreadsheet would run is quoted with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return never_a_formula(value) if isinstance(value, str) else str(value)


def xlsx_bytes(
    rows: QuerySet[Any],
    *,
    head: Header,
    counts: dict[str, int],
    filter_text: str,
    base_url: str,
) -> bytes:
    """The report as a workbook: cover sheet with date, filter, rule and counts, then the list."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        _cover(book, head, counts, filter_text)
        _list(book, rows, base_url)
    return buffer.getvalue()


def _cover(book: Any, head: Header, counts: dict[str, int], filter_text: str) -> None:
    """First sheet: what a reader must know before the list."""
    sheet = book.add_worksheet(_("Übersicht"))
    title = book.add_format({"bold": True, "font_size": 16})
    bold = book.add_format({"bold": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "align": "left"})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 60)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.write(0, 0, _("Überfällige Baumkontrollen"), title)
    lines = _cover_lines(head, filter_text)
    for index, (name, value) in enumerate(lines, start=2):
        sheet.write(index, 0, name, bold)
        sheet.write(index, 1, value, wrap)
    top = len(lines) + 3
    sheet.write(top, 0, _("Stand"), bold)
    sheet.write(top, 1, _("Bäume"), bold)
    order: Iterable[Any] = sorted(STATES.states, key=lambda state: -state.rank)
    for index, state in enumerate(order, start=top + 1):
        sheet.write(index, 0, state.label(get_language()))
        sheet.write_number(index, 1, counts.get(state.code, 0), wrap)


def _cover_lines(head: Header, filter_text: str) -> list[tuple[str, str]]:
    """Name and value of the lines of the cover."""
    rule = head.rule_set
    lines = [
        (_("Stichtag"), f"{head.on:%d.%m.%Y}"),
        (_("Erstellt von"), head.asked_by),
        (_("Auswahl"), filter_text),
        (_("Bäume in Kontrollpflicht"), str(head.trees_in_duty)),
    ]
    if rule is not None:
        lines += [
            (_("Regelwerk"), f"{rule.title}, {_('Fassung')} {rule.version}"),
            (_("Grundlage"), rule.basis),
            (_("Toleranz"), _("%(months)s Monate") % {"months": rule.tolerance_months}),
        ]
    city = CitySettings.objects.first()
    if city is not None:
        lines.insert(0, (_("Stadt"), city.name))
        if city.is_demo:
            lines.append((_("Hinweis"), _("Erfundene Demostadt: alle Angaben sind erfunden.")))
    return lines


def _list(book: Any, rows: QuerySet[Any], base_url: str) -> None:
    """Second sheet: the list with fixed head, filter buttons and print titles."""
    sheet = book.add_worksheet(_("Liste"))
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EFEA"}
    )
    day = book.add_format({"num_format": "dd.mm.yyyy", "align": "left"})
    # Three lines of a title fit; readers without a layout of their own do not measure it.
    sheet.set_row(0, 48)
    sheet.ignore_errors({"number_stored_as_text": "A2:D1048576"})
    cols = columns()
    for index, (_key, title, width) in enumerate(cols):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, title, head)
    line = 0
    for line, tree in enumerate(bare(rows), start=1):
        row = plain_row(tree, base_url=base_url)
        for index, (key, _title, _width) in enumerate(cols):
            value = row[key]
            if isinstance(value, date):
                sheet.write_datetime(line, index, value, day)
            elif value is not None and value != "":
                sheet.write(line, index, value)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(line, 1), len(cols) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&D&R&P / &N")
