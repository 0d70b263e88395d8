"""Counters of the web processes, summed over all of them by prometheus_client; read at /metrics."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from prometheus_client import Counter, Histogram

#: Seconds; the limits that the product promises lie between them.
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.5, 1, 2.5, 5, 10, 30)
REQUESTS = Counter("baum_http_requests_total", "Answered requests", ["method", "route", "status"])
DURATION = Histogram(
    "baum_http_request_seconds", "Seconds until the answer began", ["route"], buckets=BUCKETS
)
SIGN_INS = Counter("baum_access_events_total", "Lines of the log of access", ["event"])
#: Anything else that a client calls a method.
METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])


def observe(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer."""
    REQUESTS.labels(method if method in METHODS else "OTHER", route, str(status)).inc()
    DURATION.labels(route).observe(seconds)


def forget_dead_processes(folder: Path) -> None:
    """Remove files of processes that are gone; called once, before a web server's processes begin."""
    for path in _files(folder):
        pid = path.stem.rpartition("_")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            with suppress(OSError):
                path.unlink()


def _files(folder: Path) -> Iterable[Path]:
    return folder.glob("*.db") if folder.is_dir() else ()


def folder_of_processes() -> Path | None:
    """Where several processes put their counters; None: this process counts alone."""
    found = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    return Path(found) if found else None
