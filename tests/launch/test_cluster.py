"""The private cluster: no trust, no TCP, two roles, and a template that gives the owner PostGIS."""

import os
import stat

import pytest

from launch import cluster as cluster_module
from launch import roles
from launch.cluster import Cluster
from launch.words import LaunchError


def test_nobody_is_trusted(cluster: Cluster) -> None:
    rules = cluster.sql("SELECT type, auth_method FROM pg_hba_file_rules", database="postgres")
    assert set(rules.split()) == {"local|peer", "local|scram-sha-256"}
    broken = "SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL"
    assert cluster.sql(broken, database="postgres").strip() == "0"


def test_only_the_socket_is_open(cluster: Cluster) -> None:
    shown = cluster.sql("SHOW listen_addresses; SHOW unix_socket_directories;", database="postgres")
    assert shown.splitlines() == ["", str(cluster.places.run)]


def test_data_are_durable_and_checked(cluster: Cluster) -> None:
    shown = cluster.sql(
        "SHOW fsync; SHOW full_page_writes; SHOW synchronous_commit; SHOW data_checksums;",
        database="postgres",
    )
    assert shown.split() == ["on"] * 4


def test_german_order(cluster: Cluster, app_url: str) -> None:
    words = "SELECT w FROM (VALUES ('Zeder'), ('Ölweide'), ('Ahorn'), ('Ohrweide')) t(w) ORDER BY w"
    assert roles.ask(app_url, words, os.environ) == ["Ahorn", "Ohrweide", "Ölweide", "Zeder"]


def test_passwords_are_for_one_pair_of_eyes(cluster: Cluster, app_url: str) -> None:
    path = cluster.places.secrets / "database.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(LaunchError, match="password"):
        roles.ask(app_url.replace("baum_app:", "baum_app:x"), "SELECT 1", os.environ)


def test_only_the_server_s_account_is_superuser_and_nothing_else(cluster: Cluster) -> None:
    """Root, or any other account, must not slip in as postgres; nor that account as a role."""
    mapped = cluster.sql(
        "SELECT sys_name, pg_username FROM pg_ident_file_mappings", database="postgres"
    )
    assert mapped.split() == [f"{cluster.account.name}|postgres"]
    role = "baum_owner" if cluster.account.is_me() else "postgres"
    with pytest.raises(LaunchError, match=r"peer|Peer|password"):
        roles.ask(roles.url(role, "", cluster.places.run), "SELECT 1", os.environ)


def test_owner_makes_databases_with_postgis(owner_url: str) -> None:
    roles.ask(owner_url, f"CREATE DATABASE probe TEMPLATE {roles.TEMPLATE}", os.environ)
    probe = owner_url.replace(f"/{roles.DATABASE}?", "/probe?")
    found = roles.ask(probe, "SELECT extname FROM pg_extension ORDER BY 1", os.environ)
    assert set(roles.EXTENSIONS) <= set(found)
    roles.ask(probe, "CREATE TABLE t (p geometry(Point, 25832)); DROP TABLE t;", os.environ)
    roles.ask(owner_url, "DROP DATABASE probe", os.environ)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "SET ROLE baum_owner",
    ],
)
def test_app_role_may_do_nothing_by_itself(app_url: str, statement: str) -> None:
    with pytest.raises(LaunchError, match="denied"):
        roles.ask(app_url, statement, os.environ)


def test_provisioning_again_changes_nothing(cluster: Cluster, app_url: str) -> None:
    roles.provision(cluster, roles.passwords(cluster.places.secrets))
    assert roles.ask(app_url, "SELECT 1", os.environ) == ["1"]


def test_small_shared_memory_is_avoided(tmp_path: os.PathLike[str]) -> None:
    class Room:
        f_blocks, f_frsize = 16384, 4096  # 64 MB, as in many containers

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster_module.os, "statvfs", lambda _: Room)
        assert cluster_module.dynamic_memory(tmp_path) == "mmap"
        Room.f_blocks = 262144  # 1 GB
        assert cluster_module.dynamic_memory(tmp_path) == "posix"
