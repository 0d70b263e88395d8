"""The worker that keeps the app: whole or not at all, without a server, and never past what is kept."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import (
    ANNA,
    STATIC,
    WRITES,
    Answer,
    Request,
    Site,
    page_text,
    static_file,
)

pytestmark = pytest.mark.browser

TREE = "11111111-1111-4111-8111-111111111111"
VARY = "Cookie, Accept-Language"
HTML = {"Content-Type": "text/html; charset=utf-8", "Vary": VARY}


class App:
    """One version of the app at a time."""

    def __init__(self) -> None:
        self.build = "one"
        self.reads = [1]
        self.files = ["/static/js/io/field/database.js", "/static/js/io/ids.js"]

    def __call__(self, request: Request) -> Answer:
        path = request.path
        if path in {"/feld/de/", "/feld/en/"}:
            return 200, page_text(f"{path[6:8]} {self.build}").encode(), HTML
        if path == "/feld/sw.js":
            shell = {"build": self.build, "schema": max(self.reads), "reads": self.reads,
                     "pages": ["/feld/de/", "/feld/en/"], "files": self.files}  # fmt: skip
            source = (STATIC / "js/service_worker.js").read_text(encoding="utf-8")
            text = f"const SHELL = {json.dumps(shell)};\n{source}"
            return 200, text.encode(), {"Content-Type": "text/javascript"}
        if path.startswith(("/grundkarte/", "/fotos/", "/api/", "/feld/")):
            return 200, b"server", {"Content-Type": "text/plain"}
        return static_file(path, Vary=VARY)


@pytest.fixture
def app(site: Site) -> App:
    """What the site serves."""
    site.server = app = App()
    return app


REGISTER = """async () => {
  const shell = await import("baum/io/field/shell.js");
  window.offers = [];
  shell.changes.addEventListener("newVersion", ({ detail }) => window.offers.push(detail));
  const ready = await shell.register();
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
  }
  return ready;
}"""
#: Look for a newer version, and see what becomes of it: "installed", "redundant".
LOOK = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/feld/");
  const outcome = new Promise((resolve) => registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing.addEventListener("statechange", () => resolve(installing.state), { once: true });
  }, { once: true }));
  await (await import("baum/io/field/shell.js")).lookForNewer();
  return await Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, 10_000, "late"))]);
}"""
GET = "async (path) => { const answer = await fetch(path); return [answer.status, await answer.text()]; }"


@pytest.fixture
def page(site: Site, app: App) -> Page:
    """A page whose worker is in charge."""
    page = site.open(None, path="/feld/de/")
    assert page.evaluate(REGISTER)
    return page


def test_it_starts_without_a_server(site, page):
    page.evaluate(WRITES, ANNA)
    site.stop()
    page.close()
    page = site.open(None, path="/feld/en/?baum=7")
    assert page.title() == "en one"
    page.goto(f"{site.url}/feld/")
    assert page.title() == "de one"
    schema = page.evaluate(
        """async () => (await import("baum/io/field/database.js").catch(() => null))?.SCHEMA"""
    )
    assert schema is None, "idb is not among this site's files"
    assert page.evaluate("async () => (await import('baum/io/ids.js')).newId().length") == 36


def test_feld_itself_opens_in_the_chosen_language(site, page):
    page.evaluate(
        """async () => (await import("baum/io/field/preferences.js")).set("language", "en")"""
    )
    page.goto(f"{site.url}/feld/")
    assert page.title() == "en one"


def test_what_was_taken_along_comes_from_the_tablet_and_all_else_from_the_server(site, page):
    assert page.evaluate(GET, "/grundkarte/14/1/2.mvt") == [200, "server"]
    page.evaluate(
        """async (photo) => {
          const { write } = await import("baum/io/field/database.js");
          await write(["tiles", "thumbs"], async (transaction) => {
            const bytes = new TextEncoder().encode("tile").buffer;
            const empty = new ArrayBuffer(0);
            const tiles = transaction.objectStore("tiles");
            tiles.put({ key: "grundkarte/14/1/2", areas: ["a"], bytes });
            tiles.put({ key: "grundkarte/14/1/3", areas: ["a"], bytes: empty });
            const blob = new Blob(["thumb"], { type: "image/jpeg" });
            await transaction.objectStore("thumbs").put({ id: photo, areas: ["a"], blob });
          });
        }""",
        TREE,
    )
    assert page.evaluate(GET, "/grundkarte/14/1/2.mvt") == [200, "tile"]
    assert page.evaluate(GET, "/grundkarte/14/1/3.mvt") == [204, ""]
    assert page.evaluate(GET, "/grundkarte/14/1/4.mvt") == [200, "server"]
    assert page.evaluate(GET, f"/fotos/{TREE}/vorschau/") == [200, "thumb"]
    assert page.evaluate(GET, "/api/v1/field/session/") == [200, "server"]
    page.goto(f"{site.url}/feld/ungeklaert/")
    assert page.inner_text("body") == "server", "a page of the office is none of the app's"


def test_a_version_with_a_missing_file_is_not_installed(app, page):
    app.build, app.files = "two", [*app.files, "/static/js/nicht_da.js"]
    assert page.evaluate(LOOK) == "redundant"
    assert page.evaluate("() => caches.keys()") == ["feld-one"]


def newer(page: Page, app: App, build: str, reads: list[int]) -> None:
    """A newer version is on the server and has been offered."""
    app.build, app.reads = build, reads
    assert page.evaluate(LOOK) == "installed"
    page.wait_for_function("() => window.offers.length > 0")


def test_a_new_version_takes_over_when_it_is_accepted(app, page):
    page.evaluate(WRITES, ANNA)
    newer(page, app, "two", [1, 2])
    page.reload()
    assert page.title() == "de one", "nothing changes by itself"
    page.evaluate(REGISTER)
    with page.expect_event("load"):
        assert page.evaluate("() => window.offers[0].accept()") == {"ok": True, "sentence": ""}
    assert page.title() == "de two"
    assert sorted(page.evaluate("() => caches.keys()")) == ["feld-one", "feld-two"]


def test_a_version_that_cannot_read_what_is_kept_never_takes_over(app, page):
    """Not when it is asked to, and it is not even installed once there is something to read."""
    newer(page, app, "two", [2])
    answer = page.evaluate("() => window.offers[0].accept()")
    assert not answer["ok"]
    assert "liest nicht" in answer["sentence"]
    page.reload()
    assert page.title() == "de one"
    page.evaluate(WRITES, ANNA)
    app.build = "three"
    assert page.evaluate(LOOK) == "redundant"
    assert "feld-three" not in page.evaluate("() => caches.keys()")
