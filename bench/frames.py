"""Time of the page's main thread per frame, read from a trace of Chromium; used by bench/field.py."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.field.tablet import Tablet

CATEGORIES = [
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
]
#: Microseconds of a task that a finger feels.
LONG = 100_000


@dataclass
class Trace:
    """Events of a recording, filled when it ends."""

    events: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Frames:
    """Milliseconds of work per frame, and how many tasks were long."""

    milliseconds: list[float]
    long: int


@contextmanager
def traced(tablet: Tablet) -> Iterator[Trace]:
    """Record while the block runs."""
    trace = Trace()
    assert tablet.context is not None
    browser = tablet.context.browser
    assert browser is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.json"
        browser.start_tracing(page=tablet.page, path=path, categories=CATEGORIES)
        try:
            yield trace
        finally:
            browser.stop_tracing()
        trace.events += json.loads(path.read_text("utf-8"))["traceEvents"]


def frames_of(trace: Trace) -> Frames:
    """Sum the tasks of the busiest main thread between one frame's beginning and the next."""
    tasks: dict[tuple[int, int], list[tuple[int, int]]] = {}
    frames: dict[tuple[int, int], list[int]] = {}
    for event in trace.events:
        thread = (event.get("pid", 0), event.get("tid", 0))
        if event.get("name") == "RunTask" and "dur" in event:
            tasks.setdefault(thread, []).append((event["ts"], event["dur"]))
        elif event.get("name") == "BeginMainThreadFrame":
            frames.setdefault(thread, []).append(event["ts"])
    main = max(frames, key=lambda thread: len(frames[thread]))
    begins = sorted(frames[main])
    work = [0.0] * (len(begins) - 1)
    long = 0
    at = 0
    for start, duration in sorted(tasks.get(main, [])):
        if start < begins[0]:
            continue
        while at < len(work) and start >= begins[at + 1]:
            at += 1
        if at == len(work):
            break
        work[at] += duration / 1000
        long += duration > LONG
    return Frames(work, long)
