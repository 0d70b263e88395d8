"""python -m bench.peers: MapServer, QGIS Server, tipg and pygeoapi beside us and plain SQL, by turns.

The whole city as GeoJSON, then vector tiles, alone and by eight clients at once. Limits: those of
bench/exports.py and bench/tiles.py. The peers read a flat table without joins (bench/peer_servers.py),
know no sign-in and no filter of ours: they have it easier. Servers that gather a whole answer in
memory are asked for whole cities of up to 100,000 trees only. tipg and pygeoapi are looked for in the
Python that ``--python`` names (with uvicorn[standard]: without uvloop its answers wait 40 ms for the
other side), because their dependencies are none of ours. Loopback only.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from itertools import product
from pathlib import Path

import psycopg
from django.utils import timezone

from bench.city import BenchCity, bench_city, parser_of, signed_in, use_django
from bench.exports import copied, statements
from bench.measure import Http, Series, memory, timed
from bench.peer_servers import Peer, publish, running_peers
from bench.targets import tell
from bench.tile_load import http_rate, pgbench_rate
from bench.tiles import RAW, chosen_tiles, plain_tile, tile_path
from geodata import exporting
from geodata.tiles.kept_cells import refresh
from inspections.filters import TreeFilter

ZOOMS = (10, 12, 14, 16)
OURS, LIMIT = "Baumkataster", "Grenze (SQL)"
FEATURE = b'"Feature"'


def main() -> None:
    """Measure and print tables for cities that grow."""
    parser = parser_of("Andere Server neben uns und rohem SQL")
    parser.add_argument("--python", default=sys.executable, help="Python mit tipg und pygeoapi")
    options = parser.parse_args()
    for trees in options.trees:
        with bench_city(trees) as city, tempfile.TemporaryDirectory() as folder:
            # FastCGI and nginx processes look in here, too.
            Path(folder).chmod(0o755)
            use_django(city)
            refresh(day=timezone.localdate())
            chosen = exporting.public(tree_filter=TreeFilter(), day=timezone.localdate())
            columns = ", ".join(column.name for column in chosen.columns)
            reader = str(psycopg.conninfo.conninfo_to_dict(city.dsn)["user"])
            publish(city.owner_dsn, reader, f"SELECT {columns}, geom FROM {chosen.view}")
            with running_peers(city.dsn, options.python, Path(folder)) as peers:
                _exports(city, peers, options.rounds)
                _tiles(city, peers, options.rounds)


def _exports(city: BenchCity, peers: list[Peer], rounds: int) -> None:
    """Everybody sends the whole city; how many trees arrive is counted once, in the warming round."""
    runs: dict[str, Callable[[], Iterable[bytes]]] = {
        LIMIT: copied(city, statements()["geojson"]),
        OURS: partial(_whole, city.server.url, "/export/trees.geojson"),
    }
    asked = [peer for peer in peers if city.trees <= peer.most]
    for peer in asked:
        runs[peer.name] = partial(_whole, peer.url, peer.export)
    pids = {OURS: (city.server.pid,)} | {peer.name: peer.pids for peer in asked}
    arrived = {name: _features(run()) for name, run in runs.items()}
    series = {name: Series(name) for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            timed(series[name], run)
    print(f"\n{city.trees:,} Bäume als GeoJSON, {rounds} Runden abwechselnd")
    print(
        f"{'':14} {'Bäume':>9} {'s':>7} {'Bäume/s':>9} {'MB':>6} {'1. Byte s':>9} {'Spitze MiB':>10}"
        f" {'Verhältnis':>10}"
    )
    for name, one in series.items():
        peak = f"{max(memory(pid)[0] for pid in pids[name]):.0f}" if name in pids else ""
        print(
            f"{name:14} {arrived[name]:9,} {one.median:7.2f} {arrived[name] / one.median:9,.0f}"
            f" {one.size / 1e6:6.1f} {min(one.first_byte):9.3f} {peak:>10}"
            f" {one.median / series[LIMIT].median:10.2f}"
        )
        if name not in (LIMIT, OURS):
            tell("geojson", city.trees, one.median / series[LIMIT].median, who=name)
            tell("geojson_first", city.trees, min(one.first_byte) * 1000, who=name)
    for peer in peers:
        if peer not in asked:
            print(f"{peer.name}: nur bis {peer.most:,} Bäume gefragt, baut alles im Speicher auf")


def _whole(url: str, path: str) -> Iterable[bytes]:
    """An answer on a connection of its own."""
    return Http(url).get(path)


def _features(blocks: Iterable[bytes]) -> int:
    """How many GeoJSON features stand in a stream; one may be cut by the end of a block."""
    number, rest = 0, b""
    for block in blocks:
        held = rest + block
        number += held.count(FEATURE)
        rest = held[-(len(FEATURE) - 1) :]
    return number


def _tiles(city: BenchCity, peers: list[Peer], rounds: int) -> None:
    """p50 of each zoom, then eight clients at zoom 14 to 16."""
    drawing = [peer for peer in peers if peer.tile]
    tiles = chosen_tiles(city)
    http = signed_in(city)
    lines = {peer.name: Http(peer.url) for peer in drawing}
    names = [LIMIT, OURS, *lines]
    print(f"\n{city.trees:,} Bäume als Kacheln, p50 in ms (Verhältnis zur Grenze), Mittel kB")
    print(f"{'Zoom':>4} " + " ".join(f"{name:>22}" for name in names))
    ratios: dict[str, dict[int, float]] = {name: {} for name in lines}
    with psycopg.connect(city.dsn, autocommit=True) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        for z in ZOOMS:
            series, sizes = {n: Series(n) for n in names}, dict.fromkeys(names, 0)
            # The first turn warms the caches of all.
            for turn, address in product(range(rounds + 1), tiles[z]):
                runs = {
                    LIMIT: plain_tile(connection, address),
                    OURS: partial(http.get, tile_path(address)),
                }
                for peer in drawing:
                    runs[peer.name] = partial(lines[peer.name].get, _path(peer, address))
                for name, run in runs.items():
                    timed(series[name] if turn else Series(name), run)
                    sizes[name] += series[name].size if turn else 0
            print(f"{z:4} " + _cells(series, sizes, rounds * len(tiles[z])), flush=True)
            for name, of_zoom in ratios.items():
                of_zoom[z] = series[name].median / series[LIMIT].median
    for name, of_zoom in ratios.items():
        worst = max(of_zoom, key=of_zoom.__getitem__)
        tell("tile", city.trees, of_zoom[worst], who=name, note=f"Z{worst}")
    _load(city, http, drawing, [address for z in (14, 15, 16) for address in tiles[z]])


def _cells(series: dict[str, Series], sizes: dict[str, int], count: int) -> str:
    limit = series[LIMIT].median
    return " ".join(
        f"{one.median * 1000:7.1f} ({one.median / limit:5.2f}) {sizes[name] / count / 1000:6.1f}"
        for name, one in series.items()
    )


def _load(
    city: BenchCity, http: Http, peers: list[Peer], mixed: list[tuple[int, int, int]]
) -> None:
    statement = RAW.format(z=":z", x=":x", y=":y")
    limit = pgbench_rate(city.dsn, statement, mixed)
    print(f"8 Abnehmer, Zoom 14–16: {LIMIT} {limit:.0f}/s")
    for name, url, headers, paths in (
        (OURS, city.server.url, http.headers, [tile_path(address) for address in mixed]),
        *((p.name, p.url, {}, [_path(p, address) for address in mixed]) for p in peers),
    ):
        rate, times = http_rate(url, headers, paths)
        p50, p95 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.95))
        print(f"{name:14} {rate:6.0f}/s ({rate / limit:.2f}), p50 {p50:.0f} ms, p95 {p95:.0f} ms")
        if name != OURS:
            tell("tile_rate", city.trees, rate, ratio=rate / limit, who=name)


def _path(peer: Peer, address: tuple[int, int, int]) -> str:
    z, x, y = address
    return str(peer.tile).format(z=z, x=x, y=y)


if __name__ == "__main__":
    main()
