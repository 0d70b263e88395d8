"""Recording inspections over HTTP against the same statements under pgbench: ``./baum bench writes``.

Eight signed-in arborists post as fast as they are answered, by the office form and as tablets with
batches of 1, 10 and 50 entries, the first two alternating with pgbench, which runs the very
statements of one such request (with other trees) on the same database. Trees keep the phase that
they have: both sides do the same. Then once more while the whole city is exported and a control run
of the day is made over and over. Loopback only; web server as ./baum starts it; the posting process
does nothing else.
"""

import argparse
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test import Client

from baumkataster.models import Role, User
from bench import pgbench
from bench.beside import beside
from bench.city import BenchCity, bench_city, parser_of, use_django
from bench.entries import batch, crew, form, rateable_trees
from bench.measure import Series
from bench.served import session_headers
from bench.targets import tell
from tests import factories
from tests.conftest import ROOT, app_url, owner_url

CLIENTS = 8
MOST_TREES = 50_000
#: More than any client can post in a second.
MOST_A_SECOND = 90
FORM, FIELD = "/api/v1/inspections/", "/api/v1/field/entries/"
#: Name, address, entries of one request.
WAYS = (("Formular", FORM, 1), ("Tablet", FIELD, 1), ("Tablet", FIELD, 10), ("Tablet", FIELD, 50))
HEAD = (
    f"{'':12} {'Einträge/s':>10} {'pgbench':>8} {'Verhältnis':>10} {'nur Schreiben':>14}"
    f" {'p50 ms':>7} {'p95 ms':>7} | neben Export und Kontrolllauf: Einträge/s, p50, p95"
)


@dataclass
class Load:
    """What one round of posting gave."""

    entries: int
    wall: float
    series: Series = field(default_factory=lambda: Series("posts"))
    errors: list[str] = field(default_factory=list)

    @property
    def speed(self) -> float:
        """Entries a second."""
        return len(self.series.seconds) * self.entries / self.wall


@dataclass
class Drawn:
    """Trees with their phase, drawn one after the other, again and again."""

    trees: dict[UUID, str]

    def __post_init__(self) -> None:
        self._pairs = self._again()

    def _again(self) -> Iterator[tuple[UUID, str]]:
        while True:
            yield from self.trees.items()

    def body(self, path: str, entries: int, user: User) -> dict[str, Any]:
        """What one request of this kind holds."""
        pairs = list(islice(self._pairs, entries))
        if path == FORM:
            return form(pairs[0][0], phase=pairs[0][1])
        parts = [batch(tree, user, phase=phase) for tree, phase in pairs]
        return parts[0] | {"entries": [part["entries"][0] for part in parts]}


def main() -> None:
    """Measure each size of city and print."""
    parser = parser_of("Kontrollen eintragen gegen dieselben Anweisungen")
    parser.add_argument("--seconds", type=int, default=6, help="Dauer einer Messung")
    options = parser.parse_args()
    # What the requests say that are answered in this process to learn their statements.
    logging.disable(logging.INFO)
    growth = []
    for trees in options.trees:
        with bench_city(trees) as city:
            use_django(city)
            growth += report(city, options)
    print("\nWachstum:", *growth, sep="\n  ")


def report(city: BenchCity, options: argparse.Namespace) -> list[str]:
    """One size of city; a line per way for the table of growth."""
    users, planner = crew(CLIENTS), factories.make_user(Role.PLANNER, username="messung-export")
    drawn = Drawn(rateable_trees(MOST_TREES, seed=1))
    keys = list(drawn.trees)
    pgbench.fill_pool(owner_url(city.database), settings.APP_DB_ROLE, keys)
    print(f"\n{city.trees:,} Bäume, {CLIENTS} Schreibende, je {options.seconds} s:\n{HEAD}")
    lines = []
    for name, path, entries in WAYS:
        post(city, path, entries, users, drawn, 2)
        rounds = []
        texts = scripts(path, drawn, users[0], len(keys)) if entries == 1 else ("", "")
        # Without a contender there is nothing to be fair to.
        for _ in range(options.rounds if entries == 1 else 1):
            ours = post(city, path, entries, users, drawn, options.seconds)
            rounds.append((ours, *(run(city, text, options) for text in texts)))
        with beside(city.database, city.server.url, session_headers(planner)) as done:
            busy = post(city, path, entries, users, drawn, options.seconds * 2)
        line = say(f"{name} {entries if path == FIELD else ''}", rounds, busy)
        print(f"{line}  ({done['exports']} Exporte, {done['runs']} Läufe)", flush=True)
        lines.append(f"{city.trees:>9,} {line}")
        if entries == 1:
            key = "form" if path == FORM else "tablet"
            ours, whole, _writing = middle_of(rounds)
            tell(key, city.trees, ours / whole)
            tell(f"{key}_busy", city.trees, busy.series.quantile(0.95) * 1000)
    return lines


def run(city: BenchCity, text: str, options: argparse.Namespace) -> float:
    """pgbench on the same database; 0 where nothing is to be compared."""
    if not text:
        return 0.0
    speed, _ = pgbench.run(app_url(city.database), text, clients=CLIENTS, seconds=options.seconds)
    return speed


def scripts(path: str, drawn: Drawn, user: User, trees: int) -> tuple[str, str]:
    """Of one request of this kind: all statements, and only those that lock and write."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    connection.force_debug_cursor = True
    for _ in range(3):
        asked = drawn.body(path, 1, user)
        statements = pgbench.statements_of(client, path, asked)
    connection.force_debug_cursor = False
    entry = json.loads(asked["entries"][0]) if "entries" in asked else asked
    inner = entry.get("body", entry)
    tree = UUID(entry["tree"])
    keys = [entry["id"], *(part["id"] for part in inner["findings"] + inner["measures"])]
    keys += pgbench.own_keys(statements, known=[str(tree), *keys, str(user.pk)])
    only = [text for text in statements if pgbench.WRITING.search(text)]
    made = [
        pgbench.script(chosen, tree, [UUID(key) for key in keys], trees=trees)
        for chosen in (statements, only)
    ]
    print(f"  {path}: {len(statements)} Anweisungen, davon {len(only)} schreibend")
    return made[0], made[1]


def post(
    city: BenchCity, path: str, entries: int, users: list[User], drawn: Drawn, seconds: float
) -> Load:
    """Everybody posts for so long; times and errors."""
    most = int(seconds * MOST_A_SECOND / entries) + 20
    place = urlsplit(city.server.url)
    order = {
        "host": place.hostname, "port": place.port, "path": path, "seconds": seconds,
        "people": [
            {
                "headers": session_headers(user),
                "bodies": [json.dumps(drawn.body(path, entries, user)) for _ in range(most)],
            }
            for user in users
        ],
    }  # fmt: skip
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(order, file)
        file.flush()
        command = [sys.executable, str(ROOT / "bench" / "posting.py"), file.name]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        raise SystemExit(f"posting: {said.stderr[-2000:]}")
    found = json.loads(said.stdout)
    load = Load(entries, seconds, errors=found["errors"])
    load.series.seconds = found["seconds"]
    return load


def middle_of(rounds: list[tuple[Load, float, float]]) -> tuple[float, ...]:
    """Medians of our entries a second and those of both scripts."""
    speeds = zip(*((load.speed, whole, writing) for load, whole, writing in rounds), strict=True)
    return tuple(sorted(values)[len(rounds) // 2] for values in speeds)


def say(name: str, rounds: list[tuple[Load, float, float]], busy: Load) -> str:
    """One line."""
    ours, whole, writing = middle_of(rounds)
    alone = Series("", [s for load, _, _ in rounds for s in load.series.seconds])
    errors = [error for load in (*(each for each, _, _ in rounds), busy) for error in load.errors]
    if errors:
        print(f"  {len(errors)} Fehler, zum Beispiel {errors[0]}")
    compared = " " * 34
    if whole:
        compared = f"{whole:8.0f} {ours / whole:10.2f} {writing:7.0f} ({ours / writing:4.2f})"
    return (
        f"{name:12} {ours:10.0f} {compared}"
        f" {alone.median * 1000:7.1f} {alone.quantile(0.95) * 1000:7.1f} |"
        f" {busy.speed:.0f}, {busy.series.median * 1000:.1f},"
        f" {busy.series.quantile(0.95) * 1000:.1f}"
    )


if __name__ == "__main__":
    main()
