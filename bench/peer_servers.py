"""Starts the servers that a user would pick instead, on the tables of a bench city; for bench/peers.py.

MapServer and QGIS Server as two FastCGI processes each behind nginx, tipg and pygeoapi as two
processes of uvicorn in a Python that has them. Each gets one flat table without joins, with a
spatial index: easier than what we serve from. What is not installed is named and left out.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench.measure import Http
from bench.peer_files import MOST_IN_TILE, SCHEMA, mapserver_map, pygeoapi_config
from bench.served import child
from tests.server import free_port

MAPSERVER = Path("/usr/lib/cgi-bin/mapserv")
QGIS_SERVER = Path("/usr/lib/cgi-bin/qgis_mapserv.fcgi")
NGINX = Path("/usr/sbin/nginx")
#: Debian's Python, which has QGIS.
SYSTEM_PYTHON = "/usr/bin/python3"
PROCESSES = 2
PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A running server: what to ask it for."""

    name: str
    url: str
    #: All trees as GeoJSON.
    export: str
    #: A vector tile, with places for z, x and y; None: it has none.
    tile: str | None
    #: Its processes, without those of PostgreSQL.
    pids: tuple[int, ...]
    #: Largest city whose whole export is asked of it (peers that gather everything in memory).
    most: int = 10_000_000


@contextmanager
def running_peers(dsn: str, python: str, folder: Path) -> Iterator[list[Peer]]:
    """Those that are installed here, started and answering; ended after the block."""
    with ExitStack() as stack:
        found = []
        for name, start in STARTS.items():
            missing = _missing(name, python)
            if missing:
                print(f"{name}: nicht installiert ({missing})")
                continue
            peer = start(stack, dsn, python, folder)
            _wait(peer, folder)
            found.append(peer)
        yield found


def publish(owner_dsn: str, reader: str, select: str) -> None:
    """Make the flat table of all columns and the narrow one of the tiles; ``reader`` may read them."""
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        connection.execute(
            f"CREATE TABLE {SCHEMA}.trees AS"
            f" SELECT (row_number() OVER ())::integer AS fid, r.* FROM ({select}) r"
        )
        connection.execute(
            f"""CREATE TABLE {SCHEMA}.tile_trees AS
            SELECT (row_number() OVER ())::integer AS fid, t.id::text AS id, sp.genus, c.condition,
                c.due_on::text AS due_on, t.geom
            FROM baumkataster_tree t JOIN baumkataster_species sp ON sp.id = t.species_id
            JOIN inspections_controlplan c ON c.tree_id = t.id"""
        )
        for table in ("trees", "tile_trees"):
            connection.execute(f"ALTER TABLE {SCHEMA}.{table} ADD PRIMARY KEY (fid)")
            connection.execute(f"CREATE INDEX ON {SCHEMA}.{table} USING gist (geom)")
            connection.execute(
                f"ALTER TABLE {SCHEMA}.{table}"
                " ALTER COLUMN geom TYPE geometry(Point, 25832) USING geom::geometry(Point, 25832)"
            )
        connection.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {reader}")
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {reader}")
        connection.execute(f"VACUUM ANALYZE {SCHEMA}.trees, {SCHEMA}.tile_trees")


def _missing(name: str, python: str) -> str:
    """What is lacking for this peer; empty: nothing."""
    if name in ("tipg", "pygeoapi"):
        asked = subprocess.run(
            [python, "-c", f"import {name}, uvicorn"], check=False, capture_output=True
        )
        return "" if asked.returncode == 0 else f"nicht in {python}"
    program = MAPSERVER if name == "MapServer" else QGIS_SERVER
    if name == "QGIS Server":
        asked = subprocess.run(
            [SYSTEM_PYTHON, "-c", "import qgis.core"], check=False, capture_output=True
        )
        if asked.returncode:
            return "python3-qgis"
    return next((str(path) for path in (program, NGINX) if not path.exists()), "")


def _wait(peer: Peer, folder: Path) -> None:
    """Until it draws a tile or, where it has none, accepts a connection and answers something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            http = Http(peer.url, timeout=20)
            http.connection.request("GET", (peer.tile or "/").format(z=0, x=0, y=0))
            status = http.connection.getresponse().status
        except OSError:
            status = 502
        if status < 500:
            return
        time.sleep(0.2)
    logs = "\n".join(path.read_text()[-2000:] for path in sorted(folder.glob("*.log")))
    raise SystemExit(f"{peer.name} antwortet nicht:\n{logs}")


def _fastcgi(
    stack: ExitStack, program: Path, folder: Path, word: str, environment: dict[str, str]
) -> tuple[str, tuple[int, ...]]:
    """Two processes on one socket behind an nginx of their own: its address and their pids."""
    place = folder / f"{word}.sock"
    listening = stack.enter_context(socket.socket(socket.AF_UNIX))
    listening.bind(str(place))
    listening.listen(128)
    place.chmod(0o777)
    programs = [
        stack.enter_context(
            child([str(program)], environment, folder / f"{word}.log", stdin=listening.fileno())
        )
        for _ in range(PROCESSES)
    ]
    port = free_port()
    parameters = "".join(
        f"fastcgi_param {name} {value};\n"
        for name, value in {
            "QUERY_STRING": "$query_string",
            "REQUEST_METHOD": "$request_method",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": str(port),
            "SCRIPT_NAME": "/",
            "SERVER_PROTOCOL": "$server_protocol",
        }.items()
    )
    settings = folder / f"{word}-nginx.conf"
    settings.write_text(
        f"""daemon off; pid {folder}/{word}.pid; error_log stderr; worker_processes 1;
events {{}}
http {{ access_log off; client_body_temp_path {folder}/{word}-body;
proxy_temp_path {folder}/{word}-proxy; fastcgi_temp_path {folder}/{word}-fcgi;
uwsgi_temp_path {folder}/{word}-uwsgi; scgi_temp_path {folder}/{word}-scgi;
server {{ listen 127.0.0.1:{port}; location / {{ fastcgi_pass unix:{place};
fastcgi_read_timeout 600; fastcgi_buffering off; {parameters} }} }} }}
""",
        encoding="utf-8",
    )
    front = stack.enter_context(
        child([str(NGINX), "-c", str(settings)], {}, folder / f"{word}-nginx.log")
    )
    return f"http://127.0.0.1:{port}", (front.pid, *(each.pid for each in programs))


def _mapserver(stack: ExitStack, dsn: str, _python: str, folder: Path) -> Peer:
    mapfile = folder / "trees.map"
    mapfile.write_text(mapserver_map(dsn), encoding="utf-8")
    config = folder / "mapserver.conf"
    config.write_text(
        f'CONFIG ENV MS_MAP_PATTERN "." MS_MAPFILE "{mapfile}" END END\n', encoding="utf-8"
    )
    environment = {"MAPSERVER_CONFIG_FILE": str(config), "MS_MAPFILE": str(mapfile)}
    url, pids = _fastcgi(stack, MAPSERVER, folder, "mapserver", environment)
    return Peer(
        name="MapServer",
        url=url,
        export="/?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=trees"
        "&OUTPUTFORMAT=geojson&SRSNAME=EPSG:4326",
        tile="/?mode=tile&tilemode=gmap&tile={x}+{y}+{z}&layers=tile_trees&map.imagetype=mvt",
        pids=pids,
    )


def _qgis(stack: ExitStack, dsn: str, _python: str, folder: Path) -> Peer:
    project = folder / "trees.qgs"
    subprocess.run(
        [SYSTEM_PYTHON, str(Path(__file__).with_name("peer_project.py"))],
        input=json.dumps({"dsn": conninfo_to_dict(dsn), "schema": SCHEMA, "file": str(project)}),
        text=True,
        check=True,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)},
    )
    environment = {
        "QGIS_PROJECT_FILE": str(project),
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(folder),
        "QGIS_SERVER_LOG_LEVEL": "2",
    }
    url, pids = _fastcgi(stack, QGIS_SERVER, folder, "qgis", environment)
    return Peer(
        name="QGIS Server",
        url=url,
        export="/?SERVICE=WFS&VERSION=1.1.0&REQUEST=GetFeature&TYPENAME=trees"
        "&OUTPUTFORMAT=GeoJSON&SRSNAME=EPSG:4326",
        tile=None,
        pids=pids,
    )


def _tipg(stack: ExitStack, dsn: str, python: str, folder: Path) -> Peer:
    parts = conninfo_to_dict(dsn)
    host = str(parts["host"]).replace("/", "%2F")
    environment = {
        "DATABASE_URL": f"postgresql://{parts['user']}:{parts['password']}@{host}/{parts['dbname']}",
        "TIPG_DB_SCHEMAS": json.dumps([SCHEMA]),
        "TIPG_MAX_FEATURES_PER_QUERY": "100000000",
        "TIPG_MAX_FEATURES_PER_TILE": str(MOST_IN_TILE),
    }
    url, pids = _uvicorn(stack, python, "tipg.main:app", folder, environment)
    return Peer(
        name="tipg",
        url=url,
        export=f"/collections/{SCHEMA}.trees/items?f=geojson&limit=100000000",
        tile=f"/collections/{SCHEMA}.tile_trees/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}",
        pids=pids,
        most=100_000,
    )


def _pygeoapi(stack: ExitStack, dsn: str, python: str, folder: Path) -> Peer:
    written = folder / "pygeoapi.yml"
    # JSON is YAML.
    written.write_text(json.dumps(pygeoapi_config(dsn)), encoding="utf-8")
    openapi = folder / "pygeoapi-openapi.yml"
    environment = {"PYGEOAPI_CONFIG": str(written), "PYGEOAPI_OPENAPI": str(openapi)}
    subprocess.run(
        [python, "-c", "from pygeoapi.openapi import openapi; openapi()", "generate",
         str(written), "--output-file", str(openapi)],
        check=True, env=environment, stdout=sys.stderr,
    )  # fmt: skip
    url, pids = _uvicorn(stack, python, "pygeoapi.starlette_app:APP", folder, environment)
    return Peer(
        name="pygeoapi",
        url=url,
        export="/collections/trees/items?f=json&limit=100000000",
        # Its tiles out of PostGIS take 22 s each at 10,000 trees: nothing to compare with.
        tile=None,
        pids=pids,
        most=100_000,
    )


def _uvicorn(
    stack: ExitStack, python: str, application: str, folder: Path, environment: dict[str, str]
) -> tuple[str, tuple[int, ...]]:
    port = free_port()
    command = [python, "-m", "uvicorn", application, "--port", str(port), "--no-access-log",
               "--workers", str(PROCESSES)]  # fmt: skip
    word = application.partition(".")[0]
    server = stack.enter_context(child(command, environment, folder / f"{word}.log"))
    return f"http://127.0.0.1:{port}", (server.pid,)


STARTS = {"MapServer": _mapserver, "QGIS Server": _qgis, "tipg": _tipg, "pygeoapi": _pygeoapi}
