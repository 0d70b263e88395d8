"""A bad mobile network between tablet and server: a proxy on loopback that loses, doubles and cuts.

with Net(upstream_port, seed=7) as net:
    net.script(Fate(Way.LOSE_ANSWER))      # the next request of the field API
    net.weather({Way.LOSE: 0.1})           # from now on by chance, always the same for a seed
    net.down(); net.up()                   # no net: connections are refused

Every wait is bounded, nothing listens but on 127.0.0.1, and leaving the block ends all threads' work.
"""

import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler
from random import Random
from socketserver import ThreadingTCPServer
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

from tests.field.messages import Answer, Fate, Passage, Request, Way

#: Only what the field app sends and fetches by itself meets bad weather.
FIELD = "/api/v1/field/"
#: Seconds: the server's patience, the longest delay, the longest time a request is kept back.
PATIENCE, LONGEST_DELAY, LONGEST_KEPT = 60.0, 0.25, 2.0
#: Said anew by each of the two connections.
HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "proxy-connection"}


class Net:
    """The proxy; use as a context manager."""

    def __init__(self, upstream: int, seed: int = 1, port: int = 0) -> None:
        self.upstream = upstream
        self.passages: list[Passage] = []
        #: Gives out another answer than the server's, such as another build of the app.
        self.change: Callable[[str, Answer], Answer] | None = None
        self._chance = Random(seed)
        self._lock = threading.Lock()
        self._script: deque[Fate] = deque()
        self._weather: dict[Way, float] = {}
        self._kept: list[tuple[float, Request]] = []
        self._open: set[socket.socket] = set()
        self._server: _Listener | None = None
        # Holds the port while there is no net, so that nobody else on this machine gets it.
        self._keeper = socket.socket()
        self._keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._keeper.bind(("127.0.0.1", port))
        self.port = int(self._keeper.getsockname()[1])

    @property
    def url(self) -> str:
        """What the tablet types in."""
        return f"http://localhost:{self.port}"

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.down()
        self.deliver_kept()
        self._keeper.close()

    # --- the weather ---

    def script(self, *fates: Fate) -> None:
        """The next requests of the field API meet these, in this order; none: as the weather is."""
        with self._lock:
            self._script = deque(fates)

    def weather(self, shares: Mapping[Way, float]) -> None:
        """From now on requests of the field API meet these by chance; empty: fair."""
        with self._lock:
            self._weather = dict(shares)

    def up(self) -> None:
        """There is a net again."""
        if self._server is None:
            self._server = _Listener(self)
            threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        """No net: what runs is cut, what comes is refused."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
        with self._lock:
            running = list(self._open)
        for connection in running:
            break_off(connection)

    def deliver_kept(self) -> None:
        """Let what was kept back reach the server now."""
        with self._lock:
            waiting, self._kept = self._kept, []
        for _, request in waiting:
            with suppress(OSError, HTTPException):
                self.forward(request)

    # --- one request ---

    def fate(self, path: str) -> Fate:
        """What this request meets."""
        if not path.startswith(FIELD):
            return Fate(Way.PASS)
        with self._lock:
            if self._script:
                return self._script.popleft()
            drawn = self._chance.random()
            for way, share in self._weather.items():
                drawn -= share
                if drawn < 0:
                    return Fate(way)
        return Fate(Way.PASS)

    def draw(self, highest: int) -> int:
        """A number from 0 to ``highest``."""
        with self._lock:
            return self._chance.randint(0, max(highest, 0))

    def keep(self, request: Request) -> None:
        """Hold a request back until the next one has passed, or a little longer."""
        with self._lock:
            self._kept.append((monotonic(), request))
        timer = threading.Timer(LONGEST_KEPT, self.deliver_kept)
        timer.daemon = True
        timer.start()

    def note(self, passage: Passage) -> None:
        """Remember what became of a request."""
        with self._lock:
            self.passages.append(passage)

    def enter(self, connection: socket.socket, *, here: bool) -> None:
        """A connection of the tablet begins or ends."""
        with self._lock:
            (self._open.add if here else self._open.discard)(connection)

    def forward(self, request: Request, upto: int | None = None) -> Answer | None:
        """Ask the server; with ``upto`` break off after so many bytes of the body: no answer."""
        server = HTTPConnection("127.0.0.1", self.upstream, timeout=PATIENCE)
        try:
            server.putrequest(
                request.method, request.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in request.headers:
                server.putheader(name, value)
            server.putheader("Connection", "close")
            server.endheaders(request.body[:upto])
            if upto is not None:
                return None
            answer = server.getresponse()
            headers = tuple((k, v) for k, v in answer.getheaders() if k.lower() not in HOP)
            return Answer(answer.status, answer.reason, headers, answer.read())
        finally:
            server.close()


class _Listener(ThreadingTCPServer):
    """Accepts the tablet's connections while there is a net."""

    allow_reuse_address = True
    allow_reuse_port = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, net: Net) -> None:
        self.net = net
        super().__init__(("127.0.0.1", net.port), _Passage)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections are this network's trade."""


class _Passage(BaseHTTPRequestHandler):
    """One request on its way."""

    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.server.net.enter(self.request, here=True)

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.server.net.enter(self.request, here=False)

    def log_message(self, format: str, *args: Any) -> None:
        """``Net.passages`` tells it."""

    def _pass(self) -> None:
        self.close_connection = True
        net = self.server.net
        fate = net.fate(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if fate.way is Way.LOSE:
            return self._lost(fate)
        body = self.rfile.read(length)
        headers = tuple((k, v) for k, v in self.headers.items() if k.lower() not in HOP)
        request = Request(self.command, self.path, headers, body)
        if fate.way is Way.LATE:
            net.keep(request)
            return self._lost(fate)
        try:
            answer = self._ask(fate, request)
        except (OSError, HTTPException):
            answer = None
        if answer is None or fate.way is Way.LOSE_ANSWER:
            return self._lost(fate)
        self._answer(fate, net.change(self.path, answer) if net.change else answer)
        return net.deliver_kept()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _pass  # noqa: N815

    def _ask(self, fate: Fate, request: Request) -> Answer | None:
        net = self.server.net
        if fate.way is Way.CUT_UPLOAD:
            at = net.draw(len(request.body) - 1) if fate.at is None else fate.at
            return net.forward(request, upto=at)
        if fate.way is Way.DELAY:
            sleep(net.draw(int(LONGEST_DELAY * 1000)) / 1000)
        if fate.way is Way.TWICE:
            second = threading.Thread(target=self._again, args=(request,), daemon=True)
            at_once = net.draw(1) == 1
            if at_once:
                second.start()
            answer = net.forward(request)
            if not at_once:
                second.start()
            second.join(PATIENCE)
            return answer
        return net.forward(request)

    def _again(self, request: Request) -> None:
        with suppress(OSError, HTTPException):
            self.server.net.forward(request)

    def _answer(self, fate: Fate, answer: Answer) -> None:
        """Hand the answer on, or its beginning."""
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        length = len(answer.body)
        if self.command == "HEAD":
            length = int(dict((k.lower(), v) for k, v in answer.headers).get("content-length", 0))
        if answer.status not in {204, 304}:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        if fate.way is Way.CUT_ANSWER:
            at = self.server.net.draw(len(answer.body) - 1) if fate.at is None else fate.at
            self.wfile.write(answer.body[:at])
            self.wfile.flush()
            return self._lost(fate)
        self.wfile.write(answer.body)
        self.wfile.flush()
        return self.server.net.note(
            Passage(self.command, self.path, fate.way, answer.status, len(answer.body))
        )

    def _lost(self, fate: Fate) -> None:
        self.server.net.note(Passage(self.command, self.path, fate.way, 0))
        break_off(self.request)


def break_off(connection: socket.socket) -> None:
    """End a connection the hard way (reset), as a lost cell does."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
