"""A real server on a small demo city, Chromium, visits by role and tablets; none forgives a complaint."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser.city import City
from tests.browser.module_page import Listener, Site, listening_files
from tests.browser.visits import PASSWORD, PATIENCE_MS, Desks, Visit
from tests.chromium import CHROMIUM
from tests.conftest import manage
from tests.field.net import Net
from tests.field.profiles import Profiles
from tests.field.tablet import Tablet
from tests.server import Server, cloned_database, running_server

#: Trees of the demo city: few, so that it is made in seconds, enough for every state.
TREES = "700"


@pytest.fixture(scope="session")
def demo_database(
    template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A demo city that was looked at this morning; nobody works in it, others are cloned from it."""
    var = tmp_path_factory.mktemp("demo")
    with cloned_database("demo", template_database) as name:
        here = {"BAUM_VAR": str(var), "BAUM_DEMO_PASSWORD": PASSWORD, "BAUM_DEBUG": ""}
        manage(name, "demo_city", "--trees", TREES, **here)
        manage(name, "run_controls", **here)
        yield name


@pytest.fixture(scope="session")
def server(demo_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product on the demo city."""
    var = tmp_path_factory.mktemp("browser")
    with (
        cloned_database("browser", demo_database) as name,
        running_server(name, var, static=True, BAUM_DEBUG="") as running,
    ):
        yield running


@pytest.fixture(scope="session")
def city(server: Server) -> City:
    """Looks into the server's database, to choose trees and to prove what was written."""
    return City(server.database)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """One per module: Playwright's event loop must not outlive the browser tests."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser per module, for people at a desk."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def cookies() -> dict[str, Any]:
    """Cookies by login, so that each person signs in once."""
    return {}


@pytest.fixture(scope="module")
def desks(chromium: Browser, server: Server) -> Desks:
    """Where people sit, one after another."""
    return Desks(chromium, server.url)


@pytest.fixture
def visit(desks: Desks, cookies: dict[str, Any]) -> Iterator[Callable[..., Visit]]:
    """``visit("kontrolle")`` gives a signed-in page; afterwards no page may have complained."""
    visits: list[Visit] = []

    def start(login: str = "", **options: Any) -> Visit:
        visits.append(Visit(desks, login, cookies, **options))
        return visits[-1]

    yield start
    complaints = [complaint for each in visits for complaint in each.close()]
    assert not complaints, "the console must stay empty"


@pytest.fixture(scope="session")
def field_net(server: Server) -> Iterator[Net]:
    """One address for all tablets, so that their storage can be used again."""
    port = urlsplit(server.url).port
    assert port is not None
    with Net(port) as running:
        yield running


@pytest.fixture
def net(field_net: Net) -> Iterator[Net]:
    """The mobile network between tablets and the server; fair until a test says otherwise."""
    yield field_net
    field_net.weather({})
    field_net.script()
    field_net.up()


@pytest.fixture(scope="session")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Profiles:
    """Storage of tablets on which somebody has signed in and taken the city along."""
    return Profiles(tmp_path_factory.mktemp("profiles"))


@pytest.fixture
def tablet(
    playwright: Playwright, net: Net, city: City, profiles: Profiles, tmp_path: Path
) -> Iterator[Callable[..., Tablet]]:
    """``tablet("kontrolle")`` gives a tablet that is switched off, with the whole city on board.

    Without a login it is as it came from the shop. In the end none may have complained.
    """
    tablets: list[Tablet] = []

    def take(login: str = "", **options: Any) -> Tablet:
        folder = tmp_path / f"tablet{len(tablets)}"
        made = Tablet(playwright, net.url, folder, **options)
        if login:
            profiles.give(made, login, city)
        tablets.append(made)
        return made

    yield take
    complaints = [complaint for each in tablets for complaint in each.close()]
    assert not complaints, "the console must stay empty"


@pytest.fixture(scope="session")
def module_files() -> Iterator[Listener]:
    """The product's modules, for pages of sites."""
    files = listening_files()
    yield files
    files.stop()


@pytest.fixture(scope="module")
def module_context(chromium: Browser, module_files: Listener) -> Iterator[BrowserContext]:
    """What the sites of a module share: the browser's cache, and a process that a kept page holds."""
    context = chromium.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    context.set_default_timeout(PATIENCE_MS)
    context.new_page().goto(f"{module_files.url}/static/js/io/ids.js")
    yield context
    context.close()


@pytest.fixture
def site(module_context: BrowserContext, module_files: Listener) -> Iterator[Site]:
    """A fresh storage with tabs on it; afterwards nothing may have gone wrong in its server."""
    site = Site(module_context, module_files)
    yield site
    assert not site.close()
