"""Journeys of a contractor at the desk and of an arborist with a tablet."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.city import OF_FIRM, SOUND, City
from tests.browser.test_journey_inspection import INSPECTIONS, judge
from tests.browser.visits import TABLET

pytestmark = pytest.mark.browser


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture as a telephone takes it."""
    path = tmp_path / "baum.jpg"
    Image.new("RGB", (1200, 900), "#486b3f").save(path)
    return path


def test_a_firm_completes_its_measure_with_a_photo(visit, city: City, photo: Path):
    there = visit("firma")
    tree = city.tree(OF_FIRM)
    card = there.tree(tree)
    card.get_by_role("tab", name="Maßnahmen").click()
    before = card.get_by_role("button", name="Erledigt melden").count()
    assert before == city.value(
        "SELECT count(*) FROM inspections_measure m JOIN baumkataster_user u "
        "ON u.id = m.contractor_id WHERE m.tree_id = %s AND m.state = 'open' "
        "AND u.username = 'firma'",
        tree.id,
    )
    card.get_by_role("button", name="Erledigt melden").first.click()
    card.get_by_label("erledigt durch").fill("Kolonne 3")
    card.get_by_label(re.compile("^Foto")).set_input_files(photo)
    card.get_by_label(re.compile("^Bemerkung")).fill("Totholz über dem Gehweg entfernt")
    card.get_by_role("button", name="als erledigt melden").click()

    expect(there.page.get_by_text("Die Maßnahme ist als erledigt gemeldet.")).to_be_visible()
    card.get_by_role("tab", name="Maßnahmen").click()
    expect(card.get_by_role("button", name="Erledigt melden")).to_have_count(before - 1)
    done = city.rows(
        "SELECT done_by, done_note, done_photo_id IS NOT NULL FROM inspections_measure "
        "WHERE tree_id = %s AND done_by = 'Kolonne 3'",
        tree.id,
    )
    assert done == [("Kolonne 3", "Totholz über dem Gehweg entfernt", True)]
    card.get_by_role("tab", name="Fotos").click()
    picture = card.locator(".photo-grid img").first
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0


def test_an_inspection_by_touch_on_a_tablet(visit, city: City):
    there = visit("kontrolle", viewport=TABLET, has_touch=True, is_mobile=True)
    tree = city.tree(SOUND, skip=10)
    before = city.value(INSPECTIONS, tree.id)
    card = there.tree(tree)
    box = card.bounding_box()
    assert box is not None
    assert box["width"] == TABLET["width"] and box["y"] > 400, "a sheet from below"
    assert box["y"] + box["height"] <= TABLET["height"] + 1
    grip = card.get_by_role("button", name="Höhe der Baumkarte ändern")
    grip.tap()
    expect(card).to_have_attribute("data-height", "full")

    card.get_by_role("button", name="Kontrolle erfassen").tap()
    form = card.locator("form")
    for button in form.get_by_role("button").all():
        size = button.bounding_box()
        if size:
            assert size["height"] >= 40, button.inner_text()
    judge(form)
    form.get_by_role("button", name="Kontrolle speichern").tap()

    expect(there.page.get_by_text(f"Die Kontrolle von Baum {tree.number}")).to_be_visible()
    assert city.value(INSPECTIONS, tree.id) == before + 1
    assert there.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
