"""The bad network does what it says: each way is tried against a server that counts."""

import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.field.messages import Fate, Way
from tests.field.net import Net

PATH = "/api/v1/field/entries/"


class Counting(ThreadingHTTPServer):
    """Remembers each body that arrived whole and whether one was broken."""

    daemon_threads = True

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.broken = 0
        self.more = threading.Condition()
        super().__init__(("127.0.0.1", 0), Echo)

    def wait(self, number: int) -> None:
        """Until so many requests have ended, whole or broken."""
        with self.more:
            done = self.more.wait_for(lambda: len(self.bodies) + self.broken >= number, timeout=5)
        assert done, self.bodies


class Echo(BaseHTTPRequestHandler):
    server: Counting

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        with self.server.more:
            if len(body) == length:
                self.server.bodies.append(body)
            else:
                self.server.broken += 1
            self.server.more.notify_all()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting() as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def net(server: Counting) -> Iterator[Net]:
    with Net(server.server_address[1], seed=3) as running:
        yield running


def send(net: Net, body: bytes, path: str = PATH) -> bytes | None:
    """What a tablet gets back; None: nothing, or not all of it."""
    connection = HTTPConnection("127.0.0.1", net.port, timeout=5)
    try:
        connection.request("POST", path, body)
        return connection.getresponse().read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def test_in_fair_weather_all_pass(net: Net, server: Counting):
    assert send(net, b"a") == b"a"
    assert server.bodies == [b"a"]


def test_each_way(net: Net, server: Counting):
    net.script(Fate(Way.LOSE), Fate(Way.LOSE_ANSWER), Fate(Way.CUT_ANSWER, at=2), Fate(Way.DELAY))
    assert send(net, b"lost") is None
    assert send(net, b"heard") is None
    assert send(net, b"halved") is None
    assert send(net, b"slow") == b"slow"
    assert server.bodies == [b"heard", b"halved", b"slow"]


def test_twice(net: Net, server: Counting):
    net.script(Fate(Way.TWICE), Fate(Way.TWICE))
    assert send(net, b"1") == b"1"
    assert send(net, b"2") == b"2"
    server.wait(4)
    assert server.bodies == [b"1", b"1", b"2", b"2"]


def test_late_is_overtaken(net: Net, server: Counting):
    net.script(Fate(Way.LATE))
    assert send(net, b"first") is None
    assert send(net, b"second") == b"second"
    server.wait(2)
    assert server.bodies == [b"second", b"first"]


def test_an_upload_breaks_at_any_byte(net: Net, server: Counting):
    for at in (0, 1, 4):
        net.script(Fate(Way.CUT_UPLOAD, at=at))
        assert send(net, b"whole") is None
    server.wait(3)
    assert (server.bodies, server.broken) == ([], 3)


def test_no_net_and_net_again(net: Net, server: Counting):
    net.down()
    with pytest.raises(ConnectionRefusedError):
        HTTPConnection("127.0.0.1", net.port, timeout=5).connect()
    net.up()
    assert send(net, b"back") == b"back"


def test_pages_meet_no_weather(net: Net, server: Counting):
    net.weather({Way.LOSE: 1.0})
    assert send(net, b"page", "/feld/") == b"page"
    assert send(net, b"entry") is None


def test_a_seed_always_gives_the_same_weather(server: Counting):
    def luck(seed: int) -> list[Way]:
        net = Net(server.server_address[1], seed=seed)
        net.weather({Way.LOSE: 0.3, Way.TWICE: 0.3})
        return [net.fate(PATH).way for _ in range(40)]

    assert luck(5) == luck(5) != luck(6)
    assert {Way.LOSE, Way.TWICE, Way.PASS} == set(luck(5))
