"""python -m bench.stichtag: a past day in report, map and card, in growth, and beside plain SQL.

The limit is what nobody can go below: one plain statement that finds each tree's newest inspection
up to the day, adds its months and counts the days by state; no history, no rule, no page. It is put
beside the first question, for which the day is made, and every further one, for which it is kept.
The worker's part (trees that are kept with their places) is done once before, as in a running city.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from random import Random

import psycopg
from django.utils import timezone

from bench.city import BenchCity, bench_city, parser_of, signed_in
from bench.measure import Http, Series, timed
from bench.targets import tell
from geodata.rules.tilemath import WORLD
from inspections.reports.past_store import forget
from inspections.reports.past_trees import renew_trees

#: Days back from today: yesterday, within a year, and when only part of the evidence was there.
AGES = (1, 200, 700)
READINGS = ("damals", "heute")
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
#: Trees by chance but always the same, with the oldest records: they stood on every day.
TREES = """
SELECT t.id, ST_X(ST_Transform(t.geom, 3857)), ST_Y(ST_Transform(t.geom, 3857))
FROM baumkataster_tree t JOIN inspections_inspection i ON i.tree_id = t.id
ORDER BY i.inspected_on, t.id LIMIT 200"""
DAY = "stichtag={day}&lesart={reading}"
PAGE = f"/berichte/ueberfaellig/?{DAY}"
#: Word of the table, address; {key} and {z}/{x}/{y} are a tree and its tiles.
FURTHER = {
    "weiter": f"{PAGE}&seite=2",
    "Summen": f"/berichte/ueberfaellig/summen/?{DAY}",
    "CSV": f"/berichte/ueberfaellig.csv?{DAY}",
    "Legende": f"/api/v1/trees/state-counts/?{DAY}",
    "Kachel 11": f"/tiles/trees/11/{{x11}}/{{y11}}.mvt?{DAY}",
    "Kachel 13": f"/tiles/trees/13/{{x13}}/{{y13}}.mvt?{DAY}",
    "Kachel 16": f"/tiles/trees/16/{{x16}}/{{y16}}.mvt?{DAY}",
    "Karte": f"/api/v1/trees/{{key}}/card/?{DAY}",
}
COLUMNS = ("schlicht", "erste", *FURTHER)


def main() -> None:
    """Measure every size, and print a table of each and of growth."""
    parser = parser_of("Bericht, Karte und Baum eines vergangenen Tages")
    parser.add_argument("--ages", type=int, nargs="+", default=list(AGES), help="Tage zurück")
    options = parser.parse_args()
    print("Sekunden (Median); Verhältnis zur schlichten Anweisung in Klammern; CSV: erstes Byte")
    print("Bäume      Tag         Lesart  " + " ".join(f"{name:>13}" for name in COLUMNS))
    growth = {}
    for trees in options.trees:
        with bench_city(trees) as city:
            worst = _city(city, options.ages, options.rounds)
        slowest = max(worst[name] for name in COLUMNS[1:])
        tell("past", trees, slowest, ratio=slowest / worst["schlicht"])
        growth[trees] = worst
    print("\nWachstum, schlechtester Median über Tage und Lesarten in s (Verhältnis)")
    print(f"{'':10} " + " ".join(f"{trees:>16,}" for trees in growth))
    for name in COLUMNS:
        cells = (_cell(rows[name], rows["schlicht"]) for rows in growth.values())
        print(f"{name:<10} " + " ".join(f"{cell:>16}" for cell in cells))


def _city(city: BenchCity, ages: list[int], rounds: int) -> dict[str, float]:
    """All days and readings of one city; the worst median of each column."""
    http = signed_in(city, "supervisor")
    renew_trees()
    worst = dict.fromkeys(COLUMNS, 0.0)
    with psycopg.connect(city.dsn, autocommit=True) as session:
        trees = session.execute(TREES).fetchall()
        for age in ages:
            day = timezone.localdate() - timedelta(days=age)
            for reading in READINGS:
                series = _measured(http, session, trees, day, reading, rounds)
                _print_row(city, day, reading, series)
                worst = {name: max(worst[name], seconds) for name, seconds in series.items()}
    return worst


def _measured(
    http: Http,
    session: psycopg.Connection[tuple[object, ...]],
    trees: list[tuple[object, ...]],
    day: date,
    reading: str,
    rounds: int,
) -> dict[str, float]:
    """Medians of all contenders by turns, after one round that warms up."""
    series = {name: Series(name) for name in COLUMNS}
    pick = Random(3)
    for number in range(rounds + 1):
        words = {"day": day.isoformat(), "reading": reading} | _place(*pick.choice(trees))
        forget(most=0)
        runs: dict[str, Callable[[], Iterable[bytes]]] = {
            "schlicht": partial(_plain, session, day),
            "erste": partial(http.get, PAGE.format(**words)),
        }
        for name, address in FURTHER.items():
            runs[name] = partial(http.get, address.format(**words))
        for name, run in runs.items():
            timed(series[name] if number else Series("warm"), run)
    firsts = sorted(series["CSV"].first_byte)
    return {name: one.median for name, one in series.items()} | {"CSV": firsts[len(firsts) // 2]}


def _place(key: object, x: float, y: float) -> dict[str, object]:
    """Words of the addresses of a tree and of the tiles in which it stands."""
    words: dict[str, object] = {"key": key}
    for zoom in (11, 13, 16):
        side = 2 * WORLD / 2**zoom
        words |= {f"x{zoom}": int((x + WORLD) / side), f"y{zoom}": int((WORLD - y) / side)}
    return words


def _plain(session: psycopg.Connection[tuple[object, ...]], day: date) -> Iterable[bytes]:
    """The limit, as if it were an answer."""
    yield repr(session.execute(PLAIN, {"day": day}).fetchall()).encode()


def _print_row(city: BenchCity, day: date, reading: str, series: dict[str, float]) -> None:
    cells = " ".join(f"{_cell(series[name], series['schlicht']):>13}" for name in COLUMNS)
    print(f"{city.trees:>9,}  {day}  {reading:<6}  {cells}", flush=True)


def _cell(seconds: float, plain: float) -> str:
    return f"{seconds:.2f} ({seconds / plain:.1f})"


if __name__ == "__main__":
    main()
