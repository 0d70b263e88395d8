"""Journey of an arborist: find a tree, inspect it, see what changes; stale, wrong and lost entries."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.city import OVERDUE, SOUND, City, Seen
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

INSPECTIONS = "SELECT count(*) FROM inspections_inspection WHERE tree_id = %s"


def choose(form: Locator, field: str, words: str) -> None:
    """Press a chip of a named group."""
    group = form.get_by_role("group", name=re.compile(f"^{field}"))
    group.get_by_role("radio", name=words, exact=True).check()


def judge(form: Locator) -> None:
    """Phase, condition and result, without which no inspection is whole."""
    choose(form, "Entwicklungsphase", "Reifephase")
    choose(form, "Zustand", "gesund oder leicht geschädigt")
    choose(form, "Ergebnis", "verkehrssicher")


def in_report(visit: Visit, tree: Seen) -> Locator:
    """The row of a tree in the report on its street."""
    visit.go(f"/berichte/ueberfaellig/?place={tree.place_id}")
    return visit.page.locator(f'tr[data-tree="{tree.id}"]')


def find(visit: Visit, tree: Seen) -> Locator:
    """Open a tree's card by the search field."""
    page = visit.map()
    page.keyboard.press("/")
    page.keyboard.type(f"{tree.place} {tree.number}", delay=5)
    row = page.get_by_role("option").filter(has_text=tree.place)
    row.filter(has=page.get_by_text(tree.number, exact=True)).first.click()
    card = page.locator("tree-card")
    card.get_by_role("tab", name="Übersicht").wait_for()
    return card


def test_an_inspection_changes_map_card_and_report(visit, city: City):
    there = visit("kontrolle")
    tree = city.tree(OVERDUE)
    expect(in_report(there, tree)).to_have_attribute("data-state", "overdue")

    card = find(there, tree)
    expect(card.locator(".card-state")).to_contain_text("überfällig")
    card.get_by_role("button", name="Kontrolle erfassen").click()
    form = card.locator("form")
    form.get_by_role("group", name="Baumbereich").get_by_role(
        "button", name="Stamm", exact=True
    ).click()
    form.get_by_role("group", name="Schadsymptome").get_by_role("button").first.click()
    finding = form.locator(".finding").first
    finding.get_by_role("radio", name="mittel").check()
    finding.get_by_role("button", name="Maßnahme dazu").click()
    finding.get_by_label("Maßnahme", exact=True).select_option(index=1)
    finding.get_by_role("radio", name="Innerhalb von 6 Monaten").check()
    judge(form)
    expect(form.locator(".interval__proposal")).to_contain_text("Monate")
    form.get_by_role("button", name="Kontrolle speichern").click()

    expect(card.locator(".card-state")).to_contain_text("in Ordnung")
    expect(card.locator('.card-state state-symbol[code="ok"]')).to_be_visible()
    there.page.locator("tree-list summary").click()
    chosen = there.page.locator(".tree-list__row[aria-current] state-symbol")
    expect(chosen).to_have_attribute("code", "ok")
    due = city.value(
        "SELECT to_char(due_on, 'DD.MM.YYYY') FROM inspections_controlplan WHERE tree_id = %s",
        tree.id,
    )
    expect(card.locator(".card-body")).to_contain_text(due)
    card.get_by_role("tab", name="Maßnahmen").click()
    expect(card.locator(".measure").first).to_contain_text("Innerhalb von 6 Monaten")
    expect(in_report(there, tree)).to_have_count(0)


def test_what_is_missing_is_said_at_its_field(visit, city: City):
    card = visit("kontrolle").tree(city.tree(SOUND, skip=1))
    card.get_by_role("button", name="Kontrolle erfassen").click()
    form = card.locator("form")

    form.get_by_role("button", name="Kontrolle speichern").click()

    result = form.get_by_role("group", name=re.compile("^Ergebnis"))
    expect(result.locator(".kern-error")).to_have_text("Bitte wählen Sie das Ergebnis.")
    expect(form.get_by_text("Bitte prüfen Sie die markierten Felder.")).to_be_visible()


def test_the_server_answers_at_the_field_as_well(visit, city: City):
    there = visit("kontrolle")
    there.expect("400")
    card = there.tree(city.tree(SOUND, skip=2))
    card.get_by_role("button", name="Bearbeiten").click()
    height = card.get_by_role("textbox", name=re.compile("^Höhe"))
    height.fill("999")

    card.get_by_role("button", name="Änderungen speichern").click()

    expect(height).to_have_attribute("aria-invalid", "true")
    said = (height.get_attribute("aria-describedby") or "").split()[-1]
    expect(there.page.locator(f"[id='{said}']")).to_contain_text("80")


def change_elsewhere(visit: Visit, tree: Seen, values: dict[str, Any]) -> None:
    """Somebody else corrects the tree meanwhile."""
    token = next(c["value"] for c in visit.context.cookies() if c["name"] == "csrftoken")
    address = f"{visit.url}/api/v1/trees/{tree.id}/"
    version = visit.context.request.get(address).headers["etag"]
    answer = visit.context.request.patch(
        address,
        data=json.dumps(values),
        headers={"If-Match": version, "X-CSRFToken": token, "Content-Type": "application/json"},
    )
    assert answer.ok, answer.text()


def test_a_stale_edit_shows_both_values(visit, city: City):
    there, other = visit("kontrolle"), visit("planung")
    there.expect("412")
    tree = city.tree(SOUND, skip=3)
    card = there.tree(tree)
    card.get_by_role("button", name="Bearbeiten").click()
    card.get_by_role("textbox", name=re.compile("^Höhe")).fill("11")
    card.get_by_label("Plakette").fill("A 7")
    other.go("/")
    change_elsewhere(other, tree, {"height_m": 13})

    card.get_by_role("button", name="Änderungen speichern").click()

    conflict = card.locator(".conflict")
    expect(conflict).to_contain_text("11")
    expect(conflict).to_contain_text("13")
    conflict.get_by_role("row", name="Höhe").get_by_role("radio").last.check()
    card.get_by_role("button", name="So speichern").click()
    expect(there.page.get_by_text("ist gespeichert.")).to_be_visible()
    row = city.rows("SELECT height_m, tag FROM baumkataster_tree WHERE id = %s", tree.id)
    assert [(float(height), tag) for height, tag in row] == [(13.0, "A 7")]


def test_a_lost_connection_keeps_what_was_typed(visit, city: City):
    there = visit("kontrolle")
    there.expect("ERR_INTERNET_DISCONNECTED")
    tree = city.tree(SOUND, skip=4)
    before = city.value(INSPECTIONS, tree.id)
    card = there.tree(tree)
    card.get_by_role("button", name="Kontrolle erfassen").click()
    form = card.locator("form")
    judge(form)
    form.get_by_label(re.compile("^Bemerkung")).last.fill("Krone von der Straße aus gesehen")
    there.context.set_offline(True)
    form.get_by_role("button", name="Kontrolle speichern").click()
    expect(form.get_by_text("Keine Verbindung zum Server.")).to_be_visible()
    there.context.set_offline(False)

    card = there.tree(tree)
    card.get_by_role("button", name="Kontrolle erfassen").click()
    form = card.locator("form")
    expect(form.get_by_text("sind wieder da")).to_be_visible()
    form.get_by_role("button", name="Kontrolle speichern").click()

    expect(there.page.get_by_text(f"Die Kontrolle von Baum {tree.number}")).to_be_visible()
    assert city.value(INSPECTIONS, tree.id) == before + 1
    note = "SELECT note FROM inspections_inspection WHERE tree_id = %s ORDER BY received_at DESC LIMIT 1"
    assert city.value(note, tree.id) == "Krone von der Straße aus gesehen"
