"""A clone whose application is a stand-in: the launcher's tests start, ask and stop it."""

import json
import shutil
import socket
import subprocess
import urllib.request
from pathlib import Path

from launch import roles
from tests.launch.conftest import ROOT, own_environment

MANAGE = """\
import os, pathlib, psycopg, sys, time
role = "owner" if "DATABASE_OWNER_URL" in os.environ else "app"
with open(pathlib.Path(os.environ["BAUM_VAR"], "calls.txt"), "a") as calls:
    if sys.argv[1] != "procrastinate" and "--check" not in sys.argv:
        calls.write(f"{sys.argv[1]} {role}\\n")
if sys.argv[1] == "collectstatic":
    static = pathlib.Path(os.environ["BAUM_VAR"], "static")
    static.mkdir(exist_ok=True)
    (static / "names.json").touch(0o600)
if sys.argv[1] == "demo_city":
    pathlib.Path(os.environ["BAUM_VAR"], "demo-logins.txt").write_text("admin geheim\\n")
if "--check" in sys.argv:
    sys.exit(pathlib.Path(os.environ["BAUM_VAR"], "newer").exists())
if sys.argv[1] == "migrate":
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS django_migrations"
            " (id int GENERATED ALWAYS AS IDENTITY, app text, name text, applied timestamptz)")
        connection.execute("INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('leaf', 'green', now())")
        connection.execute("GRANT SELECT ON django_migrations TO baum_app")
while sys.argv[1] == "procrastinate":
    time.sleep(1)
"""
WSGI = """\
import json, os, psycopg
def application(environ, start):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        role = connection.execute("SELECT current_user").fetchone()[0]
    start("200 OK", [("Content-Type", "application/json")])
    found = {"pid": os.getpid(), "parent": os.getppid(), "uid": os.getuid(), "role": role,
             "knows_owner": "DATABASE_OWNER_URL" in os.environ}
    return [json.dumps(found).encode()]
"""
PATIENCE = 60.0


class Clone:
    """A clone whose application is a stand-in; everything of the launcher is real."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var = folder / "var"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        shutil.copytree(ROOT / "launch", folder / "launch")
        for name in ("baum", "requirements.lock", "requirements-test.lock"):
            shutil.copy(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        (folder / "baumkataster").mkdir()
        (folder / "baumkataster" / "__init__.py").touch()
        (folder / "baumkataster" / "environment.py").touch()
        (folder / "baumkataster" / "wsgi.py").write_text(WSGI)
        shutil.copy(ROOT / "baumkataster" / "web_worker.py", folder / "baumkataster")
        (folder / "manage.py").write_text(MANAGE)

    def start(
        self, *arguments: str, stdin: int = subprocess.DEVNULL, **extra: str
    ) -> subprocess.Popen[str]:
        """Start ./baum in its own session, as a terminal would."""
        return subprocess.Popen(
            ["./baum", *arguments], cwd=self.folder, env=own_environment() | extra, text=True,
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str, **extra: str) -> tuple[int, str]:
        """Run ./baum to its end: exit code and all it said."""
        out, err = (child := self.start(*arguments, **extra)).communicate(timeout=PATIENCE)
        return child.returncode, out + err

    def up(self) -> subprocess.Popen[str]:
        """Start in the foreground and wait until it says that it runs."""
        child = self.start("up", "--port", str(self.port))
        assert child.stdout is not None
        assert any("Beenden: Strg-C" in line for line in child.stdout)
        return child

    def owner_url(self) -> str:
        """Address of the stand-in's database for the owner."""
        return roles.url(roles.OWNER, roles.passwords(self.var / "secrets").owner, self.var / "run")

    def ask(self) -> dict[str, object]:
        """What the web server says about itself."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as reply:
            return dict(json.load(reply))

    def master_besides(self, gone: int) -> bool:
        """Whether a master other than ``gone`` serves (orphans of a dead one answer for a moment)."""
        try:
            parent = self.ask()["parent"]
            words = Path(f"/proc/{parent}/cmdline").read_bytes()
        except OSError:
            return False
        return parent != gone and b"gunicorn" in words

    def is_silent(self) -> bool:
        """Whether nothing answers on the port and no database runs here."""
        return not self.listens() and not (self.var / "run" / ".s.PGSQL.5432").exists()

    def listens(self) -> bool:
        """Whether somebody answers on the port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
