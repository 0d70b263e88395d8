"""Pages that may import the product's modules, and small servers behind them that say what a test wants.

For what happens between modules, IndexedDB and requests: no product, no sign-in, a page in 0.1 s.
Each site has an address of its own, and with it a storage of its own; the modules come from one address
for all sites, so that the browser has them in its cache from the second page on.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from playwright.sync_api import BrowserContext, Page

from baumkataster.templatetags.frontend import OWN_MODULES, VENDORED_MODULES

STATIC = OWN_MODULES.parent
#: Who writes in these tests.
ANNA = {"id": "00000000-0000-4000-8000-00000000000a", "name": "Anna Ahorn", "username": "anna"}
BERT = {"id": "00000000-0000-4000-8000-00000000000b", "name": "Bert Birke", "username": "bert"}
WRITES = """async (user) => {
  const { setMeta, changeMeta } = await import("baum/io/field/meta.js");
  await changeMeta("people", (known) => ({ ...known, [user.id]: user }));
  await setMeta("person", user.id);
}"""


@dataclass(frozen=True)
class Request:
    """What a page asked; names of headers in small letters."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without host and query."""
        return "/" + self.url.split("/", 3)[3].split("?")[0]

    @property
    def json(self) -> Any:
        """What the body says."""
        return json.loads(self.body)


#: Status, body (JSON unless bytes), headers; None: the net breaks.
Answer = tuple[int, Any, dict[str, str]] | None
Server = Callable[[Request], Answer]


class Listener:
    """Asks ``server`` for the answer to every request, each in a thread of its own.

    By HTTP/1.0 each request has its own connection: where an old one breaks, a browser asks again by
    itself, and then a test would count what nobody has sent.
    """

    def __init__(self, server: Server, protocol: str = "HTTP/1.0") -> None:
        faults = self.faults = list[Exception]()

        class Handler(BaseHTTPRequestHandler):
            """Passes on."""

            protocol_version = protocol
            disable_nagle_algorithm = True

            def answer(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0)))
                url = f"http://{headers['host']}{self.path}"
                try:
                    answer = server(Request(self.command, url, headers, body))
                except Exception as fault:
                    faults.append(fault)
                    answer = None
                # The page may have gone or have stopped waiting.
                with suppress(ConnectionError):
                    self.send(answer)

            def send(self, answer: Answer) -> None:
                if answer is None:
                    self.close_connection = True
                    return
                status, body, headers = answer
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                length = {} if status == 204 else {"Content-Length": str(len(content))}
                told = {"Content-Type": "application/json"} | length | headers
                for name, value in told.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_words: Any) -> None:
                """Silent."""

        for method in ("GET", "HEAD", "POST", "PATCH"):
            setattr(Handler, f"do_{method}", Handler.answer)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """The server is gone."""
        self._server.shutdown()
        self._server.server_close()


def static_file(path: str, **headers: str) -> Answer:
    """A module as it lies in the repository."""
    file = STATIC / path.removeprefix("/static/")
    if not path.startswith("/static/") or not file.is_file():
        return 404, b"", {}
    return 200, file.read_bytes(), {"Content-Type": "text/javascript", **headers}


def listening_files() -> Listener:
    """Modules for all sites; a browser need not ask twice."""
    told = {"Cache-Control": "max-age=3600, immutable", "Access-Control-Allow-Origin": "*"}
    return Listener(lambda request: static_file(request.path, **told), "HTTP/1.1")


def page_text(title: str, files: str = "") -> str:
    """A page with an import map as frontend.py makes it, with plain names below ``files``."""
    own = [path.relative_to(OWN_MODULES).as_posix() for path in OWN_MODULES.rglob("*.js")]
    paths = {f"baum/{name}": f"js/{name}" for name in own} | VENDORED_MODULES
    imports = json.dumps({"imports": {n: f"{files}/static/{p}" for n, p in paths.items()}})
    return (
        f'<!doctype html><title>{title}</title><link rel="icon" href="data:,">'
        f'<script type="importmap">{imports}</script>'
    )


class Site:
    """One tablet's storage with tabs on it; ``server`` answers all requests but those for the page."""

    def __init__(self, context: BrowserContext, files: Listener) -> None:
        self.server: Server = lambda _request: None
        self._context = context
        self._page = page_text("Prüfung", files.url).encode()
        self._tabs: list[Page] = []
        self._listener = Listener(self._answer)
        self.url, self.port = self._listener.url, self._listener.port

    def _answer(self, request: Request) -> Answer:
        if request.path == "/":
            return 200, self._page, {"Content-Type": "text/html; charset=utf-8"}
        return self.server(request)

    def open(
        self,
        user: dict[str, str] | None = ANNA,
        *,
        path: str = "/",
        context: BrowserContext | None = None,
    ) -> Page:
        """A tab; ``user`` writes. ``context``: on a tablet of its own, not on that of the module.

        A tab that an earlier site has left is used again: a new one costs more than all else here.
        """
        context = context or self._context
        tab = next((tab for tab in context.pages if tab not in self._tabs), None)
        tab = tab or context.new_page()
        self._tabs.append(tab)
        tab.goto(self.url + path)
        if user:
            tab.evaluate(WRITES, user)
        return tab

    def stop(self) -> None:
        """The server is gone."""
        self._listener.stop()

    def close(self) -> list[Exception]:
        """Leave one tab; what went wrong in the server."""
        for tab in self._context.pages[1:]:
            tab.close()
        self.stop()
        return self._listener.faults
