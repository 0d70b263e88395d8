"""An empty page that may import the product's modules; a test says what the server behind it answers.

For what happens between modules, IndexedDB and requests: no server, no sign-in, a page in 0.1 s.
"""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, Request, Route

from baumkataster.templatetags.frontend import OWN_MODULES, VENDORED_MODULES

STATIC = OWN_MODULES.parent
ORIGIN = "http://localhost"
#: Status, body (JSON unless bytes), headers; None: the net breaks.
Answer = tuple[int, Any, dict[str, str]] | None
Server = Callable[[Request], Answer]

#: Who writes in these tests.
ANNA = {"id": "00000000-0000-4000-8000-00000000000a", "name": "Anna Ahorn", "username": "anna"}
BERT = {"id": "00000000-0000-4000-8000-00000000000b", "name": "Bert Birke", "username": "bert"}
WRITES = """async (user) => {
  const { setMeta, changeMeta } = await import("baum/io/field/meta.js");
  await changeMeta("people", (known) => ({ ...known, [user.id]: user }));
  await setMeta("person", user.id);
}"""


def import_map() -> dict[str, str]:
    """As frontend.py makes it, with plain names."""
    own = [path.relative_to(OWN_MODULES).as_posix() for path in OWN_MODULES.rglob("*.js")]
    files = {f"baum/{name}": f"js/{name}" for name in own} | VENDORED_MODULES
    return {name: f"/static/{path}" for name, path in files.items()}


def page_text() -> str:
    """The page itself."""
    imports = json.dumps({"imports": import_map()})
    return f'<!doctype html><title>Prüfung</title><script type="importmap">{imports}</script>'


def serve(context: BrowserContext, server: Server | None = None) -> None:
    """Answer every request of a context: the page, static files, and what ``server`` says."""
    text = page_text()

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("?")[0]
        if path == "/":
            route.fulfill(body=text, content_type="text/html; charset=utf-8")
        elif path.startswith("/static/") and (STATIC / path.removeprefix("/static/")).is_file():
            route.fulfill(path=STATIC / path.removeprefix("/static/"))
        elif path == "/favicon.ico":
            route.fulfill(status=204)
        else:
            _fulfill(route, server(route.request) if server else None)

    context.route("**/*", answer)


def _fulfill(route: Route, answer: Answer) -> None:
    if answer is None:
        route.abort("connectionreset")
        return
    status, body, headers = answer
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    route.fulfill(
        status=status, body=content, headers={"Content-Type": "application/json"} | headers
    )


def open_page(context: BrowserContext, user: dict[str, str] | None = ANNA) -> Page:
    """A tab on the page; ``user`` writes."""
    page = context.new_page()
    page.goto(ORIGIN)
    if user:
        page.evaluate(WRITES, user)
    return page
