"""Journey of a planner with a file: look at what it would do, enter it, settle a value, take it back."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City
from tests.browser.visits import DESK, TABLET
from tests.database.import_cases import FIXTURES
from tests.interfaces.test_tasks_workers import worker
from tests.server import Server

pytestmark = pytest.mark.browser

FILE = FIXTURES / "wesel_like.csv"
COUNT = "SELECT count(*) FROM baumkataster_tree WHERE source LIKE 'Stadt Wesel%'"
MEASURED = (
    "UPDATE baumkataster_tree SET girth_cm = 90"
    " WHERE source LIKE 'Stadt Wesel%' AND source_keys ->> 'ID' = '2'"
)
#: A worker under load may take its time.
SOON = 60_000


@pytest.fixture
def at_work(server: Server) -> Iterator[None]:
    """A worker beside the web server, with the same files."""
    with worker(server.database, BAUM_VAR=str(server.var)):
        yield


def hand_in(page: Page, file: Path) -> None:
    """Upload a file and wait until it is checked."""
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Hochladen und prüfen").click()
    expect(page.get_by_role("heading", name="Das würde geschehen")).to_be_visible(timeout=SOON)


def enter(page: Page) -> None:
    """Enter what was checked."""
    page.get_by_role("button", name="Jetzt eintragen").click()
    expect(page.get_by_role("heading", name="Eingetragen")).to_be_visible(timeout=SOON)


def look(page: Page, name: str) -> None:
    """Keep a picture for whoever asks for one."""
    if folder := os.environ.get("BAUM_PICTURES"):
        for size in (TABLET, DESK):
            page.set_viewport_size(size)
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)


def test_from_a_file_to_its_report_and_back(visit, city: City, at_work, tmp_path: Path):
    there = visit("planung")
    page = there.go("/import/")
    look(page, "1-list")
    hand_in(page, FILE)
    look(page, "2-checked")
    page.get_by_role("link", name="Vorschau", exact=True).click()
    expect(page.locator("#import-map canvas").first).to_be_attached()
    expect(page.get_by_role("cell", name=re.compile("Tilia cordata.*neu")).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    look(page, "3-preview")
    assert city.value(COUNT) == 0
    page.get_by_role("link", name="Ergebnis").click()
    enter(page)
    look(page, "4-done")
    assert city.value(COUNT) == 35
    first = page.url

    with psycopg.connect(city.url) as connection:
        connection.execute(MEASURED)
    text = FILE.read_text(encoding="utf-8").replace(";79.00;9;", ";81.00;9;")
    later = tmp_path / "später.csv"
    later.write_text(re.sub(r"\n3;.*", "", text), encoding="utf-8")
    page = there.go("/import/")
    hand_in(page, later)
    enter(page)
    look(page, "5-second")
    page.get_by_role("link", name="Jetzt entscheiden").click()
    look(page, "6-conflicts")
    page.get_by_label("Stammumfang (cm)").check()
    page.get_by_role("button", name="Ausgewählte: Werte der Quelle nehmen").click()
    expect(page.get_by_text("1 Wert entschieden.")).to_be_visible()
    look(page, "7-settled")
    page.get_by_role("link", name=re.compile("^Nicht mehr in der Datei")).click()
    look(page, "8-vanished")
    button = page.locator("table a.kern-btn").first
    assert button.evaluate("(e) => e.clientWidth >= e.scrollWidth"), "wider than its words"
    page.get_by_role("link", name=re.compile("^Meldungen")).click()
    look(page, "9-problems")

    page.goto(first)
    page.get_by_role("link", name="Import zurücknehmen").click()
    expect(page.get_by_role("heading", name="Was seither geschah")).to_be_visible()
    look(page, "a-obstacles")


def test_an_import_that_nobody_built_on_is_taken_back(visit, city: City, at_work, tmp_path: Path):
    there = visit("planung")
    page = there.go("/import/")
    before = city.value("SELECT count(*) FROM baumkataster_tree")
    hand_in(page, FIXTURES / "konstanz_like.csv")
    enter(page)
    assert city.value("SELECT count(*) FROM baumkataster_tree") > before
    page.get_by_role("link", name="Import zurücknehmen").click()
    look(page, "b-undo")
    page.get_by_role("button", name=re.compile("zurücknehmen$")).click()
    expect(page.get_by_role("heading", name="War eingetragen")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("zurückgenommen.")).to_be_visible()
    look(page, "c-undone")
    assert city.value("SELECT count(*) FROM baumkataster_tree") == before
