"""Each screen of the field app: axe finds nothing, fingers find everything, the sun does not blind."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_pages import assert_accessible, assert_fits
from tests.field import hands
from tests.field.hands import PATH, card, choose, form, open_card, screen, strip
from tests.field.tablet import Tablet

pytestmark = pytest.mark.browser

#: CSS pixels that a finger in a glove finds.
TARGET = 48
#: Visible buttons, links, chips and fields that are smaller; what is only for screen readers is no target.
SMALL = """(least) => [...document.querySelectorAll("button, a[href], label, input, select, summary")]
  .filter((each) => each.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .filter((each) => !(each.matches("label") && !each.querySelector("input, select")))
  .filter((each) => !(each.matches("input") && each.closest("label")))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([each, box]) => box.width > 2 && box.height > 2 && !each.closest("[inert]"))
  .filter(([, box]) => box.width < least - 0.5 || box.height < least - 0.5)
  .map(([each, box]) => `${each.outerHTML.slice(0, 120)} ${box.width} × ${box.height}`)"""
#: The contrast of every visible text against the nearest opaque ground.
CONTRAST = """() => {
  const luminance = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const found = rgba(getComputedStyle(each).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  const poor = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.closest("script, #field-map, [inert], :disabled")) continue;
    if (!element.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    if (element.closest(".kern-sr-only")) continue;
    const [one, other] = [rgba(getComputedStyle(element).color), ground(element)].map(luminance);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const words = texts.currentNode.data.trim().slice(0, 60);
    if (ratio < 7) poor.push(`${ratio.toFixed(2)}: ${words} ${element.className}`);
  }
  return poor;
}"""


def the_card(tablet: Tablet) -> None:
    """Half height, with what the last inspection said."""
    (tree,) = choose(tablet, 1, skip=50)
    open_card(tablet, tree)
    expect(card(tablet)).to_be_visible()


def the_whole_card(tablet: Tablet) -> None:
    """Everything about a tree."""
    the_card(tablet)
    tablet.tap(tablet.page.locator(".field-sheet__grip"))
    expect(tablet.page.get_by_role("button", name="Daten ändern")).to_be_visible()


def without_finding(tablet: Tablet) -> None:
    """Everything carried over."""
    the_card(tablet)
    tablet.tap(card(tablet).locator(".ff-deed").first)
    expect(form(tablet, "quick")).to_be_visible()


def with_finding(tablet: Tablet) -> None:
    """Symptom, severity, measure; and what is missing said at its place."""
    the_card(tablet)
    tablet.tap(card(tablet).locator(".ff-deed").last)
    page = form(tablet, "inspect")
    tablet.tap(page.get_by_role("group", name="Schadsymptom").locator("label.ff-chip").first)
    tablet.tap(page.locator("button[type=submit]"))
    expect(page.locator(".ff-error").first).to_be_visible()


def damaged(tablet: Tablet) -> None:
    """Each earlier finding asks for a chip."""
    (tree,) = choose(tablet, 1, allowed=False, findings=True, skip=3)
    open_card(tablet, tree)
    tablet.tap(card(tablet).locator(".ff-deed").first)
    expect(form(tablet, "inspect")).to_be_visible()


def deed(name: str, button: str) -> Callable[[Tablet], None]:
    """A form that the card leads to."""

    def act(tablet: Tablet) -> None:
        the_whole_card(tablet)
        tablet.tap(tablet.page.get_by_role("button", name=button))
        expect(form(tablet, name)).to_be_visible()

    return act


def page_of(name: str, wait: str = "") -> Callable[[Tablet], None]:
    """A screen by its name."""

    def act(tablet: Tablet) -> None:
        shown = screen(tablet, name)
        if wait:
            expect(shown.locator(wait).first).to_be_visible()

    return act


def planting(tablet: Tablet) -> None:
    """A new tree."""
    screen(tablet, "plant")
    expect(form(tablet, "plant")).to_be_visible()


#: In German, since that is the language that the verbs read.
SCREENS: dict[str, Callable[[Tablet], None]] = {
    "Karte": lambda tablet: expect(strip(tablet)).to_be_visible(),
    "Karte eines Baumes": the_card,
    "ganze Karte": the_whole_card,
    "ohne Befund": without_finding,
    "mit Befund": with_finding,
    "geschädigt": damaged,
    "neuer Baum": planting,
    "Daten": deed("edit", "Daten ändern"),
    "Lage": deed("move", "Lage ändern"),
    "Ende": deed("end", "Gefällt oder verschwunden"),
    "Liste": page_of("list", ".field-row"),
    "Suche": page_of("search"),
    "Menü": page_of("menu"),
    "Ausgang": page_of("outgoing", ".baum-empty"),
    "Einstellungen": page_of("settings", "fieldset"),
    "Mitnehmen": page_of("take_along", ".field-card__title"),
    "Was kommt mit": page_of("take_along_choice"),
}

BACK_TO_THE_MAP = """async () => {
  (await import("baum/components/field/screens.js")).screens.close();
  (await import("baum/components/field/sheet.js")).sheet.close();
}"""
#: In another theme only colours can be wrong that were right before.
COLOURS = """async () => (await axe.run(document, {runOnly: ["color-contrast"],
  resultTypes: ["violations"]})).violations.flatMap(({nodes}) => nodes.map((node) =>
    `${node.target} – ${node.failureSummary}`))"""


def wear(page: Page, theme: str) -> None:
    """The look of a theme, as the settings put it on."""
    page.evaluate(
        """(theme) => Object.assign(document.documentElement.dataset,
            {theme, kernTheme: theme === "dark" ? "dark" : "light"})""",
        theme,
    )


def test_every_screen_can_be_read_and_touched(tablet):
    one = tablet("kontrolle")
    one.start(PATH)
    expect(one.page.locator("html[data-ready=true]")).to_be_attached()
    wrong: list[str] = []
    for name, reach in SCREENS.items():
        one.page.evaluate(BACK_TO_THE_MAP)
        wear(one.page, "light")
        reach(one)
        try:
            assert_accessible(one.page)
            assert_fits(one.page)
        except AssertionError as error:
            wrong.append(f"{name}: {error}")
        wrong += [f"{name}: {small}" for small in one.page.evaluate(SMALL, TARGET)]
        for theme in ("dark", "sun"):
            wear(one.page, theme)
            wrong += [f"{name} ({theme}): {found}" for found in one.page.evaluate(COLOURS)]
        wrong += [f"{name} (sun): {poor}" for poor in one.page.evaluate(CONTRAST)]
    assert not wrong, "\n".join(wrong)


def test_the_measures_find_what_is_wrong(tablet):
    one = tablet("kontrolle")
    one.start(PATH)
    expect(one.page.locator("html[data-ready=true]")).to_be_attached()
    one.page.evaluate(
        """() => document.body.insertAdjacentHTML("beforeend",
            "<button id=small>Klein</button><p id=pale>Blass</p>")
            || Object.assign(document.getElementById("small").style, {width: "40px", height: "40px"})
            && Object.assign(document.getElementById("pale").style, {color: "#777", background: "#fff"})"""
    )
    assert any("small" in found for found in one.page.evaluate(SMALL, TARGET))
    assert any("Blass" in found for found in one.page.evaluate(CONTRAST))


def test_the_thumb_zone_lies_on_the_glass(tablet):
    one = tablet("kontrolle")
    one.start(PATH)
    for name in ("Suchen", "Scannen", "Nächster Baum", "Liste", "Menü"):
        box = one.page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box and box["y"] + box["height"] <= 1280, name
    the_card(one)
    title = card(one).locator("h2")
    expect(title).to_be_in_viewport(ratio=1)
    seen = title.evaluate(
        """(h) => { const box = h.getBoundingClientRect();
            return h.contains(document.elementFromPoint(box.x + 5, box.y + 5)); }"""
    )
    assert seen, "the tree's number must not lie under the sheet's head"


@pytest.mark.parametrize("size", [(800, 1280), (1024, 768)])
def test_a_message_leaves_the_result_of_the_next_form_to_read(tablet, size: tuple[int, int]):
    """It stays for the ten seconds in which an entry can be taken back."""
    one = tablet("kontrolle")
    one.start(PATH)
    one.page.set_viewport_size({"width": size[0], "height": size[1]})
    first, second = choose(one, 2, skip=20)
    hands.no_new_finding(one, first)
    hands.with_finding(one, second)
    foot = one.page.locator(".ff-foot").bounding_box()
    message = one.page.locator(".field-notice").last.bounding_box()
    assert foot and message
    assert message["y"] + message["height"] <= foot["y"]


def test_a_keyboard_reaches_the_next_tree_and_back(tablet):
    one = tablet("kontrolle")
    one.start(PATH)
    page = one.page
    expect(page.locator("html[data-ready=true]")).to_be_attached()
    page.keyboard.press("j")
    expect(card(one)).to_be_visible()
    page.keyboard.press("Escape")
    expect(card(one)).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("#field-search-input")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    focused = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert focused != "none", "the focus must be seen"


def test_the_app_speaks_english(tablet):
    one = tablet("kontrolle", locale="en-GB")
    one.start(f"{PATH}en/")
    expect(one.page.locator("html[data-ready=true]")).to_be_attached()
    expect(one.page.locator("html")).to_have_attribute("lang", "en")
    expect(one.page.get_by_role("button", name="Next tree")).to_be_visible()
    expect(one.page.get_by_role("button", name=re.compile("Nächster"))).to_have_count(0)
