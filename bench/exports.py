"""python -m bench.exports: our files over HTTP against the same COPY without us, by turns.

The limit is one psycopg connection that reads the very rows and throws them away; loopback only.
"""

from collections.abc import Callable, Iterable
from typing import Any
from unittest.mock import patch

import psycopg
from django.utils import timezone

from bench.city import BenchCity, arguments, bench_city, use_django
from bench.measure import Http, Series, memory, timed
from geodata import exporting
from inspections.filters import TreeFilter


def main() -> None:
    """Measure and print a table."""
    options = arguments("Exporte gegen rohes COPY", trees=200_000)
    with bench_city(options.trees) as city:
        use_django(city)
        _report(city, options.rounds)


def _raw(city: BenchCity, statement: str) -> Callable[[], Iterable[bytes]]:
    def rows() -> Iterable[bytes]:
        with (
            psycopg.connect(city.dsn, autocommit=True) as connection,
            connection.cursor().copy(statement) as copied,  # type: ignore[arg-type]
        ):
            yield from (bytes(row) for row in copied)

    return rows


def _statements() -> dict[str, str]:
    """The statement of each export, caught from the export itself."""
    selection = exporting.public(tree_filter=TreeFilter(), day=timezone.localdate())
    caught: list[str] = []

    def catch(*parts: Any) -> Iterable[bytes]:
        caught.append(exporting.statement(*parts))
        return iter(())

    with patch.object(exporting, "copied", catch):
        list(exporting.geojson(selection))
        list(exporting.csv(selection))
    return dict(zip(("geojson", "csv"), caught, strict=True))


def _report(city: BenchCity, rounds: int) -> None:
    http = Http(city.server.url)
    contenders: dict[str, tuple[str, Callable[[], Iterable[bytes]]]] = {}
    for kind, statement in _statements().items():
        contenders[f"Grenze: COPY {kind}"] = ("", _raw(city, statement))
        path = f"/export/trees.{kind}"
        contenders[f"/export/trees.{kind}"] = (
            f"Grenze: COPY {kind}",
            lambda path=path: http.get(path),  # type: ignore[misc]
        )
    wfs = "/wfs?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=baeume&OUTPUTFORMAT=geojson"
    contenders["WFS GeoJSON"] = ("Grenze: COPY geojson", lambda: http.get(wfs))
    series = {name: Series(name) for name in contenders}
    _, idle = memory(city.server.pid)
    for _ in range(rounds):
        for name, (_, run) in contenders.items():
            timed(series[name], run)
    print(f"{'':24} {'s':>7} {'Bäume/s':>9} {'MB':>7} {'1. Byte ms':>10} {'Verhältnis':>10}")
    for name, (limit, _) in contenders.items():
        one = series[name]
        ratio = f"{series[limit].median / one.median:.2f}" if limit else "1"
        print(
            f"{name:24} {one.median:7.2f} {city.trees / one.median:9,.0f} {one.size / 1e6:7.1f}"
            f" {min(one.first_byte) * 1000:10.1f} {ratio:>10}"
        )
    peak, _ = memory(city.server.pid)
    print(f"Speicher des Servers: {idle:.0f} MiB vorher, {peak:.0f} MiB Spitze")


if __name__ == "__main__":
    main()
