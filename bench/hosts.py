"""Kill any host under load and say what people see: ``./baum bench hosts``.

Eight network namespaces: people, nginx, two web hosts, two workers, PostgreSQL primary and streaming
standby. Needs root. The load is small and bounded (four people write, two look); the question is not
how much, but what is lost. In the end every acknowledged inspection is looked for in the database.
"""

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.hosts_database import WORDS, Server
from bench.hosts_house import House, nginx
from bench.hosts_net import ADDRESSES, Net
from launch import roles
from tests.conftest import ROOT

NAME = "baumkataster.test"
PASSWORD = "ein-langes-kennwort-1"
#: Which host is killed.
STRUCK = {"web": "web1", "worker": "worker1", "standby": "db2", "primary": "db1"}
ALL = ("nothing", "web", "worker", "standby", "primary")


@dataclass(frozen=True)
class Seen:
    """One request as a person saw it."""

    kind: str
    at: float
    took: float
    status: int
    id: str

    @property
    def good(self) -> bool:
        """Whether it was answered as it should."""
        return self.status in {200, 201}


class Load:
    """The people, in their own namespace."""

    def __init__(self, net: Net, trees: list[str], folder: Path) -> None:
        self.seen: list[Seen] = []
        with (folder / "load.log").open("ab") as log:
            self.child = subprocess.Popen(
                ["ip", "netns", "exec", net.name("people"), sys.executable, "-m", "bench.hosts_load"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT,
            )  # fmt: skip
        assert self.child.stdin
        given = {"address": ADDRESSES["front"], "name": NAME, "login": "kontrolle", "writers": 4,
                 "password": PASSWORD, "readers": 2, "trees": trees, "path": "/karte/"}  # fmt: skip
        self.child.stdin.write(json.dumps(given) + "\n")
        self.child.stdin.flush()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.child.stdout
        for line in self.child.stdout:
            self.seen.append(Seen(**json.loads(line)))

    def await_first(self) -> None:
        """Return when everybody is signed in and working."""
        end = time.monotonic() + 60
        while not any(seen.good and seen.kind == "write" for seen in self.seen):
            if self.child.poll() is not None or time.monotonic() > end:
                raise SystemExit("The people cannot work; see load.log.")
            time.sleep(0.2)

    def end(self) -> None:
        """Let everybody finish what they are at."""
        assert self.child.stdin
        self.child.stdin.close()
        self.child.wait(60)
        self._reader.join(5)


class Town:
    """All hosts of one run."""

    def __init__(self, folder: Path, *, silent: bool) -> None:
        self.folder, self.silent = folder, silent
        self.net = Net()
        self.db1 = Server(self.net, "db1", folder / "db1")
        self.db2 = Server(self.net, "db2", folder / "db2")
        self.houses: dict[str, House] = {}

    def build(self, stack: ExitStack, trees: int) -> list[str]:
        """Everything up; the keys of standing trees."""
        stack.callback(self.net.remove)
        self.net.build()
        for server in (self.db1, self.db2):
            stack.callback(server.end)
        self.db1.create()
        self.db2.copy(self.db1)
        self.db1.configure("FIRST 1 (db2)")
        self.db1.sql("SELECT pg_reload_conf()")
        key, media = secrets.token_urlsafe(40), self.folder / "media"
        for host in ("web1", "web2", "worker1", "worker2"):
            self.houses[host] = House(self.net, host, self.folder, settings(key), media)
        self.houses["web1"].call("update")
        self.houses["web1"].call("manage", "demo_city", "--trees", str(trees))
        for host, house in self.houses.items():
            stack.callback(house.end)
            house.start("web" if host.startswith("web") else "worker")
        stack.enter_context(nginx(self.net, self.folder, NAME))
        for host in ("web1", "web2"):
            self.houses[host].await_health()
        query = "SELECT id FROM baumkataster_tree WHERE status = 'standing' LIMIT 200"
        return self.db1.sql(query, roles.DATABASE).split()

    def mended(self, host: str, start: Callable[[], None]) -> None:
        """Back on the net and started."""
        self.net.plug(host)
        start()


def settings(key: str) -> dict[str, str]:
    """What all hosts share; this is their settings file."""
    servers = f"{ADDRESSES['db1']}:5432,{ADDRESSES['db2']}:5432"
    return {
        "DATABASE_URL": f"postgresql://{roles.APP}:{WORDS.app}@{servers}/{roles.DATABASE}",
        "DATABASE_OWNER_URL": f"postgresql://{roles.OWNER}:{WORDS.owner}@{servers}/{roles.DATABASE}",
        "BAUM_SECRET_KEY": key,
        "BAUM_PUBLIC_URL": f"https://{NAME}",
        "BAUM_ALLOWED_HOSTS": NAME,
        "BAUM_PROXIES": "1",
        "BAUM_PROXY_ADDRESSES": ADDRESSES["front"],
        "BAUM_DEMO_PASSWORD": PASSWORD,
    }


def strike(town: Town, which: str) -> Callable[[], None]:
    """Kill a host; what is returned mends it, as systemd or a person would."""
    if town.silent and which in STRUCK:
        town.net.unplug(STRUCK[which])
    if which == "primary":
        town.db1.kill()
        return town.db2.promote
    if which == "standby":
        town.db2.kill()
        return lambda: town.mended("db2", town.db2.start)
    host = STRUCK.get(which)
    if host is None:
        return lambda: None
    house = town.houses[host]
    house.kill()
    return lambda: town.mended(host, lambda: house.start(which))


def report(which: str, began: float, ended: float, seen: list[Seen]) -> str:
    """One line of the table."""
    here = [one for one in seen if began <= one.at < ended]
    words = [f"{which:8}"]
    for kind in ("write", "read"):
        mine = [one for one in here if one.kind == kind]
        bad = sum(not one.good for one in mine)
        words.append(
            f"{kind}s {len(mine):4}, failed {bad:3}, slowest {max(o.took for o in mine):5.1f} s,"
            f" longest without answer {gap(mine, began, ended):5.1f} s"
        )
    statuses = sorted({one.status for one in here if not one.good})
    return " | ".join([*words, f"statuses of failures {statuses}"])


def gap(seen: list[Seen], began: float, ended: float) -> float:
    """The longest time in which nobody got a good answer of this kind."""
    times = [began, *sorted(one.at + one.took for one in seen if one.good), ended]
    return max(b - a for a, b in pairwise(times))


@contextmanager
def town_of(trees: int, *, silent: bool) -> Iterator[tuple[Town, list[str]]]:
    """A town that is gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="baumhosts"))
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        town = Town(folder, silent=silent)
        yield town, town.build(stack, trees)


def main() -> int:
    """Build, load, kill one after the other, count; 0 only if nothing acknowledged is lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", choices=[*ALL, []], default=[])
    parser.add_argument("--trees", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20, help="of each act")
    parser.add_argument("--notice", type=float, default=5, help="seconds until somebody mends")
    parser.add_argument("--silent", action="store_true", help="pull the cable, too: no goodbye")
    chosen: Any = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("Network namespaces need root.")
    with town_of(chosen.trees, silent=chosen.silent) as (town, trees):
        load = Load(town.net, trees, town.folder)
        load.await_first()
        for which in chosen.which or ALL:
            began = time.time()
            mend = strike(town, which)
            time.sleep(chosen.notice)
            mend()
            time.sleep(max(0.0, chosen.seconds - (time.time() - began)))
            print(report(which, began, time.time(), load.seen), flush=True)
        load.end()
        return toll(town, load.seen)


def toll(town: Town, seen: list[Seen]) -> int:
    """Look for every acknowledged inspection in the database that serves now."""
    server = town.db1 if town.db1.child else town.db2
    there = set(server.sql("SELECT id FROM inspections_inspection", roles.DATABASE).split())
    told = {one.id for one in seen if one.kind == "write" and one.good}
    lost = told - there
    print(f"acknowledged {len(told)}, lost {len(lost)}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
