"""Asks our server by GET over a kept line that costs nothing to speak of: for answers of a millisecond.

The visitor's browser reads its answers on another machine.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from bench.posting import Line, header


class Wire:
    """One kept connection with the headers of whoever asks."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._host = urlsplit(url).netloc
        host, _, port = self._host.partition(":")
        self._line = Line(host, int(port))
        self.headers = headers
        self._head = b""

    def get(
        self, path: str, headers: dict[str, str] | None = None, expected: int = 200
    ) -> Iterable[bytes]:
        """The answer in one block; any other status ends the bench."""
        lines = [f"{name}: {text}" for name, text in (self.headers | (headers or {})).items()]
        asked = "\r\n".join((f"GET {path} HTTP/1.1", f"Host: {self._host}", *lines, "\r\n"))
        try:
            status, self._head, content = self._line.ask(asked.encode())
        except ConnectionError:
            status, self._head, content = self._line.ask(asked.encode())
        if status != expected:
            raise SystemExit(f"{path}: {status} {content[:300]!r}")
        yield content

    def answered(self, name: str) -> str:
        """A header of the last answer; empty when there was none."""
        return header(self._head, name)
