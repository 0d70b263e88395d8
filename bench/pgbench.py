"""Turns the statements of one request into a pgbench script with other trees and keys; runs pgbench."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from launch import roles

#: The trees that the script draws from; plain and numbered, so that drawing costs next to nothing.
POOL = """
CREATE TABLE IF NOT EXISTS bench_tree (n int PRIMARY KEY, id uuid NOT NULL);
TRUNCATE bench_tree;
INSERT INTO bench_tree SELECT row_number() OVER (), id FROM unnest(%s::uuid[]) AS id;
"""
#: Statements that write, lock or frame: without them nothing is recorded.
WRITING = re.compile(
    r"^\s*(BEGIN|COMMIT|INSERT|UPDATE|WITH|SAVEPOINT|RELEASE)|FOR (NO KEY )?UPDATE|set_config|pg_advisory",
    re.I,
)

#: A row that is handed in as JSON.
KEYED_ROW = re.compile(r'"id": "([0-9a-f-]{36})"')
#: The lock of an entry, and its number.
OWN_LOCK = re.compile(r"(pg_advisory_xact_lock\(\d+(?:::int)?, )-?\d+")
#: An INSERT whose first value is the row's key.
KEYED = re.compile(r"""^INSERT INTO "\w+" \("id",.*? VALUES \('([0-9a-f-]{32,36})'""", re.S)


def statements_of(client: Client, path: str, body: object) -> list[str]:
    """What the database is asked while one request is answered, with its values."""
    with CaptureQueriesContext(connection) as caught:
        answer = client.post(path, body, content_type="application/json")
    if answer.status_code not in {200, 201}:
        raise SystemExit(f"{path}: {answer.status_code} {answer.content[:600]!r}")
    return [str(query["sql"]) for query in caught.captured_queries]


def script(statements: Iterable[str], tree: UUID, keys: Sequence[UUID], *, trees: int) -> str:
    """The statements with drawn trees and new keys in the place of ``tree`` and ``keys``."""
    names = {str(tree): "tree"} | {str(key): f"key{n}" for n, key in enumerate(keys)}
    made = ", ".join(f"gen_random_uuid() AS {name}" for name in list(names.values())[1:])
    lines = [
        f"\\set n random(1, {trees})",
        f"SELECT id AS tree, {made} FROM bench_tree WHERE n = :n \\gset",
    ]
    for statement in statements:
        text = re.sub(r"--[^\n]*", "", statement)
        # A colon inside a text, which pgbench would take for a variable of its own.
        text = re.sub(r"(?<!:):(?=[A-Za-z_])", ";", text)
        # Every client with a lock of its own, as entries have.
        text = OWN_LOCK.sub(r"\1:n", text)
        for key, name in names.items():
            plain = key.replace("-", "")
            for form in (key, plain):
                text = text.replace(f"'{{{form}}}'::uuid[]", f"ARRAY[:{name}::uuid]")
                text = text.replace(f"'{form}'", f":{name}")
            # Inside a JSON text; one with backslashes is an E'' from its beginning.
            text = text.replace(key, f"' || :{name}::text || E'")
        lines.append(" ".join(text.split()).rstrip(";") + ";")
    return "\n".join(lines) + "\n"


def own_keys(statements: Iterable[str], *, known: Sequence[str]) -> list[str]:
    """Keys of rows that the server made itself while it answered."""
    taken = {key.replace("-", "") for key in known}
    found = [
        key
        for statement in statements
        if WRITING.search(statement)
        for key in [*KEYED.findall(statement), *KEYED_ROW.findall(statement)]
    ]
    return [key for key in dict.fromkeys(found) if key.replace("-", "") not in taken]


def fill_pool(owner: str, app: str, trees: Sequence[UUID]) -> None:
    """Make the pool of trees, readable by the app role."""
    with psycopg.connect(owner, autocommit=True) as database:
        create, truncate, insert = (part for part in POOL.split(";") if part.strip())
        database.execute(create)  # type: ignore[arg-type]
        database.execute(truncate)  # type: ignore[arg-type]
        database.execute(insert, [list(trees)])  # type: ignore[arg-type]
        database.execute(f"GRANT SELECT ON bench_tree TO {app}")  # type: ignore[arg-type]
        database.execute("ANALYZE bench_tree")


def run(url: str, text: str, *, clients: int, seconds: int) -> tuple[float, float]:
    """Transactions per second and mean latency in ms."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.sql"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds),
             "-f", str(path)],
            env=os.environ | roles.libpq(url), capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    failed = re.search(r"number of failed transactions: ([1-9]\d*)", done.stdout)
    if not found or failed or done.returncode or "aborted" in done.stderr:
        raise SystemExit(f"pgbench: {done.stdout[-800:]} {done.stderr[-2000:]}")
    latency = re.search(r"latency average = ([\d.]+)", done.stdout)
    return float(found[1]), float(latency[1]) if latency else 0.0
