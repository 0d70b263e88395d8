"""PostgreSQL, web server and worker are killed while people write; all goes on by itself."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from bench.cluster import PrivateCluster, private_cluster
from bench.fault_sides import Import, all_ended
from geodata.models import ImportRun
from inspections.models import ControlRun
from inspections.services import check_plans
from inspections.tasks import daily_control
from tests import factories
from tests.dumps import dump_of_template, put_back
from tests.factories import make_identity, make_tree, make_user
from tests.faults.minded import MindedWorker
from tests.faults.writers import Writers, assert_all_is_there
from tests.field.mortal import Mortal
from tests.server import on_database

SEED = 4


@pytest.fixture(scope="module")
def migrated(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The migrated database that tests are cloned from, as a file."""
    path = tmp_path_factory.mktemp("migrated") / "dump"
    dump_of_template(template_database, path)
    return path


@pytest.fixture(scope="module")
def postgres(migrated: Path) -> Iterator[PrivateCluster]:
    """A cluster that may be killed."""
    with private_cluster() as made:
        yield made


@pytest.fixture
def database(postgres: PrivateCluster, migrated: Path, django_db_blocker: Any) -> Iterator[str]:
    """A migrated city there."""
    name = f"baumtest_{os.getpid()}_faults"
    put_back(name, migrated)
    settings = connections["default"].settings_dict
    before = dict(settings)
    settings["HOST"], settings["USER"] = str(postgres.places.run), "baum_app"
    settings["PASSWORD"] = "bench-app"
    with on_database(name, django_db_blocker):
        factories.load_reference_data()
        yield name
    connections["default"].close()
    settings.update(before)


def test_nothing_acknowledged_is_lost_when_everything_dies(
    postgres: PrivateCluster, database: str, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    users = [make_user("supervisor") for _ in range(3)]
    for user in users:
        make_identity(user)
    trees = [make_tree(phase="mature").pk for _ in range(12)]
    faults = ["database", "web", "worker", "database"]
    chance.shuffle(faults)
    with MindedWorker(database) as worker:
        with Mortal(database, tmp_path) as server, Writers(server.server.url, users, trees) as all_:
            all_.wait_for(3)
            for fault in faults:
                time.sleep(chance.uniform(0.05, 0.4))
                if fault == "database":
                    postgres.die()
                    time.sleep(chance.uniform(0, 0.3))
                    postgres.start()
                elif fault == "web":
                    server.die()
                    server.start()
                else:
                    worker.die()
                all_.wait_for(3)
        connections["default"].close()
        assert_all_is_there(database, all_.journal)
        assert check_plans(day=users[0].date_joined.date()) == []
        assert_worker_goes_on(worker)


def test_an_import_goes_on_by_itself_when_the_database_comes_back_at_once(
    postgres: PrivateCluster, database: str
) -> None:
    """So soon that its connection is whole again when somebody looks why the import has ended."""
    with MindedWorker(database) as worker:
        upload = Import(make_user("planner"), number=1)
        while ImportRun.objects.get(pk=upload.run.pk).share < 0.3:
            time.sleep(0.02)
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        all_ended(worker)
    assert upload.verdict() == "done"


def assert_worker_goes_on(worker: MindedWorker) -> None:
    """A job that is queued now is done: the control of the day, once."""
    daily_control.configure(queueing_lock="by hand").defer(timestamp=0)
    end = time.monotonic() + 40
    while not ControlRun.objects.exists():
        assert time.monotonic() < end, "the worker does not come back"
        worker.mind()
        time.sleep(0.1)
    assert ControlRun.objects.count() == 1
