"""Forms of the tablet: nothing typed is lost, nothing is saved twice, gaps are said where they are."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_pages import AXE, RUN
from tests.database.test_control_runs_processes import until
from tests.field.hands import PATH, card, chip, choose, form, open_card, save
from tests.field.kept import kept
from tests.field.pictures import camera_photo
from tests.field.tablet import Tablet

pytestmark = pytest.mark.browser

#: The second entry that is written finds the store full, once.
FULL = """() => {
  const add = IDBObjectStore.prototype.add;
  let written = 0;
  IDBObjectStore.prototype.add = function (row, ...more) {
    if (this.name === "entries" && ++written === 2) {
      IDBObjectStore.prototype.add = add;
      throw new DOMException("full", "QuotaExceededError");
    }
    return add.call(this, row, ...more);
  };
}"""
#: Controls that a wet glove would miss.
SMALL = """() => [...document.querySelectorAll(".ff-form :is(button, input, summary), .ff-card button")]
  .filter((each) => each.offsetParent)
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => box.height < 48 || box.width < 48)
  .map(([each, box]) => `${each.outerHTML.slice(0, 120)} ${box.width}x${box.height}`)"""

#: Whether a draft with these words and a photo has been written down.
DRAFTED = """async (words) => {
  const {open} = await import("baum/io/field/database.js");
  const rows = await (await open()).getAll("drafts");
  const photo = (value) => value instanceof Blob
    || (value !== null && typeof value === "object" && Object.values(value).some(photo));
  return rows.some(({values}) => JSON.stringify(values).includes(words) && photo(values));
}"""


def bodies(page: Page) -> list[dict[str, Any]]:
    """What the tablet keeps of entries, oldest first."""
    rows = [json.loads(row["text"]) for row in kept(page).entries]
    return sorted(rows, key=lambda row: row["made_at"])


def begin(tablet: Tablet, tree: dict[str, Any], button: str, name: str) -> Locator:
    """A tree's form, opened by a button of its card."""
    here = open_card(tablet, tree)
    tablet.tap(here.get_by_role("button", name=button, exact=True))
    shown = form(tablet, name)
    expect(shown).to_be_visible()
    return shown


def see_a_symptom(tablet: Tablet, shown: Locator) -> Locator:
    """The most frequent symptom of the crown, of medium severity, with its first measure at once."""
    tablet.tap(shown.get_by_role("group", name="Schadsymptom").locator("label.ff-chip").first)
    finding = shown.locator(".ff-finding--new")
    tablet.tap(chip(finding, "Ausmaß", "mittel"))
    tablet.tap(finding.get_by_role("group", name="Maßnahme").locator("label.ff-chip").first)
    tablet.tap(chip(finding, "Dringlichkeit", "Unverzüglich"))
    return finding


def test_a_killed_browser_loses_nothing_that_was_typed(tablet, tmp_path: Path):
    one = tablet("kontrolle")
    one.start(PATH)
    (tree,) = choose(one, 1)
    shown = begin(one, tree, "Befund", "inspect")
    finding = see_a_symptom(one, shown)
    one.tap(shown.locator("button[type=submit]"))
    expect(shown.get_by_role("alert").filter(has_text="was sofort getan wurde")).to_be_visible()
    one.tap(chip(shown, "Getan", "Weg gesperrt"))
    shown.get_by_label("wen erreicht").fill("Frau Meyer")
    finding.locator('input[type="file"]').first.set_input_files(camera_photo(tmp_path / "p.jpg"))
    expect(finding.locator(".ff-thumb img")).to_be_visible()
    until(lambda: bool(one.page.evaluate(DRAFTED, "Frau Meyer")))

    one.kill()
    one.start(PATH)
    shown = begin(one, tree, "Befund", "inspect")

    expect(shown).to_contain_text("sind wieder da; gespeichert sind sie noch nicht")
    expect(shown.get_by_label("wen erreicht")).to_have_value("Frau Meyer")
    expect(shown.locator(".ff-finding--new .ff-thumb img")).to_be_visible()
    save(one, shown)
    (entry,) = bodies(one.page)
    body = entry["body"]
    assert body["immediate_action"] == "Weg gesperrt (Frau Meyer)"
    assert body["result"] == "unsafe"
    assert [row["urgency"] for row in body["measures"]] == ["1"]
    assert body["measures"][0]["finding"] == body["findings"][-1]["id"]
    (photo,) = kept(one.page).photos
    assert body["findings"][-1]["photos"] == [photo["id"]]


def test_what_was_taken_back_stands_in_the_form_again(tablet):
    one = tablet("kontrolle")
    one.start(PATH)
    (tree,) = choose(one, 1)
    shown = begin(one, tree, "Ohne neuen Befund", "quick")
    one.tap(chip(shown, "Entwicklungsphase", "Alterungsphase"))
    save(one, shown)
    assert [entry["body"]["phase"] for entry in bodies(one.page)] == ["aging"]

    one.tap(one.button("Rückgängig"))

    mine = one.page.locator(f'.ff-card[data-tree="{tree["id"]}"]')
    one.tap(mine.get_by_role("button", name="Ohne neuen Befund", exact=True))
    shown = form(one, "quick")
    assert bodies(one.page) == []
    expect(shown.get_by_role("radio", name="Alterungsphase")).to_be_checked()
    expect(shown).to_contain_text("sind wieder da")


def test_saving_again_after_a_full_store_doubles_nothing(tablet):
    one = tablet("kontrolle")
    one.start(PATH)
    tree = with_open_measure(one)
    shown = begin(one, tree, "Ohne neuen Befund", "quick")
    one.tap(shown.locator("label.ff-chip").filter(has_text="ist erledigt").first)
    one.page.evaluate(FULL)
    one.tap(shown.locator("button[type=submit]"))
    expect(
        shown.get_by_role("alert").filter(has_text="Speicher des Tablets ist voll")
    ).to_be_visible()
    assert [entry["kind"] for entry in bodies(one.page)] == ["measure_done"]

    save(one, shown)

    assert [entry["kind"] for entry in bodies(one.page)] == ["measure_done", "inspection"]


def with_open_measure(tablet: Tablet) -> dict[str, Any]:
    """A tree that may be done with one tap and has a measure open."""
    for tree in choose(tablet, 20, findings=True):
        row = tablet.page.evaluate(
            """async (id) => {
              const {tree} = await import("baum/io/field/trees.js");
              return ((await tree(id)).measures ?? []).length;
            }""",
            tree["id"],
        )
        if row:
            return tree
    raise AssertionError("no such tree on board")


def test_where_one_tap_is_not_enough_each_earlier_finding_is_asked_for(tablet):
    one = tablet("kontrolle")
    one.start(PATH)
    (tree,) = choose(one, 1, allowed=False, findings=True)
    here = open_card(one, tree)
    expect(here).to_contain_text("„Ohne neuen Befund“ geht hier nicht:")
    expect(here.get_by_role("button", name="Ohne neuen Befund")).to_have_count(0)
    one.tap(here.get_by_role("button", name="Kontrolle beginnen"))
    shown = form(one, "inspect")

    one.tap(shown.locator("button[type=submit]"))

    asked = shown.get_by_role("alert").filter(has_text="was daraus geworden ist")
    count = asked.count()
    assert count >= 1 and bodies(one.page) == []
    for finding in shown.locator('[data-field^="earlier."]').all():
        one.tap(finding.locator("label.ff-chip").filter(has_text="behoben"))
    expect(asked).to_have_count(0)


def test_forms_are_large_enough_and_axe_finds_nothing(tablet):
    one = tablet("kontrolle")
    one.start(PATH)
    (tree,) = choose(one, 1, findings=True)
    open_card(one, tree)
    look(one.page, "card")
    one.tap(card(one).get_by_role("button", name="Ohne neuen Befund"))
    expect(form(one, "quick")).to_be_visible()
    look(one.page, "quick")
    one.tap(form(one, "quick").get_by_role("button", name="Doch ein neuer Befund"))
    see_a_symptom(one, form(one, "inspect"))
    look(one.page, "inspect")
    one.page.evaluate("""() => document.dispatchEvent(
        new CustomEvent("field-screen", {detail: {name: "plant", params: {}}}))""")
    expect(form(one, "plant")).to_be_visible()
    look(one.page, "plant")


def look(page: Page, name: str) -> None:
    """Nothing that axe complains of, nothing that a glove would miss."""
    page.evaluate(AXE)
    assert page.evaluate(RUN) == [], name
    assert page.evaluate(SMALL) == [], name
