"""What a designer would not let pass: holes, words in a column of one word, two states at a time."""

import uuid

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.city import City

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
