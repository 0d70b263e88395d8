"""Eight clients on tiles at once: over HTTP with kept connections, and the plain statement by pgbench."""

import subprocess
import tempfile
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

from bench.measure import Http

CLIENTS, PROCESSES = 8, 2
SECONDS = 4.0


def http_rate(url: str, headers: dict[str, str], paths: list[str]) -> tuple[float, list[float]]:
    """Tiles a second with all clients, and how long each took."""
    context = get_context("spawn")
    pipes, children = [], []
    for number in range(PROCESSES):
        mine, theirs = context.Pipe()
        child = context.Process(target=_child, args=(theirs, url, headers, paths, number))
        child.start()
        pipes.append(mine)
        children.append(child)
    for pipe in pipes:
        pipe.recv()
    for pipe in pipes:
        pipe.send("go")
    times = [seconds for pipe in pipes for seconds in pipe.recv()]
    for child in children:
        child.join()
    return len(times) / SECONDS, sorted(times)


def _child(pipe: Connection, url: str, headers: dict[str, str], paths: list[str], n: int) -> None:
    """Half of the clients, as threads of one process: they mostly wait."""
    found: list[float] = []
    clients = [Http(url, headers) for _ in range(CLIENTS // PROCESSES)]
    for client in clients:
        list(client.get(paths[0]))
    pipe.send("ready")
    pipe.recv()
    end = time.perf_counter() + SECONDS
    threads = [
        Thread(target=_client, args=(client, paths, 7 * n + 3 * i, end, found))
        for i, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send(found)


def _client(client: Http, paths: list[str], turn: int, end: float, found: list[float]) -> None:
    while (begun := time.perf_counter()) < end:
        for _ in client.get(paths[turn % len(paths)]):
            pass
        found.append(time.perf_counter() - begun)
        turn += 1


def pgbench_rate(dsn: str, statement: str, tiles: list[tuple[int, int, int]]) -> float:
    """Runs a second of the plain statement, prepared, by as many clients."""
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    env = {
        "PGHOST": query.get("host", [parts.hostname or ""])[0],
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
        "PGOPTIONS": "-c max_parallel_workers_per_gather=0",
        "PATH": "/usr/bin:/bin:/usr/lib/postgresql/15/bin",
    }
    with tempfile.TemporaryDirectory() as folder:
        files: list[str] = []
        for number, (z, x, y) in enumerate(tiles):
            path = Path(folder) / f"{number}.sql"
            line = " ".join(statement.split())
            path.write_text(f"\\set z {z}\n\\set x {x}\n\\set y {y}\n{line};\n", encoding="ascii")
            files += ["-f", str(path)]
        command = ["pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"]
        answer = subprocess.run(
            [*command, "-T", str(int(SECONDS)), *files],
            env=env, check=True, capture_output=True, text=True,
        )  # fmt: skip
    line = next(line for line in answer.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])
