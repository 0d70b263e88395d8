"""The PIN that a city may ask for after a pause: set, wrong, right, kept over a kill, forgotten."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.city import City
from tests.browser.visits import PASSWORD
from tests.field.hands import PATH
from tests.field.tablet import Tablet

pytestmark = pytest.mark.browser

#: A contact with the server, at which the tablet learns the city's settings.
CONTACT = """async () => (await import("baum/io/field/session.js")).refresh()"""
#: A pause that was too long, and a look at the tablet afterwards.
PAUSE = """async () => {
  await (await import("baum/io/field/pin.js")).lock();
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def ask_after(city: City) -> Iterator[Callable[[int], None]]:
    """Let the city ask for a PIN after so many minutes; never again afterwards."""

    def minutes(count: int) -> None:
        with psycopg.connect(city.url) as connection:
            connection.execute(
                "UPDATE baumkataster_citysettings SET field_pin_minutes = %s", [count]
            )

    yield minutes
    minutes(0)


def page_of(tablet: Tablet, title: str) -> Locator:
    """The page that covers everything else."""
    page = tablet.page.get_by_role("dialog", name=title)
    expect(page).to_be_visible()
    return page


def type_pin(tablet: Tablet, page: Locator, pin: str, button: str) -> None:
    for digit in pin:
        tablet.tap(page.get_by_role("button", name=digit, exact=True))
    tablet.tap(page.get_by_role("button", name=button, exact=True))


def set_pin(tablet: Tablet, pin: str) -> None:
    page = page_of(tablet, "PIN festlegen")
    type_pin(tablet, page, pin, "Weiter")
    expect(page).to_contain_text("Zur Sicherheit noch einmal.")
    type_pin(tablet, page, pin, "Weiter")
    expect(page).to_have_count(0)


def test_a_pause_locks_until_the_pin_or_a_fresh_sign_in(tablet, ask_after):
    one = tablet("kontrolle")
    one.start(PATH)
    ask_after(30)
    one.page.evaluate(CONTACT)
    set_pin(one, "2684")

    one.page.evaluate(PAUSE)
    locked = page_of(one, "Gesperrt")
    expect(one.page.locator(".field")).to_have_attribute("inert", "")
    type_pin(one, locked, "1111", "Öffnen")
    expect(locked).to_contain_text("Das war nicht die PIN.")
    one.kill()
    one.start(PATH)
    locked = page_of(one, "Gesperrt")
    type_pin(one, locked, "2684", "Öffnen")
    expect(locked).to_have_count(0)
    expect(one.page.locator(".field")).not_to_have_attribute("inert", "")

    one.page.evaluate(PAUSE)
    one.tap(page_of(one, "Gesperrt").get_by_role("link", name="PIN vergessen: neu anmelden"))
    one.page.wait_for_url("**/accounts/login/**")
    # The session is still open: to go back without a sign-in opens nothing.
    one.page.goto(one.url + PATH)
    page_of(one, "Gesperrt")

    one.page.goto(one.url + "/accounts/login/?next=/feld/")
    one.page.get_by_label("Benutzername").fill("kontrolle")
    one.page.get_by_label("Passwort").fill(PASSWORD)
    one.page.get_by_role("button", name="Anmelden", exact=True).tap()
    set_pin(one, "97531")
