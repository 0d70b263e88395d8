"""The private PostgreSQL cluster: made, configured, started and stopped; nothing listens on TCP."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from launch import people
from launch.people import Account
from launch.places import Places
from launch.words import LaunchError, say

BINARIES = Path("/usr/lib/postgresql")
MEGABYTE = 1024 * 1024
#: Below this much /dev/shm, parallel queries take their shared memory from files instead.
SMALL_SHM = 512 * MEGABYTE

HBA = """\
# Written by ./baum at every start. The account that runs the server is its superuser, by its
# identity in the operating system; everybody else shows a password. No TCP, no replication.
local  all  postgres  peer map=launcher
local  all  all       scram-sha-256
"""


class Cluster:
    """A PostgreSQL cluster in the folders of one installation."""

    def __init__(self, places: Places) -> None:
        """Find the account and the binaries; nothing is started."""
        self.places = places
        self.account: Account = people.database_account(places.data)
        self.bin = binaries(places.data)

    def exists(self) -> bool:
        """Whether initdb has been finished."""
        return people.can(self.account, "-f", self.places.data / "PG_VERSION")

    def runs(self) -> bool:
        """Whether the server answers on its socket (also while it is still recovering)."""
        command = [str(self.bin / "pg_isready"), "-q", "-h", str(self.places.run)]
        return subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode in (0, 1)

    def create(self) -> None:
        """Run initdb into a folder beside and rename it: what is called ``data`` is whole."""
        say("Lege die Datenbank an.")
        people.own(self.places.cluster, self.account, 0o700)
        fresh = self.places.cluster / "data.new"
        self._run(["rm", "-rf", "--", str(fresh)])
        self._run(
            [str(self.bin / "initdb"), "-D", str(fresh), "-U", "postgres", "--encoding=UTF8",
             "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=de", "--data-checksums",
             "--auth-local=peer", "--auth-host=reject", "--no-instructions"],
        )  # fmt: skip
        self._run(["mv", "--", str(fresh), str(self.places.data)])

    def start(self) -> None:
        """Write the configuration afresh and start; returns when the server takes connections."""
        data = self.places.data
        self._write(data / "pg_hba.conf", HBA)
        self._write(data / "pg_ident.conf", f'launcher "{self.account.name}" postgres\n')
        self._write(data / "postgresql.auto.conf", configuration(self.places.run))
        log = self.places.cluster / "start.log"
        try:
            self._run(
                [str(self.bin / "pg_ctl"), "-D", str(data), "-l", str(log), "-w", "-t", "120",
                 "-s", "start"],
            )  # fmt: skip
        except LaunchError as error:
            raise LaunchError(f"{error}\nMehr dazu in {log} und {data}/log.") from error

    def stop(self) -> None:
        """End the server; open connections are cut, committed work is safe."""
        data = str(self.places.data)
        self._run([str(self.bin / "pg_ctl"), "-D", data, "-m", "fast", "-w", "-s", "stop"])

    def sql(self, text: str, *, database: str) -> str:
        """Run SQL as the cluster's superuser and return psql's bare output.

        Raises:
            LaunchError: psql refused; its message is part of the sentence.
        """
        command = [
            str(self.bin / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres",
            "-h", str(self.places.run), "-d", database,
        ]  # fmt: skip
        return self._run(command, stdin=text)

    def _write(self, path: Path, text: str) -> None:
        """Write a file of the cluster as its own account, whole or not at all."""
        script = 'umask 077; cat > "$1.new" && mv "$1.new" "$1"'
        self._run(["sh", "-c", script, "sh", str(path)], text)

    def _run(self, command: Sequence[str], stdin: str = "") -> str:
        """Run a program as the cluster's account; output goes to files, a daemon may keep them."""
        clean = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        done: subprocess.CompletedProcess[str] = subprocess.run(
            command, input=stdin, capture_output=True, text=True, check=False, cwd="/",
            env=self.account.environment(clean), start_new_session=True, **self.account.process(),
        )  # fmt: skip
        if done.returncode:
            message = done.stderr.strip() or done.stdout.strip()
            raise LaunchError(f"{Path(command[0]).name}: {message}")
        return done.stdout


def binaries(data: Path) -> Path:
    """Folder of the server programs: the version that made ``data``, else the newest installed.

    Raises:
        LaunchError: that version (or any) is not installed.
    """
    found = {p.parent.parent.name: p.parent for p in BINARIES.glob("*/bin/postgres")}
    if not found:
        raise LaunchError("Der PostgreSQL-Server ist nicht installiert (Paket postgresql-15).")
    try:
        version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except OSError:
        return found[max(found, key=float)]
    if version not in found:
        raise LaunchError(
            f"Die Datenbank wurde mit PostgreSQL {version} angelegt; diese Version fehlt hier."
            f" Bitte postgresql-{version} installieren."
        )
    return found[version]


def configuration(run: Path) -> str:
    """The server's settings for this machine, as lines of a configuration file."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MEGABYTE
    cores = os.cpu_count() or 1
    settings = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{run}'",
        "unix_socket_permissions": "0777",  # the folder and the password guard it
        "password_encryption": "'scram-sha-256'",
        "max_connections": "100",
        # Web, worker and tests share the machine: an eighth of the memory, the rest is file cache.
        "shared_buffers": f"{min(max(memory // 8, 64), 2048)}MB",
        "effective_cache_size": f"{max(memory // 2, 128)}MB",
        "maintenance_work_mem": f"{min(max(memory // 16, 64), 512)}MB",
        "work_mem": "16MB",
        "dynamic_shared_memory_type": dynamic_memory(Path("/dev/shm")),
        "max_parallel_workers_per_gather": str(min(2, cores // 2)),
        "jit": "off",  # compiling costs more than the short queries of a map
        "random_page_cost": "1.1",  # solid state disks
        "max_wal_size": "2GB",
        "timezone": "'Europe/Berlin'",
        "log_timezone": "'Europe/Berlin'",
        "logging_collector": "on",
        "log_filename": "'postgresql-%a.log'",  # a week, then overwritten
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "cluster_name": "'baumkataster'",
    }
    lines = [f"{name} = {value}" for name, value in settings.items()]
    return "\n".join(["# Written by ./baum at every start.", *lines, ""])


def dynamic_memory(shm: Path) -> str:
    """How parallel queries share memory.

    Containers often have 64 MB of /dev/shm; a parallel hash join then fails with "could not resize
    shared memory segment". Files in the data folder (mmap) are a little slower and always fit.
    """
    try:
        room = os.statvfs(shm)
    except OSError:
        return "mmap"
    return "posix" if room.f_blocks * room.f_frsize >= SMALL_SHM else "mmap"
