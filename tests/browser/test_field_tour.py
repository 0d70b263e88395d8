"""A tour that the office planned: the tablet leads from tree to tree in its order."""

from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.city import City
from tests.field.aboard import trees_aboard
from tests.field.hands import PATH, card, inspection, record, screen

pytestmark = pytest.mark.browser

TAKE = """async (tour) => {
  const areas = await import("baum/io/field/areas.js");
  const area = {kind: "tour", tour};
  await areas.takeAlong({name: "Probetour", area, withTiles: false, withThumbs: false}, {});
}"""
#: As the app hears it when a form has kept an entry.
KEPT = """(entry) => document.dispatchEvent(new CustomEvent("field-recorded", {detail: {entry}}))"""


def planned(city: City, trees: list[str]) -> str:
    """A tour of those trees in that order."""
    with psycopg.connect(city.url) as connection:
        (tour,) = connection.execute(
            "INSERT INTO inspections_tour (name, made_by_id)"
            " SELECT 'Probetour', id FROM baumkataster_user WHERE username = 'aufsicht' RETURNING id"
        ).fetchone() or (None,)
        for position, tree in enumerate(trees, start=1):
            connection.execute(
                "INSERT INTO inspections_tourstop (tour_id, tree_id, position) VALUES (%s, %s, %s)",
                [tour, tree, position],
            )
    return str(tour)


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [row["number"] for row in rows]


def test_the_next_tree_is_the_tours(tablet, city: City):
    one = tablet("kontrolle")
    one.start(PATH)
    stops = trees_aboard(one.page, 3)[::-1]
    one.page.evaluate(TAKE, planned(city, [row["id"] for row in stops]))

    listed = screen(one, "list")
    expect(listed).to_contain_text("Tour „Probetour“, in der Reihenfolge des Wegs.")
    titles = listed.locator(".field-row__words strong")
    first = [f"Baum {number} ·" for number in numbers(stops)]
    expect(titles.first).to_contain_text(first[0])
    assert [text.split("·")[0].strip() for text in titles.all_inner_texts()[:3]] == [
        f"Baum {number}" for number in numbers(stops)
    ]

    one.page.keyboard.press("Escape")
    one.tap(one.page.get_by_role("button", name="Nächster Baum"))
    shown = card(one)
    expect(shown).to_contain_text(f"Baum {stops[0]['number']}")
    one.page.evaluate(KEPT, record(one, **inspection(stops[0])))
    one.tap(one.page.get_by_role("button", name="Nächster Baum"))
    expect(card(one)).to_contain_text(f"Baum {stops[1]['number']}")
    listed = screen(one, "list")
    expect(listed.locator(f'[data-tree="{stops[1]["id"]}"]')).to_have_count(1)
    expect(listed.locator(f'[data-tree="{stops[0]["id"]}"]')).to_have_count(0)
