"""One person at one screen: signs in, opens pages, notes what the console says; used by all journeys."""

import re
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

PASSWORD = "ein-langes-kennwort-2"
DESK = {"width": 1280, "height": 800}
TABLET = {"width": 800, "height": 1280}
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)

#: Where a page says which rule of the content security policy it broke.
LISTEN = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));"""


class Visit:
    """A browser context of one person; ``login`` empty: nobody is signed in."""

    def __init__(
        self, browser: Browser, url: str, login: str, cookies: dict[str, Any], **options: Any
    ) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.expected: list[str] = []
        settings: dict[str, Any] = {"viewport": DESK, "locale": "de-DE"} | options
        if login in cookies:
            settings["storage_state"] = cookies[login]
        self.context = browser.new_context(**settings)
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(LISTEN)
        self.page = self.new_page()
        if login and login not in cookies:
            self.sign_in(login)
            cookies[login] = self.context.storage_state()

    def new_page(self) -> Page:
        """A further tab that is listened to as well."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def expect(self, pattern: str) -> None:
        """A complaint that belongs to this journey, such as "412" for a stale write."""
        self.expected.append(pattern)

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """Through the form, as people do."""
        self.go("/accounts/login/")
        self.page.get_by_label("Benutzername").fill(login)
        self.page.get_by_label("Passwort").fill(password)
        self.page.get_by_role("button", name="Anmelden", exact=True).click()
        self.page.wait_for_load_state()

    def go(self, path: str) -> Page:
        """Open an address of the product."""
        self.page.goto(self.url + path)
        return self.page

    def map(self, query: str = "") -> Page:
        """The map, once its first tiles are painted."""
        page = self.go(f"/karte/{query}")
        page.wait_for_load_state("networkidle")
        return page

    def tree(self, tree: Any) -> Locator:
        """A tree's card on the map, loaded, with the tree in the middle."""
        self.map(f"?lage=19/{tree.lat:.6f}/{tree.lon:.6f}&baum={tree.id}")
        card = self.page.locator("tree-card")
        card.get_by_role("tab", name="Übersicht").wait_for()
        return card

    def close(self) -> list[str]:
        """Complaints that nobody expected."""
        self.context.close()
        return [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self.expected)
        ]
