"""Start refuses a role that could change evidence; on the own cluster and on any other server."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from inspections.web.health import ROLE_FAULTS
from launch import roles
from launch.cluster import Cluster
from launch.installation import existing_server
from launch.words import LaunchError


@pytest.fixture
def table(cluster: Cluster, owner_url: str) -> Iterator[None]:
    """A table of the owner, as after migrate."""
    roles.ask(owner_url, "CREATE TABLE evidence (id int)", os.environ)
    yield
    cluster.sql("DROP TABLE evidence", database=roles.DATABASE)


@pytest.mark.usefixtures("table")
def test_the_app_role_is_fit_to_serve(app_url: str, owner_url: str) -> None:
    roles.refuse_unsafe(app_url, owner_url, os.environ)


def test_start_and_health_look_for_the_same_faults() -> None:
    """They did not once: pages were healthy, and the nightly backup refused the role."""
    start = " ".join(roles.FAULTS.replace("'tables'", "'owner'").split())
    health = " ".join(ROLE_FAULTS.split())
    assert start == health


def test_superuser_is_refused(cluster: Cluster, app_url: str, owner_url: str) -> None:
    cluster.sql("ALTER ROLE baum_app SUPERUSER", database="postgres")
    try:
        with pytest.raises(LaunchError, match="Superuser"):
            roles.refuse_unsafe(app_url, owner_url, os.environ)
    finally:
        cluster.sql("ALTER ROLE baum_app NOSUPERUSER", database="postgres")


def test_owner_of_a_table_is_refused(cluster: Cluster, app_url: str, owner_url: str) -> None:
    cluster.sql("CREATE TABLE mine (); ALTER TABLE mine OWNER TO baum_app", database=roles.DATABASE)
    try:
        with pytest.raises(LaunchError, match="gehören Tabellen"):
            roles.refuse_unsafe(app_url, owner_url, os.environ)
    finally:
        cluster.sql("DROP TABLE mine", database=roles.DATABASE)


@pytest.mark.usefixtures("table")
def test_kept_past_days_and_temporary_tables_are_no_fault(
    cluster: Cluster, app_url: str, owner_url: str
) -> None:
    """A question about a past day must not keep tonight's backup from running."""
    cluster.sql("CREATE SCHEMA baum_past AUTHORIZATION baum_app; CREATE TABLE baum_past.d1 ();"
                "ALTER TABLE baum_past.d1 OWNER TO baum_app", database=roles.DATABASE)  # fmt: skip
    env = roles.libpq(app_url) | {"PATH": os.environ["PATH"]}
    try:
        with subprocess.Popen(
            ["psql", "-XAtq"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as asking:
            assert asking.stdin and asking.stdout
            asking.stdin.write("CREATE TEMP TABLE looked_at (); SELECT 'made';\n")
            asking.stdin.flush()
            assert asking.stdout.readline() == "made\n"
            roles.refuse_unsafe(app_url, owner_url, os.environ)
            asking.stdin.close()
    finally:
        cluster.sql("DROP SCHEMA baum_past CASCADE", database=roles.DATABASE)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("inherit", ["INHERIT", "NOINHERIT"])
def test_member_of_the_owner_is_refused(
    cluster: Cluster, app_url: str, owner_url: str, inherit: str
) -> None:
    cluster.sql(f"ALTER ROLE baum_app {inherit}; GRANT baum_owner TO baum_app", database="postgres")
    try:
        with pytest.raises(LaunchError, match="gehören Tabellen"):
            roles.refuse_unsafe(app_url, owner_url, os.environ)
    finally:
        cluster.sql("REVOKE baum_owner FROM baum_app; ALTER ROLE baum_app INHERIT",
                    database="postgres")  # fmt: skip


def test_one_role_for_both_is_refused(owner_url: str) -> None:
    with pytest.raises(LaunchError, match="dieselbe Rolle"):
        roles.refuse_unsafe(owner_url, owner_url, os.environ)


def test_existing_server_needs_both_addresses() -> None:
    assert existing_server({}) is None
    both = {"DATABASE_URL": "a", "DATABASE_OWNER_URL": "b"}
    assert existing_server(both) == ("a", "b")
    for half in both.items():
        with pytest.raises(LaunchError, match="beide"):
            existing_server(dict([half]))


def test_address_becomes_libpq_s_environment() -> None:
    found = roles.libpq("postgresql://me:p%40ss@db.example:5433/trees?sslmode=verify-full")
    assert found == {
        "PGUSER": "me", "PGPASSWORD": "p@ss", "PGHOST": "db.example", "PGPORT": "5433",
        "PGDATABASE": "trees", "PGSSLMODE": "verify-full",
    }  # fmt: skip
    assert roles.libpq("postgresql://me@/trees?host=/a%20b")["PGHOST"] == "/a b"
    assert roles.libpq("postgresql://me@a:5432,b:5433/trees") == {
        "PGUSER": "me", "PGHOST": "a,b", "PGPORT": "5432,5433", "PGDATABASE": "trees",
        "PGTARGETSESSIONATTRS": "read-write",
    }  # fmt: skip


@pytest.mark.parametrize("address", ["mysql://a/b", "postgresql://a", "trees"])
def test_other_addresses_are_explained(address: str) -> None:
    with pytest.raises(LaunchError, match="postgresql://"):
        roles.libpq(address)
