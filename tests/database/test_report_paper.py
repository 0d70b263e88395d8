"""The report as PDF: what stands in it, the same bytes for the same data, and never half a file."""

import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.storage import default_storage

from inspections import tasks
from inspections.models import ReportFile
from inspections.reports import overdue
from inspections.reports.numbers import by_year, forecast
from inspections.reports.paper import making
from inspections.reports.paper.fonts import Face
from inspections.reports.paper.listing import ROWS_PER_PAGE
from inspections.reports.paper.symbols import symbol
from inspections.services.report_files import (
    remove_expired_reports,
    request_report,
    start_report,
)
from tests import factories as make
from tests.database.test_overdue_report import DAY, city, rows  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def private_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def ask(person, **values) -> ReportFile:
    wanted = {"day": DAY, "query": "", "language": "de", "base_url": "http://x", "now": NOW}
    return request_report(by=person, **wanted | values)


def made(report: ReportFile) -> ReportFile:
    tasks.make_report(report_id=str(report.pk))
    return ReportFile.objects.get(pk=report.pk)


def text_of(content: bytes) -> str:
    """What a reader finds, by the PDF's own map of glyphs; poppler where it is installed."""
    assert shutil.which("pdftotext"), "poppler-utils fehlt"
    run = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(run, input=content, capture_output=True, check=True).stdout.decode()


def test_paper_says_what_page_and_csv_say(city):  # noqa: F811
    late = overdue.only_states(rows(city["supervisor"]), ())
    report = made(ask(city["supervisor"]))
    assert (report.state, report.rows, report.share) == ("done", late.count(), 100)
    content = report.file.read()
    assert content.startswith(b"%PDF-1.7") and content.rstrip().endswith(b"%%EOF")
    assert report.size == len(content)
    text = text_of(content)
    pages = text.split("\f")[:-1]
    assert len(pages) == report.pages == 3
    for number, page in enumerate(pages, start=1):
        assert f"Seite {number} von 3" in page
        assert f"Bericht {report.number} · Prüfsumme {report.content_sha256[:16]}" in page
    assert re.search(r"\b7 Bäumen in Kontrollpflicht", pages[0])
    for words in ("Stichtag", "23.11.2026", "Ina Reh", "Regelkontrolle, Fassung 1", "Toleranz 3"):
        assert words in pages[0], words
    assert "R-Nord" in pages[1] and "42,9" in pages[1]
    for tree in overdue.in_order(late, "risk"):
        assert tree.number[:8] in pages[2] and f"{tree.due_on:%d.%m.%Y}" in pages[2]
        assert tree.days_over < 1 or f"seit {tree.days_over} Tagen" in pages[2]


def test_same_data_give_the_same_bytes(city):  # noqa: F811
    first = made(ask(city["supervisor"]))
    ReportFile.objects.filter(pk=first.pk).update(state="waiting")
    again = made(first)
    assert (again.sha256, again.content_sha256) == (first.sha256, first.content_sha256)


def test_long_list_goes_over_pages_and_a_longer_one_is_refused(city, monkeypatch):  # noqa: F811
    for number in range(ROWS_PER_PAGE):
        make.make_tree(place=city["never"].site.place, number=f"n{number}")
    make.replan_all(DAY)
    report = made(ask(city["supervisor"]))
    assert (report.rows, report.pages) == (ROWS_PER_PAGE + 4, 4)
    monkeypatch.setattr(making, "MOST_ROWS", 3)
    refused = made(ask(city["supervisor"], query="sortierung=due"))
    assert refused.state == "failed" and "CSV" in refused.problem and not refused.file


def test_killed_worker_leaves_no_file_and_the_next_one_makes_it(city, monkeypatch):  # noqa: F811
    report = ask(city["supervisor"])

    def killed(*_values, **_words):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(default_storage.__class__, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            tasks.make_report(report_id=str(report.pk))
    left = ReportFile.objects.get(pk=report.pk)
    assert left.state == "running" and not left.file
    assert made(report).state == "done"
    assert start_report(pk=report.pk, now=NOW) is None, "made once"


def test_file_goes_after_its_time_and_the_proof_stays(city):  # noqa: F811
    report = made(ask(city["supervisor"]))
    name = report.file.name
    assert remove_expired_reports(now=report.expires_at - timedelta(days=1)) == 0
    assert remove_expired_reports(now=report.expires_at) == 1
    left = ReportFile.objects.get(pk=report.pk)
    assert not default_storage.exists(name)
    assert left.state == "expired" and left.content_sha256 == report.content_sha256


def test_same_wish_is_not_made_twice(city):  # noqa: F811
    assert ask(city["supervisor"]).pk == ask(city["supervisor"]).pk


def test_forecast_counts_arrears_in_the_first_month(city):  # noqa: F811
    found = rows(city["supervisor"])
    months = forecast(found.plans, found.trees, on=DAY, months=24)
    # Late ones stand in November, then what falls due.
    assert months[0].month == date(2026, 11, 1)
    assert sum(month.trees for month in months) == found.count()
    assert months[0].trees == 3 and months[1].trees == 1
    assert months[0].sensitive == 2, "the lane is no school"
    assert by_year(months)[0].trees == sum(m.trees for m in months[:12])
    assert months[0].days == 1


def test_fonts_and_symbols_are_drawn_from_the_table():
    face = Face("L1", "FiraSans-Regular.woff2")
    assert face.fitted("Winter-Linde", 8, 200) == "Winter-Linde"
    assert face.fitted("Winter-Linde", 8, 20).endswith("…")
    assert symbol("tolerance").count(" l") == 2 and symbol("never").endswith("S")
