"""python -m bench.tiles: our tree tiles over HTTP against plain ST_AsMVT, tile by tile by turns.

The limit is one prepared statement on one psycopg connection that draws the trees of a tile with
their due date (and, far out, as many as 10,000 of them): no sign-in, no filter, no HTTP. A tile is
asked for again, as people do who look at the same streets; as nobody has asked for it, so that it must
be drawn; by who has it (304); once for a day that nobody has counted, and with a filter that no kept
count answers; and right after a tree in it was changed. Then eight clients at once against pgbench
with the same statement, which meet each tile several times. All of it for cities that grow.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import psycopg
from django.utils import timezone

from bench.city import BenchCity, bench_city, parser_of, signed_in, use_django
from bench.measure import Series, timed
from bench.targets import tell
from bench.tile_load import http_rate, pgbench_rate
from bench.wire import Wire
from geodata.rules.tilemath import WORLD
from geodata.tiles.kept_cells import refresh
from geodata.tiles.trees import TREE_ZOOM
from inspections.rules.states import RISK_ORDER

ZOOMS = (8, 10, 12, 13, 14, 15, 16, 17, 18)
TILES_PER_ZOOM = 20
RAW = """
WITH box AS (SELECT ST_TileEnvelope({z}::int, {x}::int, {y}::int) AS geom)
SELECT ST_AsMVT(f, 'trees', 4096, 'geom') FROM (
  SELECT ST_AsMVTGeom(ST_Transform(t.geom, 3857), box.geom, 4096, 64, true) AS geom,
    t.id::text AS id, sp.genus, c.condition, c.due_on::text
  FROM box CROSS JOIN baumkataster_tree t
  JOIN baumkataster_species sp ON sp.id = t.species_id
  JOIN inspections_controlplan c ON c.tree_id = t.id
  WHERE t.geom && ST_Transform(ST_TileEnvelope({z}::int, {x}::int, {y}::int), 25832)
  LIMIT 10000) f
"""
#: Changes the due date of the tree next to the middle of a tile.
CHANGE = """
UPDATE inspections_controlplan SET due_on = due_on + 1 WHERE tree_id = (
  SELECT t.id FROM baumkataster_tree t JOIN inspections_controlplan c ON c.tree_id = t.id,
    LATERAL (SELECT ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 25832) AS geom) box
  WHERE t.geom && box.geom AND c.required AND c.due_on IS NOT NULL
  ORDER BY t.geom <-> ST_Centroid(box.geom) LIMIT 1)
"""
#: A filter that no kept count answers.
OTHER_FILTER = "&q=Linde"
Address = tuple[int, int, int]


@dataclass
class Result:
    """One zoom of one city."""

    raw: Series = field(default_factory=lambda: Series("raw"))
    ours: Series = field(default_factory=lambda: Series("ours"))
    anew: Series = field(default_factory=lambda: Series("anew"))
    same: Series = field(default_factory=lambda: Series("304"))
    uncounted: Series = field(default_factory=lambda: Series("day"))
    changed: Series = field(default_factory=lambda: Series("changed"))
    other: Series = field(default_factory=lambda: Series("filter"))
    largest: int = 0


def main() -> None:
    """Measure and print tables."""
    options = parser_of("Kacheln gegen rohes ST_AsMVT").parse_args()
    growth: dict[int, dict[int, Result]] = {}
    for trees in options.trees:
        with bench_city(trees) as city:
            use_django(city)
            refresh(day=timezone.localdate())
            growth[trees] = _city(city, options.rounds)
    print("\nWachstum, wir p50 in ms: wieder (Verhältnis zur Grenze), neu gezeichnet (Verhältnis)")
    print(f"{'Zoom':>4} " + " ".join(f"{trees:>32,}" for trees in growth))
    for z in ZOOMS:
        cells = [
            " ".join(
                f"{times.median * 1000:7.1f} ({times.median / r[z].raw.median:5.2f})"
                for times in (r[z].ours, r[z].anew)
            )
            for r in growth.values()
        ]
        print(f"{z:4} " + " ".join(f"{cell:>32}" for cell in cells))


def _city(city: BenchCity, rounds: int) -> dict[int, Result]:
    http = Wire(city.server.url, signed_in(city).headers)
    tiles = chosen_tiles(city)
    print(f"\n{city.trees:,} Bäume, {rounds} Runden abwechselnd (ms)")
    print(
        f"{'Zoom':>4} {'Kacheln':>7} {'Grenze p50':>10} {'p95':>6} {'wir p50':>8} {'p95':>6} "
        f"{'Verhältnis':>10} {'neu gez.':>8} {'Verh.':>6} {'304':>6}"
        f" {'geändert':>8} {'Tag':>8} {'Filter q':>8} {'größte kB':>9}"
    )
    results = {}
    with psycopg.connect(city.dsn, autocommit=True) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        for z, addresses in tiles.items():
            results[z] = _zoom(connection, http, addresses, rounds)
            _print_zoom(z, len(addresses), results[z])
    _tell(city, results)
    _print_load(city, http, tiles)
    return results


def _tell(city: BenchCity, results: dict[int, Result]) -> None:
    """Ratios of the slowest zoom, and the largest tile of all.

    Anew by themselves from zoom 17: there a plain statement is done before HTTP has said a word.
    """
    far, near = ([z for z in ZOOMS if (z > 16) is wanted] for wanted in (False, True))
    for key, which, zooms in (
        ("tile", "ours", ZOOMS), ("tile_anew", "anew", far), ("tile_anew_near", "anew", near)
    ):  # fmt: skip
        ratios = {z: getattr(results[z], which).median / results[z].raw.median for z in zooms}
        worst = max(ratios, key=ratios.__getitem__)
        tell(key, city.trees, ratios[worst], note=f"Z{worst}")
    tell("tile_size", city.trees, max(r.largest for r in results.values()) / 1000)


def _zoom(
    connection: psycopg.Connection, http: Wire, addresses: list[Address], rounds: int
) -> Result:
    result = Result()
    for turn in range(rounds):
        marks: dict[Address, str] = {}
        for address in addresses:
            # Once for warm caches and the marks of the tiles.
            list(http.get(tile_path(address)))
            marks[address] = http.answered("ETag")
            list(plain_tile(connection, address)())
        for address in addresses:
            path = tile_path(address)
            timed(result.raw, plain_tile(connection, address))
            timed(result.ours, _ours(http, path))
            timed(result.anew, _ours(http, _unasked(address, turn)))
            result.largest = max(result.largest, result.ours.size, result.anew.size)
            timed(result.same, _unchanged(http, path, marks[address]))
            if turn == 0:
                timed(result.uncounted, _ours(http, tile_path(address, days=rounds + 1)))
                timed(result.other, _ours(http, path + OTHER_FILTER))
        # By themselves: a change is one of the tiles beside it, too.
        for address in addresses:
            connection.execute(CHANGE, dict(zip("zxy", address, strict=True)), prepare=True)
            timed(result.changed, _ours(http, tile_path(address)))
            # Farther out trees are counted, and a day more seldom changes their number.
            new = address[0] < TREE_ZOOM or http.answered("ETag") != marks[address]
            assert new, f"{address} is old"
    return result


def _print_zoom(z: int, number: int, r: Result) -> None:
    print(
        f"{z:4} {number:7} {r.raw.median * 1000:10.1f} {r.raw.quantile(0.95) * 1000:6.1f}"
        f" {r.ours.median * 1000:8.1f} {r.ours.quantile(0.95) * 1000:6.1f}"
        f" {r.ours.median / r.raw.median:10.2f} {r.anew.median * 1000:8.1f}"
        f" {r.anew.median / r.raw.median:6.2f} {r.same.median * 1000:6.1f}"
        f" {r.changed.median * 1000:8.1f} {r.uncounted.median * 1000:8.1f}"
        f" {r.other.median * 1000:8.1f} {r.largest / 1000:9.1f}",
        flush=True,
    )


def _print_load(city: BenchCity, http: Wire, tiles: dict[int, list[Address]]) -> None:
    mixed = [address for z in (14, 15, 16) for address in tiles[z]]
    Random(2).shuffle(mixed)
    statement = RAW.format(z=":z", x=":x", y=":y")
    best, its_limit = 0.0, 1.0
    for _ in range(2):
        limit = pgbench_rate(city.dsn, statement, mixed)
        rate, times = http_rate(city.server.url, http.headers, [tile_path(a) for a in mixed])
        p50, p95 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.95))
        print(
            f"8 Abnehmer, Zoom 14–16: Grenze {limit:.0f}/s, wir {rate:.0f}/s"
            f" ({rate / limit:.2f}), p50 {p50:.0f} ms, p95 {p95:.0f} ms",
            flush=True,
        )
        best, its_limit = max((best, its_limit), (rate, limit))
    tell("tile_rate", city.trees, best, ratio=best / its_limit)


def chosen_tiles(city: BenchCity) -> dict[int, list[Address]]:
    """Tiles in which trees stand, chosen by chance but always the same."""
    sql = (
        "SELECT DISTINCT ST_X(g), ST_Y(g) FROM (SELECT ST_Transform(geom, 3857) AS g"
        " FROM baumkataster_tree TABLESAMPLE SYSTEM (2) REPEATABLE (1)) t ORDER BY 1, 2 LIMIT 4000"
    )
    with psycopg.connect(city.dsn) as connection:
        places = connection.execute(sql).fetchall()
    chosen = Random(1).sample(places, min(len(places), TILES_PER_ZOOM * 5))
    tiles = {}
    for z in ZOOMS:
        side = 2 * WORLD / 2**z
        found = {(z, int((x + WORLD) / side), int((WORLD - y) / side)) for x, y in chosen}
        tiles[z] = sorted(found)[:TILES_PER_ZOOM]
    return tiles


def tile_path(address: Address, *, days: int = 0) -> str:
    """Where our tile of today is, or of a day after it."""
    z, x, y = address
    day = timezone.localdate() + timedelta(days=days)
    return f"/tiles/trees/{z}/{x}/{y}.mvt?day={day.isoformat()}"


def _unasked(address: Address, turn: int) -> str:
    """The tile as nobody has asked for it: counts of other states, or trees of another day."""
    if address[0] >= TREE_ZOOM:
        return tile_path(address, days=turn + 1)
    left = [code for number, code in enumerate(RISK_ORDER) if number != turn % len(RISK_ORDER)]
    return tile_path(address) + "".join(f"&state={code}" for code in left)


def plain_tile(connection: psycopg.Connection, address: Address) -> Callable[[], Iterable[bytes]]:
    """Draws a tile by the plain statement."""
    values = dict(zip("zxy", address, strict=True))
    statement = RAW.format(z="%(z)s", x="%(x)s", y="%(y)s")

    def run() -> Iterable[bytes]:
        row = connection.execute(statement, values, prepare=True).fetchone()
        yield bytes(row[0]) if row else b""

    return run


def _ours(http: Wire, path: str) -> Callable[[], Iterable[bytes]]:
    return lambda: http.get(path)


def _unchanged(http: Wire, path: str, mark: str) -> Callable[[], Iterable[bytes]]:
    return lambda: http.get(path, {"If-None-Match": mark}, expected=304)


if __name__ == "__main__":
    main()
