"""Recording inspections over HTTP against the same statements under pgbench: ``./baum bench writes``.

Eight signed-in arborists post as fast as they are answered, by the office form and as a tablet's
batch of one, alternating with pgbench, which runs the very statements of one such request (with
other trees) on the same database. Then once more while the whole city is exported and a control
run of the day is made over and over. Loopback only; web server as ./baum starts it.
"""

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from baumkataster.models import User
from bench import pgbench
from bench.city import BenchCity, bench_city, use_django
from bench.entries import batch, crew, form, some_trees
from bench.measure import Series
from bench.served import Stack, session_headers, stack
from bench.talk import Talk
from inspections.services import run_controls
from tests.conftest import app_url, owner_url

CLIENTS = 8
MOST_TREES = 50_000
Body = Callable[[UUID, User], Any]
#: Name -> address and body.
WAYS: dict[str, tuple[str, Body]] = {
    "Formular": ("/api/v1/inspections/", lambda tree, user: form(tree)),
    "Tablet": ("/api/v1/field/entries/", batch),
}


@dataclass
class Load:
    """What one round of posting gave."""

    series: Series = field(default_factory=lambda: Series("posts"))
    errors: list[str] = field(default_factory=list)


def main() -> None:
    """Measure each size of city and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6, help="Dauer einer Messung")
    options = parser.parse_args()
    for trees in options.trees:
        with bench_city(trees) as city:
            use_django(city)
            report(city, options)


def report(city: BenchCity, options: argparse.Namespace) -> None:
    """One size of city."""
    users = crew(CLIENTS)
    trees = some_trees(MOST_TREES, seed=1)
    pgbench.fill_pool(owner_url(city.database), settings.APP_DB_ROLE, trees)
    print(f"\n{city.trees:,} Bäume, {CLIENTS} Schreibende, je {options.seconds} s:")
    print(f"{'':10} {'wir tx/s':>9} {'pgbench':>9} {'Verhältnis':>10} {'nur Schreiben':>14}"
          f" {'p50 ms':>7} {'p95 ms':>7}  neben Export und Kontrolllauf: tx/s, p50, p95")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, stack(city.database, Path(folder)) as served:
        for name, (path, body) in WAYS.items():
            whole, writing = scripts(path, body, users[0], trees)
            post(served, path, body, users, trees, 2)
            rounds: list[tuple[Load, float, float]] = []
            for _ in range(options.rounds):
                ours = post(served, path, body, users, trees, options.seconds)
                limit = run(city, whole, options)
                rounds.append((ours, limit, run(city, writing, options)))
            with busy(served, users[0]):
                beside = post(served, path, body, users, trees, options.seconds * 2)
            say(name, rounds, beside, options.seconds)


def run(city: BenchCity, text: str, options: argparse.Namespace) -> float:
    """pgbench on the same database."""
    speed, _ = pgbench.run(app_url(city.database), text, clients=CLIENTS, seconds=options.seconds)
    return speed


def scripts(path: str, body: Body, user: User, trees: list[UUID]) -> tuple[str, str]:
    """Of one request of this kind: all statements, and only those that lock and write."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    connection.force_debug_cursor = True
    for tree in trees[:3]:
        asked = body(tree, user)
        statements = pgbench.statements_of(client, path, asked)
    connection.force_debug_cursor = False
    entry = json.loads(asked["entries"][0]) if "entries" in asked else asked
    inner = entry.get("body", entry)
    keys = [entry["id"], *(part["id"] for part in inner["findings"] + inner["measures"])]
    keys += pgbench.own_keys(statements, known=[str(tree), *keys, str(user.pk)])
    only = [text for text in statements if pgbench.WRITING.search(text)]
    made = [
        pgbench.script(chosen, tree, [UUID(key) for key in keys], trees=len(trees))
        for chosen in (statements, only)
    ]
    print(f"  {path}: {len(statements)} Anweisungen, davon {len(only)} schreibend")
    return made[0], made[1]


def post(
    served: Stack, path: str, body: Body, users: list[User], trees: list[UUID], seconds: float
) -> Load:
    """Everybody posts for so long; times and errors."""
    load = Load()
    end = time.monotonic() + seconds
    share = len(trees) // len(users)
    offset = int(time.time() * 1000) % share
    headers = [session_headers(user) for user in users]

    def work(number: int) -> None:
        talk = Talk(served.server.url, headers[number])
        step = offset
        while time.monotonic() < end:
            step += 1
            tree = trees[number * share + step % share]
            asked = json.dumps(body(tree, users[number])).encode()
            start = time.perf_counter()
            status, answer = talk.ask("POST", path, asked)
            load.series.seconds.append(time.perf_counter() - start)
            if status not in {200, 201} or b'"unsettled"' in answer or b'"rejected"' in answer:
                load.errors.append(f"{status} {answer[:300]!r}")

    threads = [threading.Thread(target=work, args=[n]) for n in range(len(users))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load


@contextmanager
def busy(served: Stack, user: User) -> Iterator[None]:
    """Export the whole city and make control runs, one after the other, until the block ends."""
    stop = threading.Event()

    def export() -> None:
        talk = Talk(served.server.url, {})
        while not stop.is_set():
            talk.ask("GET", "/export/trees.geojson")

    def control() -> None:
        day = timezone.localdate()
        while not stop.is_set():
            day += timezone.timedelta(days=1)
            run_controls(day=day, now=timezone.now())
        connection.close()

    threads = [threading.Thread(target=export), threading.Thread(target=control)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def say(name: str, rounds: list[tuple[Load, float, float]], beside: Load, seconds: int) -> None:
    """One line."""
    ours = sorted(len(load.series.seconds) / seconds for load, _, _ in rounds)
    whole = sorted(limit for _, limit, _ in rounds)
    writing = sorted(limit for _, _, limit in rounds)
    middle = len(rounds) // 2
    alone = Series("", [s for load, _, _ in rounds for s in load.series.seconds])
    slow = beside.series
    errors = [error for load, _, _ in rounds for error in load.errors] + beside.errors
    print(
        f"{name:10} {ours[middle]:9.0f} {whole[middle]:9.0f} {ours[middle] / whole[middle]:10.2f}"
        f" {writing[middle]:7.0f} ({ours[middle] / writing[middle]:4.2f})"
        f" {alone.median * 1000:7.1f} {alone.quantile(0.95) * 1000:7.1f}"
        f"  {len(slow.seconds) / seconds / 2:.0f}, {slow.median * 1000:.1f},"
        f" {slow.quantile(0.95) * 1000:.1f}"
    )
    if errors:
        print(f"  {len(errors)} Fehler, zum Beispiel {errors[0]}")


if __name__ == "__main__":
    main()
