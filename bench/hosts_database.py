"""Primary and streaming standby for ``bench/hosts.py``: TCP between the hosts only, scram, synchronous."""

import os
import signal
import subprocess
import time
from pathlib import Path

from bench.hosts_net import ADDRESSES, Net
from launch import people, roles
from launch.cluster import binaries

REPLICATION = "baum_replication"
WORDS = roles.Passwords("bench-owner", "bench-app")
PATIENCE = 60.0
#: What docs/betrieb.md says, for both servers.
SETTINGS = """\
listen_addresses = '{address}'
unix_socket_directories = '{folder}'
password_encryption = 'scram-sha-256'
wal_level = replica
max_wal_senders = 5
hot_standby = on
wal_keep_size = 256MB
shared_buffers = 64MB
synchronous_standby_names = '{standbys}'
"""
HBA = """\
local all         postgres  peer map=bench
{clients}
host  replication {replication} {one}/32 scram-sha-256
host  replication {replication} {two}/32 scram-sha-256
"""


class Server:
    """One PostgreSQL server on a host."""

    def __init__(self, net: Net, host: str, folder: Path) -> None:
        self.net, self.host, self.folder = net, host, folder
        self.data = folder / "data"
        self.who = people.database_account(self.data)
        self.bin = binaries(Path("/nowhere"))
        self.child: subprocess.Popen[bytes] | None = None
        people.own(folder, self.who, 0o700)

    def run(self, *command: str, text: str = "", env: dict[str, str] | None = None) -> str:
        """Run a program as the server's account on its host, to its end."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.net.name(self.host), "setpriv", f"--reuid={self.who.uid}",
             f"--regid={self.who.gid}", "--init-groups", *command], input=text, text=True,
            capture_output=True, check=False, cwd="/", env={"PATH": os.environ["PATH"], **(env or {})},
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{command[0]} on {self.host}: {done.stderr}")
        return done.stdout

    def create(self) -> None:
        """A primary with the product's roles and databases, and a role for replication."""
        self.run(str(self.bin / "initdb"), "-D", str(self.data), "-U", "postgres", "--encoding=UTF8",
                 "--locale=C.UTF-8", "--data-checksums")  # fmt: skip
        self.configure("")
        self.start()
        extensions = "\n".join(f"CREATE EXTENSION IF NOT EXISTS {n};" for n in roles.EXTENSIONS)
        self.sql(roles.PROVISION.format(
            owner=roles.OWNER, app=roles.APP, database=roles.DATABASE, template=roles.TEMPLATE,
            extensions=extensions, owner_pw=WORDS.owner, app_pw=WORDS.app,
        ))  # fmt: skip
        self.sql(f"CREATE ROLE {REPLICATION} LOGIN REPLICATION PASSWORD 'bench-replication'")

    def copy(self, primary: "Server") -> None:
        """Become a standby of ``primary``."""
        url = f"host={ADDRESSES[primary.host]} user={REPLICATION} application_name={self.host}"
        self.run(
            str(self.bin / "pg_basebackup"), "-D", str(self.data), "-d", url, "-R", "-X", "stream",
            "-c", "fast", env={"PGPASSWORD": "bench-replication"},
        )  # fmt: skip
        self.configure("")
        self.start()

    def configure(self, standbys: str) -> None:
        """Write the configuration; ``standbys`` must have each commit before it is acknowledged."""
        web = ("web1", "web2", "worker1", "worker2")
        clients = "\n".join(f"host all all {ADDRESSES[h]}/32 scram-sha-256" for h in web)
        hba = HBA.format(clients=clients, replication=REPLICATION, one=ADDRESSES["db1"],
                         two=ADDRESSES["db2"])  # fmt: skip
        settings = SETTINGS.format(
            address=ADDRESSES[self.host], folder=self.folder, standbys=standbys
        )
        for name, text in (
            ("pg_hba.conf", hba), ("pg_ident.conf", f"bench {self.who.name} postgres\n"),
            ("postgresql.conf", settings),
        ):  # fmt: skip
            self.run("sh", "-c", 'cat > "$1"', "sh", str(self.data / name), text=text)

    def start(self) -> None:
        """Start; returns when it takes connections."""
        self.child = self.net.start(
            self.host, [str(self.bin / "postgres"), "-D", str(self.data)],
            self.folder.parent / f"{self.host}.log", env={"PATH": os.environ["PATH"]}, who=self.who,
        )  # fmt: skip
        end = time.monotonic() + PATIENCE
        ready = [str(self.bin / "pg_isready"), "-q", "-h", str(self.folder)]
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > end or self.child.poll() is not None:
                raise SystemExit(f"PostgreSQL on {self.host} does not start")
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL for the server and all its processes, as when the power goes."""
        assert self.child is not None
        pids = [int(p.parent.name) for p in Path("/proc").glob("[0-9]*/stat") if self._is_mine(p)]
        for pid in [self.child.pid, *pids]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.child.wait()
        self.child = None
        time.sleep(0.2)

    def _is_mine(self, stat: Path) -> bool:
        """Whether a process is a child of this server's postmaster."""
        assert self.child is not None
        try:
            return stat.read_text("ascii", "replace").rpartition(")")[2].split()[1] == str(
                self.child.pid
            )
        except OSError:
            return False

    def sql(self, text: str, database: str = "postgres") -> str:
        """Ask as the superuser, over the socket."""
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h",
                        str(self.folder), "-d", database, text=text).strip()  # fmt: skip

    def promote(self) -> None:
        """Become the primary."""
        self.run(str(self.bin / "pg_ctl"), "promote", "-D", str(self.data), "-w", "-s")

    def end(self) -> None:
        """Stop if it runs."""
        if self.child is not None:
            self.child.send_signal(signal.SIGINT)
            self.child.wait(PATIENCE)
