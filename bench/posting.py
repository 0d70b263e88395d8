"""Posts what was written down before, over plain sockets; a process of its own, started by writes.py.

Eight threads of the bench itself would wait for each other and measure that. Here a request is
bytes that are ready, and an answer is read up to its length: next to nothing is left to wait for.
Standard library only, so that it starts at once: ``python bench/posting.py FILE``.
"""

import json
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

_BLOCK: Final = 1 << 18


class Line:
    """One kept HTTP/1.1 connection to a server that names the length of its answers.

    http.client takes 0.13 ms to read the head of an answer, on the cores of the server.
    """

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body.

        Raises:
            ConnectionError: the server let go of a connection that was idle; asked again, it is made anew.
        """
        line = self._socket or socket.create_connection(self._place, 120)
        self._socket = None
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(request)
        got = _more(line, b"")
        while (end := got.find(b"\r\n\r\n")) < 0:
            got = _more(line, got)
        head, body = got[: end + 2], got[end + 4 :]
        length = int(header(head, "content-length") or 0)
        while len(body) < length:
            body = _more(line, body)
        if header(head, "connection").lower() == "close":
            line.close()
        else:
            self._socket = line
        return int(head[9:12]), head, body


def header(head: bytes, name: str) -> str:
    """A header of an answer; empty when there is none."""
    _, found, rest = head.lower().partition(f"\r\n{name.lower()}: ".encode())
    length = len(rest.partition(b"\r\n")[0])
    start = len(head) - len(rest)
    return head[start : start + length].decode() if found else ""


def _more(line: socket.socket, got: bytes) -> bytes:
    block = line.recv(_BLOCK)
    if not block:
        raise ConnectionResetError
    return got + block


def work(order: dict[str, Any], bodies: list[str], headers: dict[str, str], said: Any) -> None:
    """Post one after the other until the time is over; time of each and errors go to ``said``."""
    host, port = order["host"], order["port"]
    head = f"POST {order['path']} HTTP/1.1\r\nHost: localhost:{port}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    ready = [
        f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode() for body in bodies
    ]
    line = Line(host, port)
    end = time.monotonic() + order["seconds"]
    for request in ready:
        start = time.perf_counter()
        if time.monotonic() > end:
            return
        try:
            status, _head, answer = line.ask(request)
        except ConnectionError as error:
            said["errors"].append(f"the server closed the line: {error!r}")
            return
        said["seconds"].append(time.perf_counter() - start)
        if status not in {200, 201} or b'"unsettled"' in answer or b'"rejected"' in answer:
            said["errors"].append(f"{status} {answer[:300]!r}")
    said["errors"].append("the bodies were used up before the time was over")


def main() -> None:
    """One thread per person; prints all times as JSON."""
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    said: dict[str, list[Any]] = {"seconds": [], "errors": []}
    threads = [
        threading.Thread(target=work, args=[order, each["bodies"], each["headers"], said])
        for each in order["people"]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(said))


if __name__ == "__main__":
    main()
