"""Times, memory and quantiles for the benches; used by every module beside it."""

import http.client
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Series:
    """Times of one contender, in seconds."""

    name: str
    seconds: list[float] = field(default_factory=list)
    first_byte: list[float] = field(default_factory=list)
    size: int = 0

    @property
    def median(self) -> float:
        """Half of the runs were faster."""
        return statistics.median(self.seconds)

    def quantile(self, share: float) -> float:
        """``share`` of the runs were faster."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def timed(series: Series, run: Callable[[], Iterable[bytes]]) -> None:
    """Run once to the end; keeps the time, the time of the first byte and the size."""
    start = time.perf_counter()
    size, first = 0, 0.0
    for block in run():
        if not size and block:
            first = time.perf_counter() - start
        size += len(block)
    series.seconds.append(time.perf_counter() - start)
    series.first_byte.append(first)
    series.size = size


class Http:
    """One kept connection to a server, as a browser has it."""

    def __init__(
        self, url: str, headers: dict[str, str] | None = None, timeout: float = 600
    ) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
        self.headers = headers or {}
        self.last_headers: Message = Message()

    def get(
        self, path: str, headers: dict[str, str] | None = None, expected: int = 200
    ) -> Iterable[bytes]:
        """The answer in blocks; any other status ends the bench."""
        answer = self._asked(path, self.headers | (headers or {}))
        self.last_headers = answer.headers
        if answer.status != expected:
            raise SystemExit(f"{path}: {answer.status} {answer.read(300)!r}")
        while block := answer.read1(1 << 16):
            yield block
        # read1 leaves an answer of known length open; this tells the connection that it is read.
        answer.read()

    def _asked(self, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        """Once more where the server let go of a connection that was idle for its seconds."""
        try:
            self.connection.request("GET", path, headers=headers)
            return self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            self.connection.close()
            self.connection.request("GET", path, headers=headers)
            return self.connection.getresponse()

    def answered(self, name: str) -> str:
        """A header of the last answer; empty when there was none."""
        return self.last_headers.get(name, "")


def memory(pid: int) -> tuple[float, float]:
    """Peak and present memory of a server's largest process, MiB.

    Its children answer; before they do, they share all with their parent, which would hide them.
    """
    peak = now = 0.0
    for process in _children(pid) or [pid]:
        lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
        values = dict(line.split(":", 1) for line in lines if line.startswith(("VmHWM", "VmRSS")))
        peak = max(peak, int(values["VmHWM"].split()[0]) / 1024)
        now = max(now, int(values["VmRSS"].split()[0]) / 1024)
    return peak, now


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text("ascii").split()
    ]
