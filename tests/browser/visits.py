"""One person at one screen: signs in, opens pages, notes what the console says; used by all journeys."""

import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

PASSWORD = "ein-langes-kennwort-2"
DESK = {"width": 1280, "height": 800}
TABLET = {"width": 800, "height": 1280}
#: Only what fails waits so long: a machine may have other things to do.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)

#: What a site may leave in a browser, besides cookies and the cache.
KEPT_BY_SITES = "local_storage,indexeddb,cache_storage,service_workers,file_systems"
#: Where a page says which rule of the content security policy it broke.
LISTEN = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));"""


class Desks:
    """Browser contexts that one person after another sits down at, each as if it were new.

    What a site may keep is wiped in between, all but the browser's cache: a page is made of a hundred
    modules, and to fetch and compile them anew takes twice the time. A page in the background holds the
    process in which they are known.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self._free: dict[str, list[BrowserContext]] = {}

    def take(self, **options: Any) -> BrowserContext:
        """A context without cookies, with nothing but that page in the background."""
        free = self._free.setdefault(repr(options), [])
        if free:
            return free.pop()
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(LISTEN)
        context.new_page().goto(f"{self.url}/static/js/io/ids.js")
        return context

    def give_back(self, context: BrowserContext, **options: Any) -> None:
        """Wipe the desk for the next one."""
        background, *pages = context.pages
        for page in pages:
            page.close()
        tools = context.new_cdp_session(background)
        wiped = {"origin": self.url, "storageTypes": KEPT_BY_SITES}
        tools.send("Storage.clearDataForOrigin", wiped)
        tools.detach()
        context.clear_cookies()
        context.clear_permissions()
        self._free[repr(options)].append(context)


class Visit:
    """One person at a desk; ``login`` empty: nobody is signed in."""

    def __init__(self, desks: Desks, login: str, cookies: dict[str, Any], **options: Any) -> None:
        self.url = desks.url
        self.complaints: list[str] = []
        self.expected: list[str] = []
        self._desks = desks
        self._options: dict[str, Any] = {"viewport": DESK, "locale": "de-DE"} | options
        self._context = desks.take(**self._options)
        self._untouched = True
        if login in cookies:
            self._context.add_cookies(cookies[login])
        self.page = self.new_page()
        if login and login not in cookies:
            self.sign_in(login)
            cookies[login] = self._context.cookies()

    @property
    def context(self) -> BrowserContext:
        """For tests that change or ask the browser itself; nobody sits down here after them."""
        self._untouched = False
        return self._context

    def new_page(self) -> Page:
        """A further tab that is listened to as well."""
        page = self._context.new_page()
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
        # The page that is left is loaded, too: only the next one brings the session's cookie.
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Anmelden", exact=True).click()

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
        if self._untouched:
            self._desks.give_back(self._context, **self._options)
        else:
            self._context.close()
        return [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self.expected)
        ]
