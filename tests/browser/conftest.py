"""A real server on a small demo city, Chromium, and visits by role that forgive no console error."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.city import City
from tests.browser.visits import PASSWORD, Visit
from tests.conftest import manage
from tests.server import Server, cloned_database, running_server

#: Trees of the demo city: few, so that it is made in seconds, enough for every state.
TREES = "700"


@pytest.fixture(scope="session")
def server(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product on a demo city that was looked at this morning."""
    var = tmp_path_factory.mktemp("browser")
    with cloned_database("browser", template_database) as name:
        here = {"BAUM_VAR": str(var), "BAUM_DEMO_PASSWORD": PASSWORD, "BAUM_DEBUG": ""}
        manage(name, "demo_city", "--trees", TREES, **here)
        manage(name, "run_controls", **here)
        with running_server(name, var, static=True, **here) as running:
            yield running


@pytest.fixture(scope="session")
def city(server: Server) -> City:
    """Looks into the server's database, to choose trees and to prove what was written."""
    return City(server.database)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser per module: Playwright's event loop must not outlive the browser tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def cookies() -> dict[str, Any]:
    """Signed-in states by login, so that each person signs in once."""
    return {}


@pytest.fixture
def visit(
    chromium: Browser, server: Server, cookies: dict[str, Any]
) -> Iterator[Callable[..., Visit]]:
    """``visit("kontrolle")`` gives a signed-in page; afterwards no page may have complained."""
    visits: list[Visit] = []

    def start(login: str = "", **options: Any) -> Visit:
        visits.append(Visit(chromium, server.url, login, cookies, **options))
        return visits[-1]

    yield start
    complaints = [complaint for each in visits for complaint in each.close()]
    assert not complaints, "the console must stay empty"
