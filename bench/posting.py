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
from typing import Any


class Line:
    """One kept connection."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._socket = socket.create_connection(self._place, 120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body; the server may have let go of a connection that was idle."""
        self._socket.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            block = self._socket.recv(1 << 16)
            if not block:
                raise SystemExit("posting: the server closed the line")
            got += block
        head, _blank, body = got.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        while len(body) < length:
            body += self._socket.recv(1 << 16)
        if b"connection: close" in head.lower():
            self._socket = socket.create_connection(self._place, 120)
        return int(head.split(b" ", 2)[1]), body


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
        status, answer = line.ask(request)
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
