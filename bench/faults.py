"""People write, export and control while everything dies, by a seed: ``./baum bench faults``.

In a cluster of its own: PostgreSQL is shut down at once, web server and worker are killed, an export
and a control run are cut, sessions are ended in mid-statement, over and over. Afterwards every
acknowledged inspection must be there with all its parts and its history, every due date be the
rule's, and the day be controlled once. The last line is the verdict.
"""

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg
from django.db import connections
from django.utils import timezone

from bench.cluster import PrivateCluster, private_cluster
from bench.served import session_headers
from bench.talk import Talk
from inspections.models import ControlRun
from inspections.services import check_plans
from inspections.tasks import daily_control
from tests import factories
from tests.conftest import app_url, create_database, drop_database, manage
from tests.faults.minded import MindedWorker
from tests.faults.writers import Writers, assert_all_is_there
from tests.field.mortal import Mortal

#: Ends some session of the app in the middle of whatever it does.
END_ONE = """
    SELECT pg_terminate_backend(pid) FROM (
        SELECT pid FROM pg_stat_activity
        WHERE datname = %s AND pid <> pg_backend_pid() AND usename = current_user
        ORDER BY (state = 'active') DESC, random() LIMIT 1) one"""
#: How often each fault comes, in parts.
FAULTS = {"database": 2, "web": 3, "worker": 2, "session": 5, "export": 2}


def main() -> int:
    """Run and print; 0 only if nothing was lost and nothing half done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--trees", type=int, default=300)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    name = f"baumtest_{os.getpid()}_faults"
    with tempfile.TemporaryDirectory() as folder, private_cluster() as postgres:
        create_database(name, os.environ["BAUM_TEMPLATE_DB"])
        manage(name, "migrate", "--verbosity=0")
        connections["default"].settings_dict.update(
            NAME=name, USER="baum_app", PASSWORD="bench-app", HOST=str(postgres.places.run)
        )
        try:
            live(name, Path(folder), postgres, options)
        finally:
            connections["default"].close()
            drop_database(name)
    return 0


def live(name: str, var: Path, postgres: PrivateCluster, options: argparse.Namespace) -> None:
    """Write through all faults, then count."""
    chance = random.Random(options.seed)
    factories.load_reference_data()
    factories.make_city(public_geojson=True)
    users = [factories.make_user("arborist") for _ in range(options.writers)]
    trees = [factories.make_tree(phase="mature").pk for _ in range(options.trees)]
    done: Counter[str] = Counter()
    begun = time.monotonic()
    with (
        MindedWorker(name) as worker,
        Mortal(name, var) as server,
        Writers(server.server.url, users, trees) as writers,
    ):
        talk = Talk(server.server.url, session_headers(users[0]), timeout=20)
        for _ in range(options.faults):
            (fault,) = chance.choices(list(FAULTS), list(FAULTS.values()))
            time.sleep(chance.uniform(0, 0.5))
            cause(fault, name, postgres, server, worker, talk)
            done[fault] += 1
            writers.wait_for(2)
            worker.mind()
        controlled_once(worker)
    connections["default"].close()
    assert_all_is_there(name, writers.journal)
    differing = check_plans(day=timezone.localdate())
    print(f"{dict(done)} in {time.monotonic() - begun:.0f} s;"
          f" {len(writers.journal.acknowledged)} Kontrollen quittiert,"
          f" {writers.journal.broken} mal abgerissen und wiederholt;"
          f" Worker {worker.starts} mal gestartet")  # fmt: skip
    if differing:
        raise SystemExit(f"{len(differing)} Termine stimmen nicht: {differing[:3]}")
    print("Verloren: nichts. Halb getan: nichts.")


def cause(
    fault: str,
    name: str,
    postgres: PrivateCluster,
    server: Mortal,
    worker: MindedWorker,
    talk: Talk,
) -> None:
    """One fault."""
    if fault == "database":
        postgres.die()
        postgres.start()
    elif fault == "web":
        server.die()
        server.start()
    elif fault == "worker":
        worker.die()
    elif fault == "session":
        with psycopg.connect(app_url(name), autocommit=True) as connection:
            connection.execute(END_ONE, [name])
    else:
        # Asked for and left alone: nothing may hang on it.
        talk.ask("GET", "/export/trees.geojson")
        talk.close()


def controlled_once(worker: MindedWorker) -> None:
    """The worker, killed so often, still does what is queued."""
    daily_control.configure(queueing_lock="bench").defer(timestamp=0)
    end = time.monotonic() + 60
    while not ControlRun.objects.exists():
        if time.monotonic() > end:
            raise SystemExit("Der Worker kommt nicht wieder.")
        worker.mind()
        time.sleep(0.2)


if __name__ == "__main__":
    raise SystemExit(main())
