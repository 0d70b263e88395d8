"""The web server's threads stay with a connection for a moment, and never at another one's cost."""

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.conftest import ROOT
from tests.server import free_port

HERE = "tests.interfaces.kept_connections"
THREADS = 2


@pytest.fixture
def server() -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", f"{HERE}:application", "--no-control-socket"),
            *("--worker-class", f"{HERE}.Counted", "--workers", "1", "--threads", str(THREADS)),
            *("--bind", f"127.0.0.1:{port}", "--graceful-timeout", "5", "--keep-alive", "30"),
        ],
        cwd=ROOT,
    )
    for _ in range(100):
        with suppress(OSError):
            asked(port)
            break
        time.sleep(0.1)
    yield port, process
    process.terminate()
    process.wait(timeout=20)


def asked(port: int, path: str = "/") -> int:
    """The number of hand-overs, by a connection of its own."""
    return get(http.client.HTTPConnection("127.0.0.1", port, timeout=10), path)


def get(connection: http.client.HTTPConnection, path: str = "/") -> int:
    """The same by a connection that is kept."""
    connection.request("GET", path)
    return int(connection.getresponse().read())


def handed_over(connection: http.client.HTTPConnection, requests: int) -> int:
    """How often the connection was handed over in a series of requests."""
    first = get(connection)
    return max(get(connection) for _ in range(requests)) - first


def get_later(connection: http.client.HTTPConnection) -> int:
    """The same after a pause; a server that had none of it in the meantime still lingers."""
    time.sleep(0.1)
    return get(connection)


def test_quick_requests_of_a_connection_are_answered_in_one_go(server):
    port, _process = server
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    # A pause of the test's own machine costs a hand-over: the quietest of three series counts.
    assert min(handed_over(kept, 200) for _ in range(3)) < 20
    before = get(kept)
    assert any(get_later(kept) > before for _ in range(20))


def test_a_waiting_thread_is_there_for_others(server):
    port, _process = server
    kept = [http.client.HTTPConnection("127.0.0.1", port, timeout=10) for _ in range(6)]
    for connection in kept * 3:  # more connections than threads, all of them kept open
        get(connection)
    # Both threads busy while others ask, and everybody is answered.
    with ThreadPoolExecutor(8) as pool:
        slow = [pool.submit(asked, port, "/slow") for _ in range(4)]
        quick = [pool.submit(get, connection) for connection in kept]
        assert all(answer.result(timeout=10) > 0 for answer in [*slow, *quick])


def test_requests_sent_in_one_packet_are_all_answered(server):
    port, _process = server
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    kept.connect()
    one = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    kept.sock.sendall(one * 5)
    answers = b""
    while answers.count(b"200 OK") < 5:
        block = kept.sock.recv(65536)
        assert block, answers
        answers += block


def test_a_stopping_server_ends_the_request_and_lets_the_connection_go(server):
    port, process = server
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    get(kept)
    kept.request("GET", "/slow")
    while not asked(port, "/begun"):
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    answer = kept.getresponse()
    assert answer.status == 200 and int(answer.read()) > 0
    assert process.wait(timeout=10) == 0
