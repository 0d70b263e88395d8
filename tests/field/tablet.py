"""A tablet in somebody's hands: Chromium with touch, a position, its own storage, and a power switch.

Everything is done by the finger (``page.touchscreen``) or by what an app may do by itself.
"""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Playwright,
    expect,
)

from tests.browser.visits import LISTEN, PASSWORD, PATIENCE_MS, TABLET
from tests.chromium import CHROMIUM

#: What a browser says when there is no net or the server is gone; that is no fault of the app.
WEATHER = r"net::ERR_|Failed to load resource|status of 50[234]|status of 401"


class Tablet:
    """One tablet; ``folder`` is its storage, which outlives the power switch."""

    def __init__(
        self, playwright: Playwright, url: str, folder: Path, *, clock: bool = True, **options: Any
    ) -> None:
        self.playwright = playwright
        self.url = url
        self.folder = folder
        self.complaints: list[str] = []
        self.expected = [WEATHER]
        self.taps = 0
        #: Seconds that this tablet is ahead of the world; see ``wait``.
        self.ahead = 0.0
        self._clock = clock
        self._options = {
            "viewport": TABLET,
            "has_touch": True,
            "is_mobile": True,
            "locale": "de-DE",
            "timezone_id": "Europe/Berlin",
            "permissions": ["geolocation"],
        } | options
        #: Of whoever is signed in; set before the start on a storage that was used before.
        self.cookies: list[Any] = []
        self._place: dict[str, float] | None = None
        self.context: BrowserContext | None = None

    # --- power ---

    def start(self, path: str = "") -> Page:
        """Switch on and open a page; what was signed in stays signed in."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder), executable_path=CHROMIUM, **self._options
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(LISTEN)
        if self._clock:
            self.context.clock.install(time=datetime.now(UTC) + timedelta(seconds=self.ahead))
        self.context.on("page", self._listen)
        for page in self.context.pages:
            self._listen(page)
        if self._place:
            self.context.set_geolocation(self._place)  # type: ignore[arg-type]
        self._restore_cookies()
        if path:
            self.page.goto(self.url + path)
        return self.page

    def _restore_cookies(self) -> None:
        """Chromium writes cookies down every 30 s only; whoever signed in this morning has them."""
        assert self.context is not None
        if self.cookies and not self.context.cookies():
            self.context.add_cookies(self.cookies)

    def _listen(self, page: Page) -> None:
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    @property
    def page(self) -> Page:
        """The page on the screen."""
        assert self.context is not None, "the tablet is off"
        return self.context.pages[0]

    def kill(self) -> None:
        """The browser is gone in the middle of whatever it did (SIGKILL, all its processes)."""
        assert self.context is not None
        self.cookies = self.context.cookies()
        for pid in processes(self.folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        end = monotonic() + 10
        while processes(self.folder) and monotonic() < end:
            sleep(0.02)
        with suppress(Error):
            self.context.close()
        self.context = None

    def kill_page(self, path: str) -> Page:
        """The page alone dies (SIGKILL of what draws it and what works for it); another is opened."""
        assert self.context is not None
        old = self.page
        mine = set(processes(self.folder))
        for pid, line in command_lines():
            if pid in mine and "--type=renderer" in line:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        new = self.context.new_page()
        with suppress(Error):
            old.close()
        with suppress(Error):
            new.goto(self.url + path)
        return new

    def close(self) -> list[str]:
        """Switch off; what the console complained about that nobody expected."""
        if self.context is not None:
            with suppress(Error):
                self.context.close()
            self.context = None
        return [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self.expected)
        ]

    def expect(self, pattern: str) -> None:
        """A complaint that belongs to this journey."""
        self.expected.append(pattern)

    def wait(self, seconds: float) -> None:
        """Time passes for the tablet, not for the test."""
        self.ahead += seconds
        self.page.clock.fast_forward(seconds * 1000)

    # --- place and hand ---

    def walk(self, lon: float, lat: float, accuracy: float = 4.0) -> None:
        """Stand somewhere else."""
        self._place = {"longitude": lon, "latitude": lat, "accuracy": accuracy}
        if self.context is not None:
            self.context.set_geolocation(self._place)  # type: ignore[arg-type]

    def tap(self, target: Locator) -> None:
        """Touch the middle of something that can be seen."""
        expect(target).to_be_visible()
        target.tap()
        self.taps += 1

    def tap_at(self, x: float, y: float) -> None:
        """Touch the glass."""
        self.page.touchscreen.tap(x, y)
        self.taps += 1

    def button(self, name: str | re.Pattern[str], *, exact: bool = False) -> Locator:
        """A button that is shown."""
        return self.page.get_by_role("button", name=name, exact=exact).and_(
            self.page.locator(":visible")
        )

    @property
    def accuracy(self) -> float:
        """Metres; 0 when nobody has walked yet."""
        return self._place["accuracy"] if self._place else 0

    # --- person ---

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """Through the form, and on to the field app; a tablet without a name gets one."""
        page = self.page
        page.goto(f"{self.url}/accounts/login/?next=/feld/")
        page.get_by_label("Benutzername").fill(login)
        page.get_by_label("Passwort").fill(password)
        page.get_by_role("button", name="Anmelden", exact=True).tap()
        page.wait_for_url("**/feld/**")
        name = page.get_by_label("Name des Geräts")
        ready = page.locator("html[data-ready=true]")
        expect(name.or_(ready)).to_be_attached()
        if name.count():
            name.fill(f"Tablet {self.folder.name}")
            page.get_by_role("button", name="Weiter", exact=True).tap()
        expect(ready).to_be_attached()


def processes(folder: Path) -> list[int]:
    """Chromium's processes on this storage: those that name it, and all that they started."""
    found = [pid for pid, line in command_lines() if f"--user-data-dir={folder}" in line]
    waiting = list(found)
    while waiting:
        for child in children(waiting.pop()):
            if child not in found:
                found.append(child)
                waiting.append(child)
    return found


def command_lines() -> Iterator[tuple[int, list[str]]]:
    """Every living process with its words."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            line = path.read_bytes().decode(errors="replace").split("\0")
            if line != [""]:
                yield int(path.parent.name), line


def children(pid: int) -> list[int]:
    """Processes that one has started."""
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text("ascii").split()]
    return found
