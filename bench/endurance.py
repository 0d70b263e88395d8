"""Five days without a net, then a sending in which everything dies: ``./baum bench endurance``.

1,000 inspections and 600 photos are recorded offline through the page's own record module, some by a
real pointer. While they are sent, the server is killed 20 times, PostgreSQL 3 times and the tablet's
page 10 times; requests are lost, cut, doubled and overtaken, by a seed. In the end the city's database
and photo files are compared with the tablet. The last line says what was lost and what was doubled.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from playwright.sync_api import sync_playwright

from bench.cluster import PrivateCluster, private_cluster
from tests.browser.city import City
from tests.browser.visits import PASSWORD
from tests.conftest import create_database, drop_database, manage
from tests.field.aboard import trees_aboard
from tests.field.endurance import Trouble, record_days, reopen, send_in_storm
from tests.field.hands import choose, no_new_finding
from tests.field.kept import Before, Kept, Toll, before, kept, toll
from tests.field.mortal import Mortal
from tests.field.net import Net
from tests.field.profiles import ready
from tests.field.tablet import Tablet

DAYS = 5
LOGIN = "kontrolle"
PATH = "/feld/"


@dataclass(frozen=True)
class Bench:
    """What plays a part."""

    options: argparse.Namespace
    postgres: PrivateCluster
    server: Mortal
    net: Net
    tablet: Tablet
    city: City


def main() -> int:
    """Run and print; 0 only if nothing was lost and nothing doubled."""
    options = arguments()
    begun = monotonic()
    with stage(options) as bench:
        had = before(bench.city)
        say(begun, f"{options.trees} Bäume, der Server und das Tablet sind bereit.")
        by_hand = record(bench)
        held = kept(bench.tablet.page)
        say(
            begun,
            f"ohne Netz erfasst: {len(held.entries)} Kontrollen ({by_hand} mit dem Finger),"
            f" {len(held.photos)} Fotos, {sum(p['size'] for p in held.photos) / 1e6:.0f} MB.",
        )
        trouble = send(bench)
        after = kept(bench.tablet.page)
        result = toll(bench.city, bench.server.var / "media", had, after)
        missing = left_behind(held, after)
    report(begun, bench, held, after, trouble, had)
    return verdict(result, missing)


def arguments() -> argparse.Namespace:
    """How much of everything; the defaults are what the proof asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inspections", type=int, default=1000)
    parser.add_argument("--photos", type=int, default=600)
    parser.add_argument("--pointer", type=int, default=50, help="davon mit dem Finger")
    parser.add_argument("--trees", type=int, default=2400)
    parser.add_argument("--servers", type=int, default=20, help="so oft stirbt der Server")
    parser.add_argument("--databases", type=int, default=3, help="so oft stirbt PostgreSQL")
    parser.add_argument("--pages", type=int, default=10, help="so oft stirbt die Seite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=15.0, help="längste Zeit des Sendens")
    return parser.parse_args()


@contextmanager
def stage(options: argparse.Namespace) -> Iterator[Bench]:
    """A city in a cluster of its own, a server, a net, a tablet; all gone in the end."""
    name = f"baumtest_{os.getpid()}_endurance"
    with tempfile.TemporaryDirectory() as folder, private_cluster() as postgres:
        var = Path(folder) / "var"
        var.mkdir()
        here = {"BAUM_VAR": str(var), "BAUM_DEMO_PASSWORD": PASSWORD, "BAUM_DEBUG": ""}
        create_database(name, os.environ["BAUM_TEMPLATE_DB"])
        manage(name, "migrate", "--verbosity=0", **here)
        manage(name, "demo_city", "--trees", str(options.trees), **here)
        manage(name, "run_controls", **here)
        with (
            Mortal(name, var, BAUM_DEBUG="", BAUM_LOG_LEVEL="ERROR") as server,
            Net(server.port, seed=options.seed) as net,
            sync_playwright() as playwright,
        ):
            tablet = Tablet(playwright, net.url, Path(folder) / "tablet")
            try:
                yield Bench(options, postgres, server, net, tablet, City(name))
            finally:
                tablet.close()
        drop_database(name)


def record(bench: Bench) -> int:
    """Take everything along, lose the net, work for five days; how many went through the finger."""
    options, tablet = bench.options, bench.tablet
    tablet.start()
    tablet.sign_in(LOGIN)
    ready(tablet, bench.city)
    quick = choose(tablet, options.pointer)
    by_hand_only = {tree["id"] for tree in quick}
    by_module = options.inspections - options.pointer
    aboard = trees_aboard(tablet.page, options.inspections)
    trees = [tree for tree in aboard if tree["id"] not in by_hand_only][:by_module]
    bench.net.down()
    done = 0

    def by_hand(day: int) -> None:
        nonlocal done
        wanted = options.pointer * (day + 1) // DAYS
        while done < wanted:
            done += no_new_finding(tablet, quick.pop())

    record_days(
        tablet, trees, photos=options.photos, now=datetime.now(UTC), days=DAYS,
        seed=options.seed, side=1600, each_day=by_hand,
    )  # fmt: skip
    tablet.kill()
    tablet.start(PATH)
    return done


def send(bench: Bench) -> Trouble:
    """Send through the storm."""
    options = bench.options

    def server_dies() -> None:
        bench.server.die()
        bench.server.start()

    def database_dies() -> None:
        bench.postgres.die()
        bench.postgres.start()

    return send_in_storm(
        bench.tablet,
        bench.net,
        {
            "server": (options.servers, server_dies),
            "database": (options.databases, database_dies),
            "page": (options.pages, lambda: reopen(bench.tablet, PATH)),
        },
        total=options.inspections + options.photos,
        seed=options.seed,
        patience=options.minutes * 60,
    )


def left_behind(held: Kept, after: Kept) -> list[str]:
    """What the tablet itself has lost meanwhile."""
    still = {row["id"] for row in [*after.entries, *after.photos]}
    return [row["id"] for row in [*held.entries, *held.photos] if row["id"] not in still]


def report(
    begun: float, bench: Bench, held: Kept, after: Kept, trouble: Trouble, had: Before
) -> None:
    """The figures."""
    passages = bench.net.passages
    say(begun, f"gesendet in {trouble.seconds:.0f} s.")
    print(f"{'Server getötet':34} {bench.server.deaths:6}")
    print(f"{'PostgreSQL getötet':34} {bench.postgres.deaths:6}")
    print(f"{'Seite des Tablets getötet':34} {trouble.count('page'):6}")
    print(f"{'Anfragen':34} {len(passages):6}")
    for way in sorted({passage.way for passage in passages}):
        print(f"{'  ' + way:34} {sum(p.way is way for p in passages):6}")
    for status, number in sorted(after.by_status().items()):
        print(f"{'Einträge: ' + status:34} {number:6}")
    for sentence in sorted({row["sentence"] for row in after.entries if row["sentence"]})[:8]:
        print(f"  {sentence}")


def verdict(result: Toll, missing: list[str]) -> int:
    """The last line, and why."""
    lost = [*result.lost, *(f"on the tablet: {id}" for id in missing)]
    for line in [*lost[:20], *result.doubled[:20]]:
        print(line)
    print(f"{len(lost)} lost, {len(result.doubled)} doubled")
    return 1 if lost or result.doubled else 0


def say(begun: float, text: str) -> None:
    """What has happened so far."""
    print(f"{monotonic() - begun:6.0f} s  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
