"""up, down and Ctrl-C on a stand-in for the application: what starts, what ends, who runs it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch import people, roles
from launch.cluster import Cluster
from tests.launch.conftest import ROOT, open_folder, own_environment
from tests.launch.stand_in import PATIENCE, WSGI, Clone


@pytest.fixture(scope="module")
def clone() -> Iterator[Clone]:
    """One stand-in clone for all tests here; every test leaves it stopped."""
    folder = open_folder()
    made = Clone(folder)
    yield made
    made.run("down")
    shutil.rmtree(folder)


def test_detached_life(clone: Clone) -> None:
    """Set up by the owner, served by the app role and an unprivileged account, ended by down."""
    code, said = clone.run("up", "--detach", "--port", str(clone.port))
    assert (code, f"http://127.0.0.1:{clone.port}/" in said) == (0, True), said
    calls = (clone.var / "calls.txt").read_text().split("\n")
    assert calls == ["migrate owner", "collectstatic app", "demo_city app", "run_controls app", ""]
    assert (clone.var / "static" / "names.json").stat().st_mode & 0o777 == 0o644
    found = clone.ask()
    assert (found["role"], found["knows_owner"]) == ("baum_app", False)
    service = people.service_account(None)
    may_read = people.can(service, "-x", ROOT / ".venv" / "bin" / "python")
    assert found["uid"] == (service.uid if may_read else os.geteuid())
    assert clone.run("up", "--detach", "--port", str(clone.port))[0] == 0
    code, said = clone.run("up", "--port", "1")
    assert code == 1 and "läuft schon" in said
    code, said = clone.run("reset", "--yes")
    assert code == 1 and "zuerst ./baum down" in said
    assert clone.run("down")[0] == 0
    assert clone.is_silent()


@pytest.mark.parametrize(
    ("change", "repeated"), [("", ""), ("code", "migrate owner\n"), ("tables", "migrate owner\n")]
)
def test_second_start_repeats_only_what_is_needed(clone: Clone, change: str, repeated: str) -> None:
    (clone.var / "calls.txt").write_text("")
    if change == "code":
        (clone.folder / "baumkataster" / "more.py").write_text("# a new model")
    if change == "tables":  # as if an older dump had been restored
        assert clone.run("db")[0] == 0
        roles.ask(clone.owner_url(), "DELETE FROM django_migrations", os.environ)
    child = clone.up()
    assert (clone.var / "calls.txt").read_text() == repeated
    os.killpg(child.pid, signal.SIGINT)
    assert child.wait(PATIENCE) == 0
    assert clone.run("down")[0] == 0
    assert clone.is_silent()


def test_an_update_is_saved_before_and_the_said_way_leads_back(clone: Clone) -> None:
    """Only where the tables change and somebody has begun to work."""
    assert clone.run("update")[0] == 0
    owner, number = clone.owner_url(), "SELECT count(*) FROM django_migrations"
    assert clone.run("db")[0] == 0
    roles.ask(owner, "CREATE TABLE baumkataster_user AS SELECT 1 AS id", os.environ)
    (before,) = roles.ask(owner, number, os.environ)
    (clone.folder / "baumkataster" / "newer.py").write_text("# no migration")
    code, said = clone.run("update")
    assert (code, "restore" in said) == (0, False), said
    (clone.folder / "baumkataster" / "newer.py").write_text("# and a migration")
    (clone.var / "newer").touch()
    (now,) = roles.ask(owner, number, os.environ)
    code, said = clone.run("update")
    way = re.search(r"./baum restore (\S.*\.tar) --replace", said)
    assert code == 0 and way, said
    assert roles.ask(owner, number, os.environ) == [str(int(now) + 1)]
    assert int(now) == int(before) + 1
    code, said = clone.run("restore", way[1], "--replace")
    assert code == 1 and "Terminal" in said, said
    code, said = clone.run("restore", way[1], "--replace", "--yes")
    assert code == 0, said
    assert roles.ask(owner, number, os.environ) == [now]
    (clone.var / "newer").unlink()
    roles.ask(owner, "DROP TABLE baumkataster_user", os.environ)
    assert clone.run("down")[0] == 0


def test_web_and_worker_run_alone(clone: Clone) -> None:
    """As units of their own; the launcher has become the process that is watched."""
    web = clone.start("web", "--port", str(clone.port))
    deadline = time.monotonic() + PATIENCE
    while not clone.listens() and time.monotonic() < deadline:
        time.sleep(0.2)
    found = clone.ask()
    assert (found["parent"], found["role"], found["knows_owner"]) == (web.pid, "baum_app", False)
    worker = clone.start("worker")
    command = Path(f"/proc/{worker.pid}/cmdline")
    while b"procrastinate" not in command.read_bytes() and time.monotonic() < deadline:
        time.sleep(0.2)
    for child in (web, worker):
        child.terminate()
        child.communicate(timeout=PATIENCE)
    assert clone.run("down")[0] == 0
    assert clone.is_silent()


def test_the_unit_s_rights_suffice(clone: Clone) -> None:
    """As systemd starts it: only the unit's capabilities, no new privileges, and it says READY."""
    unit = (ROOT / "deploy" / "systemd" / "baumkataster.service").read_text("utf-8")
    (line,) = re.findall(r"^CapabilityBoundingSet=(.+)$", unit, re.MULTILINE)
    rights = ",".join(["-all", *(f"+{word[4:].lower()}" for word in line.split())])
    bound = ["setpriv", f"--bounding-set={rights}", "--no-new-privs"] if os.geteuid() == 0 else []
    address = clone.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.settimeout(PATIENCE)
        child = subprocess.Popen(
            [*bound, "./baum", "up", "--no-demo", "--port", str(clone.port)], cwd=clone.folder,
            env=own_environment() | {"NOTIFY_SOCKET": str(address)}, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert systemd.recv(100).startswith(b"READY=1\n")
    assert clone.ask()["role"] == "baum_app"
    child.terminate()
    child.communicate(timeout=PATIENCE)
    assert child.returncode in {0, 143} and clone.is_silent()


def test_crashed_web_server_comes_back(clone: Clone) -> None:
    log = clone.var / "log" / "supervisord.log"
    log.unlink(missing_ok=True)
    child = clone.up()
    deadline = time.monotonic() + PATIENCE
    while "web entered RUNNING" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.2)
    first = clone.ask()["parent"]
    assert isinstance(first, int)
    os.kill(first, signal.SIGKILL)
    while not (second := clone.master_besides(first)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert second
    os.killpg(child.pid, signal.SIGINT)
    assert child.wait(PATIENCE) == 0


def test_broken_web_server_is_reported_with_its_log(clone: Clone) -> None:
    code = clone.folder / "baumkataster" / "wsgi.py"
    code.write_text("raise RuntimeError('a leaf is missing')\n")
    try:
        exit_code, said = clone.run("up", "--port", str(clone.port))
    finally:
        code.write_text(WSGI)
    assert exit_code == 1 and "a leaf is missing" in said and "stürzt" in said
    assert clone.is_silent()


def test_ctrl_c_leaves_a_database_that_others_use(clone: Clone) -> None:
    child = clone.up()
    other = clone.start("psql", "-At", stdin=subprocess.PIPE)
    assert other.stdin and other.stdout
    other.stdin.write("SELECT 'connected';\n")
    other.stdin.flush()
    assert other.stdout.readline() == "connected\n"
    os.killpg(child.pid, signal.SIGINT)
    assert child.wait(PATIENCE) == 0
    assert other.communicate("SELECT 'still here';\n", timeout=PATIENCE)[0] == "still here\n"
    assert clone.is_silent(), "the last one to leave stops the database"


def test_killed_launcher_takes_its_processes_along(clone: Clone) -> None:
    child = clone.up()
    child.kill()
    child.wait()
    deadline = time.monotonic() + PATIENCE
    while clone.listens() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not clone.listens()
    assert clone.run("down")[0] == 0
    assert clone.is_silent()


def test_busy_port_is_said_before_anything_starts(clone: Clone) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", clone.port))
        other.listen()
        code, said = clone.run("up", "--port", str(clone.port))
    assert code == 1 and f"Port {clone.port}" in said and "--port" in said


def test_reset_asks_and_empties(clone: Clone) -> None:
    """Without a terminal nobody can answer; with --yes tables and files are gone."""
    photo = clone.var / "media" / "tree.jpg"
    photo.write_text("x")
    owner = clone.owner_url()
    assert clone.run("db")[0] == 0
    roles.ask(owner, "CREATE TABLE trees (id int); CREATE SCHEMA more;", os.environ)
    code, said = clone.run("reset")
    assert code == 1 and "--yes" in said and photo.exists()
    assert clone.run("reset", "--yes")[0] == 0
    assert not photo.exists() and not (clone.var / "stamps" / "demo").exists()
    left = "SELECT to_regclass('trees') IS NOT NULL OR to_regnamespace('more') IS NOT NULL"
    assert roles.ask(owner, left, os.environ) == ["f"]
    assert roles.ask(owner, "SELECT ST_SRID('SRID=25832;POINT(1 2)'::geometry)", os.environ)
    assert clone.run("down")[0] == 0


def test_existing_server_is_used_and_an_unfit_role_refused(
    clone: Clone, cluster: Cluster, app_url: str, owner_url: str
) -> None:
    """With both addresses no cluster of our own is started; a superuser never serves."""
    given = {"DATABASE_URL": app_url, "DATABASE_OWNER_URL": owner_url}
    which = "SELECT pg_postmaster_start_time()"
    code, said = clone.run("psql", "-Atc", which, **given)
    assert (code, said) == (0, cluster.sql(which, database="postgres"))
    assert clone.is_silent()
    assert clone.run("psql", DATABASE_URL=app_url)[0] == 1
    cluster.sql("ALTER ROLE baum_app SUPERUSER", database="postgres")
    try:
        code, said = clone.run("up", "--detach", "--port", str(clone.port), **given)
    finally:
        cluster.sql("ALTER ROLE baum_app NOSUPERUSER", database="postgres")
    assert code == 1 and "Superuser" in said
    assert clone.is_silent()


def test_help_explains_itself(clone: Clone) -> None:
    code, said = clone.run()
    assert code == 0 and "./baum up" in said and "./baum test" in said
    assert clone.run("nonsense")[0] == 2
