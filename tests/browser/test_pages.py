"""Every page and form: axe finds nothing, the console stays empty, nothing sticks out sideways."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.city import OF_FIRM, OVERDUE, SOUND, City
from tests.browser.visits import TABLET, Visit

pytestmark = pytest.mark.browser

AXE = (Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js").read_text("utf-8")
RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .flatMap(({id, help, nodes}) => nodes.map(({target, failureSummary}) =>
    `${id}: ${help} – ${target} – ${failureSummary}`))"""

#: Login and address of every page that needs nothing but an address.
PAGES = [
    ("", "/accounts/login/"),
    ("kontrolle", "/accounts/password/"),
    ("kontrolle", "/accounts/anwendungspasswoerter/"),
    ("kontrolle", "/karte/"),
    ("firma", "/karte/"),
    ("aufsicht", "/berichte/ueberfaellig/"),
    ("aufsicht", "/berichte/ueberfaellig/?state=overdue&sortierung=place"),
    ("aufsicht", "/berichte/ueberfaellig/?q=gibtesnicht"),
    ("aufsicht", "/klaerung/"),
    ("aufsicht", "/klaerung/ausgang/"),
    ("kontrolle", "/touren/"),
    ("kontrolle", "/touren/neu/"),
    ("planung", "/export/"),
    ("planung", "/import/"),
    ("admin", "/api/v1/docs/"),
]
FORBIDDEN = [("firma", "/export/", 403), ("kontrolle", "/gibt/es/nicht/", 404)]


def assert_accessible(page: Page) -> None:
    """No violation at all, of any rule of axe."""
    page.evaluate(AXE)
    found = page.evaluate(RUN)
    assert not found, "\n".join([page.url, *found])


def assert_fits(page: Page) -> None:
    """Nobody has to scroll sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize(("login", "address"), PAGES)
def test_a_page_is_accessible(visit, login: str, address: str):
    there: Visit = visit(login)
    page = there.page
    answer = page.goto(there.url + address)
    assert answer is not None and answer.status == 200
    page.wait_for_load_state("networkidle")

    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert_accessible(page)
    assert_fits(page)
    page.set_viewport_size(TABLET)
    assert_fits(page)


@pytest.mark.parametrize("address", ["/karte/", "/berichte/ueberfaellig/"])
def test_a_tablet_shows_nothing_inaccessible(visit, address: str):
    page = visit("aufsicht", viewport=TABLET, has_touch=True).go(address)
    page.wait_for_load_state("networkidle")

    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize(("login", "address", "status"), FORBIDDEN)
def test_a_page_that_is_not_there_is_accessible(visit, login: str, address: str, status: int):
    there = visit(login)
    there.expect(str(status))

    answer = there.page.goto(there.url + address)

    assert answer is not None and answer.status == status
    assert_accessible(there.page)


#: Tops of the doors in the head of the page, of the first row of deadlines, and of what a finger meets.
PLACES = """() => {
  const of = (selector) => [...document.querySelectorAll(selector)]
    .map((each) => each.getBoundingClientRect());
  const legend = of(".kern-fieldset > legend").at(-1);
  const row = of(".kern-fieldset > .baum-form__row > *");
  return {
    doors: of(".baum-nav a").map(({ top }) => Math.round(top)),
    below: row.every(({ top }) => top >= legend.bottom),
    columns: new Set(row.map(({ left }) => Math.round(left))).size,
    crumbs: of(".baum-page > nav a").map(({ height }) => height),
  };
}"""


def test_a_narrow_tablet_shows_all_doors_in_one_line_and_the_rule_form_in_columns(visit):
    """Upright, with the login that has most doors."""
    page = visit("admin", viewport={"width": 800, "height": 1280}, has_touch=True).go(
        "/verwaltung/regelwerke/neu/"
    )
    places = page.evaluate(PLACES)
    assert len(places["doors"]) >= 7
    assert len(set(places["doors"])) == 1
    assert places["below"]
    assert places["columns"] >= 3
    assert min(places["crumbs"]) >= 48
    expect(page.get_by_role("link", name="Baumkataster").first).to_be_visible()


def links_of(page: Page) -> set[str]:
    """Addresses below /verwaltung/ that a page leads to."""
    found = page.locator('main a[href^="/verwaltung/"]').evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return {re.sub(r"[?#].*", "", address) for address in found}


def kind_of(address: str) -> str:
    """Pages that differ only in the row that they show are of one kind."""
    return re.sub(r"/[0-9a-f-]{36}(?=/)|/\d+(?=/)|(?<=eintrag)/[^/]+", "/*", address)


def test_every_page_of_the_administration_is_accessible(visit):
    there = visit("admin")
    waiting, seen = ["/verwaltung/"], set()
    while waiting:
        address = waiting.pop()
        if kind_of(address) in seen or urlsplit(address).path.endswith(".csv"):  # a download
            continue
        seen.add(kind_of(address))
        answer = there.page.goto(there.url + address)
        assert answer is not None and answer.status == 200, address
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert_accessible(there.page)
        assert_fits(there.page)
        waiting += sorted(links_of(there.page))
    assert len(seen) >= 5, seen


def more(card: Locator, deed: str) -> None:
    """A deed of the menu."""
    card.get_by_label("Weitere Aktionen").click()
    card.get_by_role("button", name=deed).click()


def press(name: str, tab: str = "") -> Callable[[Locator], None]:
    """Press a button of the card, on a tab."""

    def act(card: Locator) -> None:
        if tab:
            card.get_by_role("tab", name=tab).click()
        card.get_by_role("button", name=name).first.click()

    return act


def inspect(card: Locator) -> None:
    """The form of an inspection with a finding, a measure, limits and an own interval."""
    card.get_by_role("button", name="Kontrolle erfassen").click()
    form = card.locator("form")
    form.get_by_role("group", name="Schadsymptome").get_by_role("button").first.click()
    form.get_by_role("button", name="Maßnahme dazu").click()
    form.get_by_role("button", name="Maßnahme ohne Befund").click()
    form.locator("summary").first.click()
    form.get_by_role("radio", name="anderes Intervall").check()
    form.get_by_role("button", name="Kontrolle speichern").click()
    expect(form.locator(".kern-error:visible").first).to_be_visible()


FORMS: dict[str, tuple[str, str, Callable[[Locator], None]]] = {
    "Übersicht": ("kontrolle", OVERDUE, lambda card: None),
    "Kontrollen": ("kontrolle", OVERDUE, lambda c: c.get_by_role("tab", name="Kontrollen").click()),
    "Maßnahmen": ("aufsicht", OF_FIRM, lambda c: c.get_by_role("tab", name="Maßnahmen").click()),
    "Verlauf": ("kontrolle", OVERDUE, lambda c: c.get_by_role("tab", name="Verlauf").click()),
    "Kontrolle erfassen": ("kontrolle", OVERDUE, inspect),
    "Berichtigen": ("kontrolle", OVERDUE, press("Berichtigen", "Kontrollen")),
    "Bearbeiten": ("planung", SOUND, press("Bearbeiten")),
    "Verschieben": ("planung", SOUND, lambda card: more(card, "Verschieben")),
    "Fällen": ("planung", SOUND, lambda card: more(card, "Als gefällt melden")),
    "Verschwunden": ("planung", SOUND, lambda card: more(card, "Als verschwunden melden")),
    "Anordnen": ("planung", SOUND, press("Maßnahme anordnen", "Maßnahmen")),
    "Pflege": ("planung", SOUND, press("Pflege melden", "Maßnahmen")),
    "Erledigt": ("firma", OF_FIRM, press("Erledigt melden", "Maßnahmen")),
    "Verwerfen": ("aufsicht", OF_FIRM, press("Verwerfen", "Maßnahmen")),
    "Ersetzen": ("aufsicht", OF_FIRM, press("Ersetzen", "Maßnahmen")),
    "Foto": ("kontrolle", SOUND, press("Foto hinzufügen", "Fotos")),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_card_and_its_forms_are_accessible(visit, city: City, form: str):
    login, condition, act = FORMS[form]
    there: Visit = visit(login)
    card = there.tree(city.tree(condition, skip={OF_FIRM: 3, OVERDUE: 5}.get(condition, 11)))

    act(card)

    there.page.wait_for_load_state("networkidle")
    assert_accessible(there.page)
    assert_fits(there.page)


def test_planting_and_the_open_search_are_accessible(visit, city: City):
    there = visit("planung")
    tree = city.tree(SOUND, skip=12)
    page = there.map(f"?lage=19/{tree.lat:.6f}/{tree.lon:.6f}")
    page.locator("#search-field").fill(tree.place[:6])
    page.get_by_role("option").first.wait_for()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Baum aufnehmen").click()
    assert_accessible(page)

    page.locator("#map").click(position={"x": 200, "y": 300})
    page.locator("tree-card form").wait_for()

    assert_accessible(page)
