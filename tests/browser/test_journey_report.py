"""Journey of a supervisor: the overdue report, its filter, order, map and files."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import OVERDUE, City

pytestmark = pytest.mark.browser

#: No other tree of the place has a number that begins like this one's.
ALONE = """NOT EXISTS (SELECT FROM baumkataster_site s2
    WHERE s2.place_id = s.place_id AND s2.id <> s.id AND s2.number LIKE s.number || '%%')"""
#: The district of the first tree that is overdue; which ones have any depends on the day.
DISTRICT = f"""SELECT d.name FROM baumkataster_tree t JOIN baumkataster_district d ON d.id = t.district_id
    JOIN inspections_controlplan c ON c.tree_id = t.id WHERE {OVERDUE} ORDER BY t.id LIMIT 1"""
REPORT = "/berichte/ueberfaellig/"


def figure(page: Page, state: str) -> int:
    """The large number of a state."""
    text = page.locator(f'.baum-figure[href*="state={state}"] .baum-figure__number').inner_text()
    return int(text.replace(".", ""))


def test_three_questions_are_answered_without_scrolling(visit):
    page = visit("aufsicht").go(REPORT)

    for part in (".baum-figure--first", "#where-title", "#trend-title", "#report-map"):
        box = page.locator(part).bounding_box()
        assert box is not None and box["y"] + min(box["height"], 200) <= 800, part
    row = page.locator("tr[data-tree]").first.bounding_box()
    assert row is not None and row["y"] + row["height"] <= 800
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_figure_leads_to_its_list(visit, city: City):
    page = visit("aufsicht").go(REPORT)
    expected = city.value(
        "SELECT count(*) FROM inspections_controlplan WHERE required AND NOT never "
        "AND tolerance_until < %s AND (exempt_until IS NULL OR exempt_until < %s)",
        city.day,
        city.day,
    )
    assert figure(page, "overdue") == expected

    page.locator(".baum-figure--first").click()

    expect(page.locator("#report-list-title")).to_have_text(f"{expected} Bäume")
    states = page.locator("tr[data-tree]").evaluate_all("rows => rows.map(r => r.dataset.state)")
    assert set(states) == {"overdue"}


def test_filter_order_and_files_tell_the_same(visit, city: City):
    there = visit("aufsicht")
    page = there.go(REPORT)
    district = city.value(DISTRICT)
    page.get_by_role("combobox", name="Ortsteil").select_option(label=district)
    page.get_by_role("combobox", name="Sortierung").select_option("due")
    with page.expect_navigation():
        page.get_by_role("button", name="Anzeigen").click()
    number = int(page.locator("#report-list-title").inner_text().split()[0].replace(".", ""))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))

    assert len(rows) == number == book["Liste"].max_row - 1
    chosen = page.get_by_role("combobox", name="Ortsteil").locator("option:checked").inner_text()
    assert {row["Ortsteil"] for row in rows} == {chosen} == {district}
    days = [date(*map(int, reversed(row["fällig am"].split(".")))) for row in rows]
    assert days == sorted(days)
    assert [row["Baumnr."] for row in rows] == [c.value for c in book["Liste"]["A"][1:]]
    assert chosen in str([cell.value for cell in book["Übersicht"]["B"]])


def test_rows_and_trees_point_at_each_other(visit):
    there = visit("aufsicht")
    page = there.go(f"{REPORT}?state=overdue")
    page.wait_for_load_state("networkidle")
    row = page.locator("tr[data-tree]").first

    row.hover()
    expect(row).to_have_class("kern-table__row is-shown")
    page.get_by_label("Suche").hover()
    expect(row).not_to_have_class("kern-table__row is-shown")
    row.get_by_role("link").click()

    expect(page.locator("tree-card .card-state")).to_contain_text("überfällig")


def test_a_tree_of_the_small_map_opens_its_card(visit, city: City):
    alone = city.tree(f"{OVERDUE} AND {ALONE}")
    page = visit("aufsicht").go(f"{REPORT}?state=overdue&place={alone.place_id}&q={alone.number}")
    page.wait_for_load_state("networkidle")
    row = page.locator("tr[data-tree]")
    expect(row).to_have_count(1)
    box = page.locator("#report-map").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    page.mouse.move(*middle)
    expect(row).to_have_class("kern-table__row is-shown")
    page.mouse.click(*middle)

    page.wait_for_url(f"**/karte/?baum={alone.id}**")


def test_paper_repeats_its_heads(visit, tmp_path):
    page = visit("aufsicht").go(f"{REPORT}?alle=1")
    page.wait_for_load_state("networkidle")

    page.emulate_media(media="print")

    head = page.locator(".report-paper-head")
    expect(head).to_contain_text("Überfällige Baumkontrollen")
    assert page.locator("thead").first.evaluate("e => getComputedStyle(e).display") == (
        "table-header-group"
    )
    expect(page.locator(".report-toolbar")).to_be_hidden()
    # As wide as a sheet: all figures stand in one row.
    page.set_viewport_size({"width": 720, "height": 1000})
    tops = page.locator(".report-figures .baum-figure").evaluate_all(
        "figures => figures.map((figure) => figure.getBoundingClientRect().top)"
    )
    assert len(tops) == 7
    assert len(set(tops)) == 1
    page.pdf(path=tmp_path / "bericht.pdf", prefer_css_page_size=True)
    assert (tmp_path / "bericht.pdf").stat().st_size > 20_000
