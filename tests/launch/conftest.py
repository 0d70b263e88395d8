"""A throwaway cluster and a throwaway clone for the tests of the launcher."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch import people, roles
from launch.cluster import Cluster
from launch.places import Places

ROOT = Path(__file__).resolve().parents[2]


def open_folder() -> Path:
    """A temporary folder that the database account may enter, with a blank in its name."""
    folder = Path(tempfile.mkdtemp(prefix="baum test "))
    folder.chmod(0o755)
    return folder


def own_environment() -> dict[str, str]:
    """The caller's environment without what `./baum test` put there for the application."""
    drop = ("DATABASE_", "BAUM_", "PG", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(drop)}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A running private cluster, roles and databases made, nothing migrated."""
    folder = open_folder()
    places = Places(folder, folder, folder / "run")
    made = Cluster(places)
    people.own(places.run, made.account, 0o755)
    people.own(places.secrets, people.me(), 0o700)
    made.create()
    made.start()
    try:
        roles.provision(made, roles.passwords(places.secrets))
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def app_url(cluster: Cluster) -> str:
    """Address of the database for the app role."""
    return roles.url(roles.APP, roles.passwords(cluster.places.secrets).app, cluster.places.run)


@pytest.fixture(scope="module")
def owner_url(cluster: Cluster) -> str:
    """Address of the database for the owner."""
    words = roles.passwords(cluster.places.secrets)
    return roles.url(roles.OWNER, words.owner, cluster.places.run)
