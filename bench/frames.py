"""Time of the page's main thread per frame and per task, from a trace; for field.py and panning.py."""

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


@dataclass(frozen=True)
class Task:
    """Milliseconds that the main thread was busy with one task, and those in which it computed."""

    took: float
    computed: float


#: Microseconds; what is shorter is no work.
NOTHING = 100


def main_tasks(path: Path) -> list[Task]:
    """The tasks of the busiest main thread of a page, without those inside others."""
    events = json.loads(path.read_text("utf-8"))["traceEvents"]
    mains = {
        (event["pid"], event["tid"]) for event in events
        if event.get("name") == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }  # fmt: skip
    found: dict[tuple[int, int], list[Task]] = {thread: [] for thread in mains}
    ends = dict.fromkeys(mains, 0)
    for event in sorted(events, key=lambda event: (event["ts"], -event.get("dur", 0))):
        thread = (event["pid"], event["tid"])
        if event["ph"] != "X" or thread not in mains or event["ts"] < ends[thread]:
            continue
        ends[thread] = event["ts"] + event.get("dur", 0)
        if event.get("dur", 0) > NOTHING:
            found[thread].append(Task(event["dur"] / 1000, event.get("tdur", 0) / 1000))
    return max(found.values(), key=len)
