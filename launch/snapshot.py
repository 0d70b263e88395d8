"""One moment of the database that several programs look at: psql holds it, pg_dump reads it."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from launch import roles
from launch.words import LaunchError

END = "--- end of answer"
IDENTITY = """
SELECT concat_ws('-', system_identifier, (SELECT oid FROM pg_database
 WHERE datname = current_database()), (SELECT timeline_id FROM pg_control_checkpoint()))
FROM pg_control_system();"""
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY id;"
#: Rows of every table of the owner.
COUNTS = r"""
SELECT relname || ' ' || (xpath('/row/n/text()',
 query_to_xml(format('SELECT count(*) AS n FROM public.%I', relname), false, true, '')))[1]::text
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
 AND pg_get_userbyid(relowner) = current_user ORDER BY 1;"""
#: Where rows name files, per table.
FILES = {
    "baumkataster_photo": ("file", "thumbnail"),
    "inspections_fieldphoto": ("file",),
}


def environment(address: str, env: Mapping[str, str]) -> dict[str, str]:
    """libpq's variables for an address and nothing else of that kind."""
    clean = {name: value for name, value in env.items() if not name.startswith("PG")}
    return {**clean, **roles.libpq(address), "PGCONNECT_TIMEOUT": "10"}


class Snapshot:
    """A transaction that sees one moment for as long as it is open."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child
        self.ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;")
        self.name = self.ask("SELECT pg_export_snapshot();")[0]

    def ask(self, sql: str) -> list[str]:
        """The lines that psql prints.

        Raises:
            LaunchError: the database refused.
        """
        assert self._child.stdin and self._child.stdout and self._child.stderr
        lines: list[str] = []
        with suppress(BrokenPipeError):
            self._child.stdin.write(f"{sql}\n\\echo '{END}'\n")
            self._child.stdin.flush()
        for line in self._child.stdout:
            if line == END + "\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise LaunchError(f"Die Datenbank lehnt ab: {self._child.stderr.read().strip()}")

    def counts(self) -> dict[str, int]:
        """Rows per table."""
        pairs = (line.rpartition(" ") for line in self.ask(COUNTS))
        return {name: int(number) for name, _, number in pairs}

    def files(self, tables: Mapping[str, int]) -> set[str]:
        """Names of the files that rows of this moment point to, relative to media."""
        found: set[str] = set()
        for table, columns in FILES.items():
            for column in columns if table in tables else ():
                found.update(self.ask(f"SELECT {column} FROM {table} WHERE {column} <> '';"))
        return found


@contextmanager
def snapshot(address: str, env: Mapping[str, str]) -> Iterator[Snapshot]:
    """Open a snapshot as the role of the address; gone at the end."""
    child = subprocess.Popen(
        ["psql", "-XAtq", "-w", "-v", "ON_ERROR_STOP=1"], env=environment(address, env),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Snapshot(child)
    finally:
        assert child.stdin
        with suppress(BrokenPipeError):
            child.stdin.close()
        child.wait()
