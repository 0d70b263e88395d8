"""The worker that keeps the app: whole or not at all, without a server, and never past what is kept."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.module_page import ANNA, STATIC, WRITES, import_map

TREE = "11111111-1111-4111-8111-111111111111"


class Site:
    """A server with one version of the app at a time."""

    def __init__(self) -> None:
        self.build = "one"
        self.reads = [1]
        self.files = ["/static/js/io/field/database.js", "/static/js/io/ids.js"]
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            """Answers for the site."""

            def do_GET(self) -> None:
                site.asked.append(self.path)
                kind, body = site.answer(self.path.split("?")[0])
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Vary", "Cookie, Accept-Language")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> tuple[str, bytes]:
        """Type and content; no type: it is not there."""
        if path in {"/feld/de/", "/feld/en/"}:
            imports = f'<script type="importmap">{json.dumps({"imports": import_map()})}</script>'
            text = f"<!doctype html><title>{path[6:8]} {self.build}</title>{imports}"
            return "text/html; charset=utf-8", text.encode()
        if path == "/feld/sw.js":
            shell = {"build": self.build, "schema": max(self.reads), "reads": self.reads,
                     "pages": ["/feld/de/", "/feld/en/"], "files": self.files}  # fmt: skip
            source = (STATIC / "js/service_worker.js").read_text(encoding="utf-8")
            return "text/javascript", f"const SHELL = {json.dumps(shell)};\n{source}".encode()
        if path.startswith("/static/") and (STATIC / path.removeprefix("/static/")).is_file():
            return "text/javascript", (STATIC / path.removeprefix("/static/")).read_bytes()
        if path.startswith(("/grundkarte/", "/fotos/", "/api/", "/feld/")):
            return "text/plain", b"server"
        return "", b""

    def stop(self) -> None:
        """The server is gone."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A running site."""
    site = Site()
    yield site
    site.stop()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh storage."""
    context = chromium.new_context(locale="de-DE")
    yield context
    context.close()


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
GET = "async (path) => { const answer = await fetch(path); return [answer.status, await answer.text()]; }"


def installed(context: BrowserContext, site: Site) -> Page:
    """A page whose worker is in charge."""
    page = context.new_page()
    page.goto(f"{site.url}/feld/de/")
    assert page.evaluate(REGISTER)
    return page


def test_it_starts_without_a_server(context, site):
    page = installed(context, site)
    page.evaluate(WRITES, ANNA)
    site.stop()
    page.close()
    page = context.new_page()
    page.goto(f"{site.url}/feld/en/?baum=7")
    assert page.title() == "en one"
    page.goto(f"{site.url}/feld/")
    assert page.title() == "de one"
    schema = page.evaluate(
        """async () => (await import("baum/io/field/database.js").catch(() => null))?.SCHEMA"""
    )
    assert schema is None, "idb is not among this site's files"
    assert page.evaluate("async () => (await import('baum/io/ids.js')).newId().length") == 36


def test_feld_itself_opens_in_the_chosen_language(context, site):
    page = installed(context, site)
    page.evaluate(
        """async () => (await import("baum/io/field/preferences.js")).set("language", "en")"""
    )
    page.goto(f"{site.url}/feld/")
    assert page.title() == "en one"


def test_what_was_taken_along_comes_from_the_tablet_and_all_else_from_the_server(context, site):
    page = installed(context, site)
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


def test_a_version_with_a_missing_file_is_not_installed(context, site):
    page = installed(context, site)
    site.build, site.files = "two", [*site.files, "/static/js/nicht_da.js"]
    page.evaluate("async () => (await import('baum/io/field/shell.js')).lookForNewer()")
    page.wait_for_function("""async () => {
      const registration = await navigator.serviceWorker.getRegistration("/feld/");
      return !registration.installing && !registration.waiting;
    }""")
    assert page.evaluate("() => caches.keys()") == ["feld-one"]


def newer(page: Page, site: Site, build: str, reads: list[int]) -> None:
    """A newer version is on the server and has been offered."""
    site.build, site.reads = build, reads
    page.evaluate("async () => (await import('baum/io/field/shell.js')).lookForNewer()")
    page.wait_for_function("() => window.offers.length > 0")


def test_a_new_version_takes_over_when_it_is_accepted(context, site):
    page = installed(context, site)
    page.evaluate(WRITES, ANNA)
    newer(page, site, "two", [1, 2])
    page.reload()
    assert page.title() == "de one", "nothing changes by itself"
    page.evaluate(REGISTER)
    with page.expect_event("load"):
        assert page.evaluate("() => window.offers[0].accept()") == {"ok": True, "sentence": ""}
    assert page.title() == "de two"
    assert sorted(page.evaluate("() => caches.keys()")) == ["feld-one", "feld-two"]


def test_a_version_that_cannot_read_what_is_kept_never_takes_over(context, site):
    """Not when it is asked to, and it is not even installed once there is something to read."""
    page = installed(context, site)
    newer(page, site, "two", [2])
    answer = page.evaluate("() => window.offers[0].accept()")
    assert not answer["ok"]
    assert "liest nicht" in answer["sentence"]
    page.reload()
    assert page.title() == "de one"
    page.evaluate(WRITES, ANNA)
    site.build = "three"
    page.evaluate("async () => (await import('baum/io/field/shell.js')).lookForNewer()")
    page.wait_for_function("""async () => {
      const registration = await navigator.serviceWorker.getRegistration("/feld/");
      return !registration.installing;
    }""")
    assert "feld-three" not in page.evaluate("() => caches.keys()")
