"""What a designer would not let pass: holes, words in a column of one word, two states at a time."""

import math
import re
import uuid
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City
from tests.browser.visits import PATIENCE_MS, TABLET

pytestmark = pytest.mark.browser

#: Where the boxes of a selector lie: left, top, right, bottom.
BOXES = """(boxes) => boxes.map((box) => {
  const { left, top, right, bottom } = box.getBoundingClientRect();
  return [left, top, right, bottom].map(Math.round);
})"""


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (800, 1280), (590, 900)])
def test_the_figures_of_the_report_fill_their_rows(visit, width: int, height: int):
    """No hole in the last row, whatever the width."""
    page = visit("planung").go("/berichte/ueberfaellig/")
    page.set_viewport_size({"width": width, "height": height})
    boxes = page.locator(".report-figures > *").evaluate_all(BOXES)
    assert len(boxes) == 7
    rows = {top: max(box[2] for box in boxes if box[1] == top) for _, top, _, _ in boxes}
    assert len(set(rows.values())) == 1, rows


def test_words_below_a_tick_stand_beside_it_not_under_it(visit):
    """They have the width of their label, not that of the tick."""
    page = visit("admin").go("/verwaltung/stadt/")
    ticks = page.locator(".kern-form-check:has(.kern-hint)")
    assert ticks.count() > 0
    for tick in ticks.all():
        ((left, _, right, _),) = tick.locator(".kern-hint").evaluate_all(BOXES)
        ((label, _, _, _),) = tick.locator(".kern-label").first.evaluate_all(BOXES)
        assert left == label
        assert right - left > 200


def test_head_and_progress_of_an_import_say_the_same_state(visit, city: City):
    """Also when the worker has begun since the page was opened."""
    run = uuid.uuid4()
    with psycopg.connect(city.url) as connection:
        connection.execute(
            "INSERT INTO geodata_importrun (id, profile, file_name, file_sha256, counts, state, file)"
            " VALUES (%s, '', 'baeume.csv', repeat('0', 64), '{}', 'uploaded', 'imports/none.csv')",
            [run],
        )
    page = visit("planung").go(f"/import/{run}/")
    badge, head = page.locator(".import-lead .kern-badge"), page.locator("#progress-head")
    for words, state in [("hochgeladen", "checking"), ("wird geprüft", "running"), ("läuft", "")]:
        expect(head).to_have_text(words)
        expect(badge).to_have_text(words)
        if state:
            with psycopg.connect(city.url) as connection:
                connection.execute(
                    "UPDATE geodata_importrun SET state = %s WHERE id = %s", [state, run]
                )


def test_a_tree_that_a_link_names_is_not_hidden_by_its_sheet(visit, city: City):
    """The report's links name a tree and no position: the map flies there while the card is fetched."""
    there = visit("kontrolle", viewport=TABLET, has_touch=True, is_mobile=True)
    page = there.go("/karte/")
    page.wait_for_url(re.compile(r"lage="), timeout=PATIENCE_MS)
    _zoom, lat, lon = place_of(page)
    # Near the middle, where the map flies instead of jumping.
    middle = f"ST_Transform(ST_SetSRID(ST_MakePoint({lon}, {lat}), 4326), 25832)"
    tree = city.tree(f"ST_DWithin(t.geom, {middle}, 150)")
    page = there.go(f"/karte/?baum={tree.id}")
    card = page.locator("tree-card")
    expect(card).to_be_visible()
    sheet, ground = card.bounding_box(), page.locator("#map").bounding_box()
    assert sheet and ground
    highest = ground["y"] + 40
    page.wait_for_url(re.compile(r"lage=18"), timeout=PATIENCE_MS)

    def height_of_tree() -> float:
        zoom, lat, _lon = place_of(page)
        steps = 256 * 2**zoom / (2 * math.pi)
        above = math.asinh(math.tan(math.radians(tree.lat))) - math.asinh(
            math.tan(math.radians(lat))
        )
        return ground["y"] + ground["height"] / 2 - above * steps

    for _ in range(100):
        if highest < height_of_tree() < sheet["y"] - 40:
            break
        page.wait_for_timeout(100)
    assert highest < height_of_tree() < sheet["y"] - 40


def place_of(page: Page) -> tuple[float, float, float]:
    """Zoom, latitude and longitude of the map's middle, as the address says."""
    (place,) = parse_qs(urlsplit(page.url).query)["lage"]
    zoom, lat, lon = map(float, place.split("/"))
    return zoom, lat, lon
