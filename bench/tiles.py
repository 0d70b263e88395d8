"""python -m bench.tiles: our tree tiles over HTTP against raw ST_AsMVT, tile by tile by turns.

The limit is one prepared statement on one psycopg connection that draws the trees of a tile with
their due date (and, far out, as many as 10,000 of them): no sign-in, no filter, no HTTP.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random

import psycopg
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from baumkataster.models import User
from bench.city import BenchCity, arguments, bench_city, use_django
from bench.measure import Http, Series, timed
from geodata.rules.tilemath import WORLD

ZOOMS = (10, 12, 14, 15, 16, 18)
TILES_PER_ZOOM = 20
RAW = """
WITH box AS (SELECT ST_TileEnvelope(%s::int, %s::int, %s::int) AS geom)
SELECT ST_AsMVT(f, 'trees', 4096, 'geom') FROM (
  SELECT ST_AsMVTGeom(ST_Transform(t.geom, 3857), box.geom, 4096, 64, true) AS geom,
    t.id::text AS id, sp.genus, c.condition, c.due_on::text
  FROM box CROSS JOIN baumkataster_tree t
  JOIN baumkataster_species sp ON sp.id = t.species_id
  JOIN inspections_controlplan c ON c.tree_id = t.id
  WHERE t.geom && ST_Transform(ST_TileEnvelope(%s::int, %s::int, %s::int), 25832)
  LIMIT 10000) f
"""
Address = tuple[int, int, int]


def main() -> None:
    """Measure and print a table."""
    options = arguments("Kacheln gegen rohes ST_AsMVT", trees=200_000)
    with bench_city(options.trees) as city:
        use_django(city)
        _report(city, options.rounds)


def _signed_in(city: BenchCity) -> Http:
    """A planner's kept connection."""
    user = User.objects.create_user("messung", password=None, role="planner")
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.set_expiry(timedelta(hours=1))
    session.create()
    return Http(
        city.server.url, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}
    )


def _tiles(city: BenchCity) -> dict[int, list[Address]]:
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


def _report(city: BenchCity, rounds: int) -> None:
    http = _signed_in(city)
    day = timezone.localdate().isoformat()
    print(
        f"{'Zoom':>4} {'Kacheln':>7} {'Grenze p50':>10} {'p95':>6} {'wir p50':>8} {'p95':>6} "
        f"{'Verhältnis':>10} {'größte kB':>9}   (ms)"
    )
    with psycopg.connect(city.dsn, autocommit=True) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        for z, addresses in _tiles(city).items():
            raw, ours, largest = Series("raw"), Series("ours"), 0
            for _ in range(rounds):
                for address in addresses:
                    timed(raw, _raw(connection, address))
                    x, y = address[1:]
                    timed(ours, _ours(http, f"/tiles/trees/{z}/{x}/{y}.mvt?day={day}"))
                    largest = max(largest, ours.size)
            print(
                f"{z:4} {len(addresses):7} {raw.median * 1000:10.1f} {raw.quantile(0.95) * 1000:6.1f}"
                f" {ours.median * 1000:8.1f} {ours.quantile(0.95) * 1000:6.1f}"
                f" {ours.median / raw.median:10.2f} {largest / 1000:9.1f}"
            )


def _raw(connection: psycopg.Connection, address: Address) -> Callable[[], Iterable[bytes]]:
    def run() -> Iterable[bytes]:
        row = connection.execute(RAW, [*address, *address], prepare=True).fetchone()
        yield bytes(row[0]) if row else b""

    return run


def _ours(http: Http, path: str) -> Callable[[], Iterable[bytes]]:
    return lambda: http.get(path)


if __name__ == "__main__":
    main()
