"""python -m bench.exports: our files over HTTP against COPY without us, by turns.

The limit of GeoJSON is COPY (SELECT ST_AsGeoJSON(row)) over the same view and columns, that of CSV the
very COPY; one psycopg connection reads the rows and throws them away. WFS, which asks in another
way, is measured once. Loopback only; other servers stand beside it in bench/peers.py.
"""

from collections.abc import Callable, Iterable
from typing import Any
from unittest.mock import patch

import psycopg
from django.utils import timezone

from bench.city import BenchCity, bench_city, parser_of, use_django
from bench.measure import Http, Series, memory, timed
from bench.targets import tell
from geodata import exporting
from inspections.filters import TreeFilter


def main() -> None:
    """Measure and print a table."""
    options = parser_of("Exporte gegen rohes COPY").parse_args()
    for size in options.trees:
        with bench_city(size) as city:
            use_django(city)
            _report(city, options.rounds)


def copied(city: BenchCity, statement: str) -> Callable[[], Iterable[bytes]]:
    """Runs a COPY and throws its rows away."""

    def rows() -> Iterable[bytes]:
        with (
            psycopg.connect(city.dsn, autocommit=True) as connection,
            connection.cursor().copy(statement) as copied,
        ):
            yield from (bytes(row) for row in copied)

    return rows


def statements() -> dict[str, str]:
    """The plain statement beside each export."""
    selection = exporting.public(tree_filter=TreeFilter(), day=timezone.localdate())
    caught: list[str] = []

    def catch(*parts: Any) -> Iterable[bytes]:
        caught.append(exporting.statement(*parts))
        return iter(())

    with patch.object(exporting, "copied", catch):
        list(exporting.csv(selection))
    columns = ", ".join(f"v.{column.name}" for column in selection.columns)
    plain = (
        f"COPY (SELECT ST_AsGeoJSON(r.*, 'geom', {exporting.DECIMALS}) FROM (SELECT {columns},"
        f" ST_Transform(v.geom, 4326) AS geom FROM {selection.view} v) r) TO STDOUT"
    )
    return {"geojson": plain, "csv": caught[0]}


def _report(city: BenchCity, rounds: int) -> None:
    http = Http(city.server.url)
    contenders: dict[str, tuple[str, Callable[[], Iterable[bytes]]]] = {}
    for kind, statement in statements().items():
        contenders[f"Grenze: COPY {kind}"] = ("", copied(city, statement))
        path = f"/export/trees.{kind}"
        contenders[f"/export/trees.{kind}"] = (
            f"Grenze: COPY {kind}",
            lambda path=path: http.get(path),  # type: ignore[misc]
        )
    wfs = "/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=baeume&OUTPUTFORMAT=geojson"
    contenders["WFS GeoJSON"] = ("Grenze: COPY geojson", lambda: http.get(wfs))
    series = {name: Series(name) for name in contenders}
    _, idle = memory(city.server.pid)
    for number in range(rounds):
        for name, (_, run) in contenders.items():
            if number == 0 or name != "WFS GeoJSON":
                timed(series[name], run)
    print(f"{'':24} {'s':>7} {'Bäume/s':>9} {'MB':>7} {'1. Byte ms':>10} {'Verhältnis':>10}")
    for name, (limit, _) in contenders.items():
        one = series[name]
        ratio = f"{one.median / series[limit].median:.2f}" if limit else "1"
        print(
            f"{name:24} {one.median:7.2f} {city.trees / one.median:9,.0f} {one.size / 1e6:7.1f}"
            f" {min(one.first_byte) * 1000:10.1f} {ratio:>10}"
        )
    peak, _ = memory(city.server.pid)
    print(f"Speicher des Servers: {idle:.0f} MiB vorher, {peak:.0f} MiB Spitze")
    tell("export_memory", city.trees, peak - idle)
    for kind in ("geojson", "csv"):
        ours, limit = series[f"/export/trees.{kind}"], series[f"Grenze: COPY {kind}"]
        tell(kind, city.trees, ours.median / limit.median)
        tell(f"{kind}_first", city.trees, min(ours.first_byte) * 1000)


if __name__ == "__main__":
    main()
