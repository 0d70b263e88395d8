"""One import in a process of its own, so that its memory can be told; started by bench.imports.

The processor time of both sides is told beside the wall clock: on a machine that does other things
it is the only fair comparison.
"""

import itertools
import json
import os
import resource
import time
from pathlib import Path

from django.db import connection
from django.utils import timezone

from geodata.importing import import_trees


def processor_seconds(pid: int) -> float:
    """What a process has used so far; nothing of a database on another host."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def run(path: Path, profile: str) -> None:
    """Import and print rows, peak memory and the seconds of each step as JSON."""
    connection.ensure_connection()
    began, used = time.perf_counter(), time.process_time()
    marks: list[tuple[str, float]] = []

    def progress(*, step: str, share: float, rows: int) -> None:
        if not marks or marks[-1][0] != step:
            marks.append((step, time.perf_counter() - began))

    report = import_trees(
        path=path, profile=profile, by=None, day=timezone.localdate(), progress=progress
    )
    steps = [f"{step} {end - start:.1f}" for (step, start), (_, end) in itertools.pairwise(marks)]
    seconds = time.perf_counter() - began
    backend = processor_seconds(connection.connection.info.backend_pid)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {
        "rows": report.rows,
        "peak_mb": peak,
        "seconds": seconds,
        "processor": time.process_time() - used + backend,
        "steps": ", ".join(steps),
    }
    print(json.dumps(told | {"counts": report.counts()}))
