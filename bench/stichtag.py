"""python -m bench.stichtag: the overdue report of a past day, in growth, and beside plain SQL.

The limit is what nobody can go below: one plain statement that finds each tree's newest inspection
up to the day, adds its months and counts the days by state; no history, no rule, no page.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.utils import timezone

from bench.city import PREFIX, BenchCity, city_database, signed_in
from bench.measure import Series, timed
from tests.server import running_server

SIZES = (10_000, 100_000, 1_000_000)
#: Days back from today: yesterday, within a year, and when only part of the evidence was there.
AGES = (1, 200, 700)
PLAIN = """
WITH newest AS (
    SELECT DISTINCT ON (tree_id) tree_id, inspected_on, set_months
    FROM inspections_inspection
    WHERE sets_regular_date AND inspected_on <= %(day)s
    ORDER BY tree_id, inspected_on DESC, received_at DESC, id DESC
)
SELECT CASE WHEN n.tree_id IS NULL THEN 'never' WHEN due_on < %(day)s THEN 'late' ELSE 'ok' END,
    count(*)
FROM baumkataster_tree t LEFT JOIN newest n ON n.tree_id = t.id,
    LATERAL (SELECT (inspected_on + make_interval(months => set_months))::date AS due_on) d
WHERE t.created_at < %(day)s::date + 1
GROUP BY 1"""
PAGE = "/berichte/ueberfaellig/?stichtag={day}&lesart={reading}"
CSV = "/berichte/ueberfaellig.csv?stichtag={day}&lesart={reading}"


def main() -> None:
    """Measure every size and print a table."""
    parser = argparse.ArgumentParser(description="Bericht eines vergangenen Tages")
    parser.add_argument("--trees", type=int, nargs="+", default=list(SIZES), help="Bäume")
    parser.add_argument("--rounds", type=int, default=3, help="Runden, abwechselnd gemessen")
    options = parser.parse_args()
    print("Bäume      Tag         Lesart  Seite s  CSV 1. Byte s  schlicht s  Verhältnis")
    for trees in options.trees:
        with _served(trees) as city:
            _report(city, options.rounds)


@contextmanager
def _served(trees: int) -> Iterator[BenchCity]:
    """A city whose pages can be asked for: they name the browser's files, which must be there."""
    name = f"{PREFIX}_{os.getpid()}_{trees}"
    key = {"BAUM_SECRET_KEY": settings.SECRET_KEY}
    with (
        city_database(name, trees),
        tempfile.TemporaryDirectory() as var,
        running_server(name, Path(var), static=True, **key) as server,
    ):
        yield BenchCity(server, name, trees)


def _report(city: BenchCity, rounds: int) -> None:
    http = signed_in(city, "supervisor")
    with psycopg.connect(city.dsn, autocommit=True) as session:
        for age in AGES:
            day = timezone.localdate() - timedelta(days=age)
            for reading in ("damals", "heute"):
                words = {"day": day.isoformat(), "reading": reading}
                _row(city, day, reading, rounds, [
                    lambda words=words: http.get(PAGE.format(**words)),
                    lambda words=words: http.get(CSV.format(**words)),
                    lambda day=day: _plain(session, day),
                ])  # fmt: skip


def _plain(session: psycopg.Connection[tuple[object, ...]], day: date) -> Iterable[bytes]:
    """The limit, as if it were an answer."""
    yield repr(session.execute(PLAIN, {"day": day}).fetchall()).encode()


def _row(
    city: BenchCity,
    day: date,
    reading: str,
    rounds: int,
    runs: list[Callable[[], Iterable[bytes]]],
) -> None:
    """All contenders by turns, after one round that warms up."""
    series = [Series(name) for name in ("page", "csv", "plain")]
    for number in range(rounds + 1):
        for one, run in zip(series, runs, strict=True):
            timed(one if number else Series("warm"), run)
            time.sleep(0.05)
    page, csv, plain = series
    print(
        f"{city.trees:>9,}  {day}  {reading:<6}  {page.median:7.2f}"
        f"  {sorted(csv.first_byte)[len(csv.first_byte) // 2]:13.2f}  {plain.median:10.2f}"
        f"  {page.median / plain.median:10.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
