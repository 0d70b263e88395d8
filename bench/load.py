"""A working day at once: 20 arborists writing, 50 people on the map, one export: ``./baum bench load``.

The arborists hand in an inspection every few seconds each (tablet's batch of one), every fifth with
a photo: far more than people can. People on the map jump to another street every few seconds and ask
for its tiles with what they know (304), then open a tree's card; now and then they have the states
counted, as the map does after a filter, or open the list of the overdue. A planner exports the whole
city again and again, and the worker has its tasks. Web server and worker as ./baum starts them,
loopback only. Prints errors, which must be none, and p50, p95, p99 of each kind.
"""

import argparse
import http.client
import json
import math
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from baumkataster.models import Tree, User
from bench.city import BenchCity, bench_city, use_django
from bench.entries import batch, crew, rateable_trees
from bench.measure import Series
from bench.served import session_headers
from bench.talk import Talk
from tests import factories
from tests.faults.photos import send_photo

#: Seconds between two inspections of one arborist; in reality it is minutes.
PACE_S = 6.0
#: Seconds between two looks of one person at the map.
LOOK_S = 3.0
#: Shares of looks that end with the counted states and with the list; the others open a card.
COUNTS, LISTS = 0.1, 0.05
ZOOMS = (14, 15, 16, 17)
#: Seconds that the planner takes between two files.
REST_S = 5.0


@dataclass
class Day:
    """Times by kind and what went wrong."""

    series: dict[str, Series] = field(default_factory=lambda: defaultdict(lambda: Series("")))
    errors: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def timed(self, kind: str, ask: Callable[[], tuple[int, bytes]], *good: int) -> bytes:
        """One request; its time counts, whatever it answers."""
        start = time.perf_counter()
        try:
            status, answer = ask()
        except (OSError, http.client.HTTPException) as error:
            status, answer = 0, repr(error).encode()
        self.series[kind].seconds.append(time.perf_counter() - start)
        if status not in (good or (200,)) and not self.stop.is_set():
            self.errors.append(f"{kind}: {status} {answer[:200]!r}")
        return answer


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--arborists", type=int, default=20)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with bench_city(options.trees, worker=True) as city:
        use_django(city)
        day = live(city, options)
    say(day, options)


def live(city: BenchCity, options: argparse.Namespace) -> Day:
    """Everybody at once until the time is over."""
    day = Day()
    writers = crew(options.arborists)
    reader = factories.make_user("planner", username=f"planung{city.trees}x")
    trees = list(rateable_trees(20_000, options.seed).items())
    seen = [key for key, _phase in trees[:400]]
    spots = list(Tree.objects.filter(pk__in=seen).values_list("pk", "geom"))
    places = [(key, geom.transform(4326, clone=True)) for key, geom in spots]
    share = len(trees) // len(writers)
    work: list[tuple[Callable[..., None], list[Any]]] = [
        (_write, [user, trees[n * share : (n + 1) * share], n]) for n, user in enumerate(writers)
    ]
    work += [(_look, [reader, places, n]) for n in range(options.visitors)]
    work.append((_export, [reader]))
    threads = [
        threading.Thread(target=do, args=[day, city.server.url, session_headers(given[0]), *given])
        for do, given in work
    ]
    for thread in threads:
        thread.start()
    time.sleep(options.minutes * 60)
    day.stop.set()
    for thread in threads:
        thread.join()
    return day


def _write(
    day: Day,
    url: str,
    headers: dict[str, str],
    user: User,
    trees: list[tuple[UUID, str]],
    seed: int,
) -> None:
    """One arborist: tree after tree, now and then with a photo."""
    chance = random.Random(seed)
    talk = Talk(url, headers)
    day.stop.wait(chance.uniform(0, PACE_S))
    for number, (tree, phase) in enumerate(trees):
        if day.stop.is_set():
            return
        body = json.dumps(batch(tree, user, number=number, phase=phase)).encode()
        answer = day.timed(
            "Kontrolle",
            lambda body=body: talk.ask("POST", "/api/v1/field/entries/", body),  # type: ignore[misc]
        )
        if b'"accepted"' not in answer and not day.stop.is_set():
            day.errors.append(f"Kontrolle: {answer[:300]!r}")
        if number % 5 == 0:
            day.timed("Foto", lambda tree=tree: (send_photo(talk, user, tree).status, b""), 204)  # type: ignore[misc]
        day.stop.wait(chance.uniform(0.5, 1.5) * PACE_S)


def _look(
    day: Day, url: str, headers: dict[str, str], user: User, places: list[Any], seed: int
) -> None:
    """One person at the map: six tiles, some known already, then a card, counts or a list."""
    chance = random.Random(seed + 1000)
    talk = Talk(url, headers)
    known: dict[str, str] = {}
    day.stop.wait(chance.uniform(0, LOOK_S))
    while not day.stop.is_set():
        key, spot = chance.choice(places)
        zoom = chance.choice(ZOOMS)
        x, y = _tile_of(spot.x, spot.y, zoom)
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1), (-1, 0), (0, -1)):
            _tile(day, talk, known, f"/tiles/trees/{zoom}/{x + dx}/{y + dy}.mvt")
        kind, path = _after(chance.random(), key)
        day.timed(kind, lambda path=path: talk.ask("GET", path))  # type: ignore[misc]
        day.stop.wait(chance.uniform(0.5, 1.5) * LOOK_S)


def _after(chance: float, tree: UUID) -> tuple[str, str]:
    """What follows on a look at the map: its name and address."""
    if chance < LISTS:
        return "Liste", "/berichte/ueberfaellig/"
    if chance < LISTS + COUNTS:
        return "Zustände gezählt", "/api/v1/trees/state-counts/"
    return "Karte eines Baums", f"/api/v1/trees/{tree}/card/"


def _tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that a place lies in."""
    north = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return int((lon + 180) / 360 * 2**zoom), int((1 - north / math.pi) / 2 * 2**zoom)


def _tile(day: Day, talk: Talk, known: dict[str, str], path: str) -> None:
    """One tile; what is known is asked after."""
    old = {"If-None-Match": known[path]} if path in known else {}
    kind = "Kachel (bekannt)" if old else "Kachel"
    day.timed(kind, lambda: talk.ask("GET", path, **old), 200, 204, 304)
    if tag := talk.headers.get("ETag"):
        known[path] = tag


def _export(day: Day, url: str, headers: dict[str, str], user: User) -> None:
    """The planner: the whole city, again and again."""
    talk = Talk(url, headers, timeout=600)
    while not day.stop.is_set():
        answer = day.timed("Export", lambda: talk.ask("GET", "/export/trees.geojson"))
        if not answer.rstrip().endswith(b"]}") and not day.stop.is_set():
            day.errors.append("Export: cut")
        day.stop.wait(REST_S)


def say(day: Day, options: argparse.Namespace) -> None:
    """The table and the verdict."""
    print(f"\n{options.trees:,} Bäume, {options.minutes:g} min,"
          f" {options.arborists} Kontrollierende, {options.visitors} an der Karte")  # fmt: skip
    print(f"{'':20} {'Anzahl':>7} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}")
    for kind, series in sorted(day.series.items()):
        quantiles = [series.quantile(share) * 1000 for share in (0.5, 0.95, 0.99)]
        print(f"{kind:20} {len(series.seconds):7} " + " ".join(f"{q:8.1f}" for q in quantiles))
    print(f"Fehler: {len(day.errors)}")
    for error in day.errors[:5]:
        print(f"  {error}")


if __name__ == "__main__":
    main()
