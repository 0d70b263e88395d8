"""A small program for gunicorn: says how often connections came to a thread, for test_web_worker.py."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from baumkataster.web_worker import Lingering

#: One per connection that is handed to a thread; the server of the test has one process.
handed: list[float] = []
#: One per slow request that has begun.
begun: list[float] = []


class Counted(Lingering):
    """Notes each connection that the main thread hands over."""

    def enqueue_req(self, conn: Any) -> None:
        """As gunicorn does, and noted."""
        handed.append(time.monotonic())
        super().enqueue_req(conn)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The number of hand-overs; /slow takes half a second, /begun counts such requests."""
    if environ["PATH_INFO"] == "/slow":
        begun.append(time.monotonic())
        time.sleep(0.5)
    counted = begun if environ["PATH_INFO"] == "/begun" else handed
    body = str(len(counted)).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
