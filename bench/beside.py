"""What goes on beside while something else is measured: whole exports and control runs, over and over.

A process of its own, so that its work is not done in the measuring one; ended by closing its input:
``python -m bench.beside DATABASE URL HEADERS`` (JSON). Prints how many of each it did.
"""

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from urllib.parse import urlsplit

from django.db import connection, connections
from django.utils import timezone

from inspections.services import run_controls

EXPORT = "/export/trees.geojson"


@contextmanager
def beside(database: str, url: str, headers: dict[str, str]) -> Iterator[dict[str, int]]:
    """Runs while the block runs; afterwards the counts are filled in."""
    done: dict[str, int] = {}
    command = [sys.executable, "-m", "bench.beside", database, url, json.dumps(headers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        # Both have begun before anything is measured.
        run.stdout.readline()
        yield done
        said, _ = run.communicate()
    if run.returncode:
        raise SystemExit("bench.beside: failed")
    done.update(json.loads(said))


def main() -> None:
    """Both in a thread of their own until the input ends."""
    database, url, headers = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    connections["default"].settings_dict["NAME"] = database
    stop, done = threading.Event(), {"exports": 0, "runs": 0}
    threads = [
        threading.Thread(target=export, args=[url, headers, stop, done]),
        threading.Thread(target=control, args=[stop, done]),
    ]
    for thread in threads:
        thread.start()
    print("begun", flush=True)
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join()
    print(json.dumps(done))


def export(url: str, headers: dict[str, str], stop: threading.Event, done: dict[str, int]) -> None:
    """The whole city as GeoJSON; one that is under way at the end is broken off."""
    block = bytearray(1 << 17)
    while not stop.is_set():
        line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)
        line.request("GET", EXPORT, headers=headers)
        answer = line.getresponse()
        if answer.status != 200:
            raise SystemExit(f"{EXPORT}: {answer.status} {answer.read(300)!r}")
        while answer.readinto(block) and not stop.is_set():
            continue
        done["exports"] += not stop.is_set()
        line.close()


def control(stop: threading.Event, done: dict[str, int]) -> None:
    """The control run of one day after the other."""
    day = date.today()
    while not stop.is_set():
        day += timedelta(days=1)
        run_controls(day=day, now=timezone.now())
        done["runs"] += 1
    connection.close()


if __name__ == "__main__":
    main()
