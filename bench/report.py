"""python -m bench.report: the overdue report of a whole city: page, totals, CSV and PDF.

The limit of the page is what its own statements need in the database, that of the totals one plain
statement that joins every tree with its place; CSV is set beside a COPY of the same columns. One
browser's connection, by turns.
"""

import time
from collections.abc import Iterable
from uuid import UUID, uuid4

import psycopg
from django.utils import timezone, translation

from baumkataster.models import District, User
from bench.city import BenchCity, bench_city, parser_of, signed_in
from bench.measure import Series, memory, timed
from bench.targets import tell
from inspections.filters import TreeFilter
from inspections.reports import numbers, overdue
from inspections.reports.paper.making import Asked, make_paper
from inspections.reports.past_trees import renew_trees
from inspections.reports.planner import in_written_order

PAGE = "/berichte/ueberfaellig/"
#: Rows of the list on paper.
PAPER_ROWS = 5_000
#: Trees by state, district, unit and kind of place, as anybody would count them.
PLAIN_TOTALS = """
SELECT state, district_id, unit_id, kind, count(*) FROM (
    SELECT CASE WHEN p.never THEN 'never' WHEN p.due_on >= %(day)s THEN 'ok'
        WHEN p.tolerance_until >= %(day)s THEN 'tolerance' ELSE 'overdue' END AS state,
        t.district_id, coalesce(t.unit_id, place.unit_id) AS unit_id, place.kind
    FROM inspections_controlplan p JOIN baumkataster_tree t ON t.id = p.tree_id
    JOIN baumkataster_site site ON site.id = t.site_id
    JOIN baumkataster_place place ON place.id = site.place_id WHERE p.required) c
GROUP BY GROUPING SETS ((state), (district_id, state), (unit_id, state), (kind, state))"""
ALL_STATES = ("overdue", "tolerance", "never", "due30", "due90")


def main() -> None:
    """Measure at each size and print a table."""
    options = parser_of("Überfälligkeitsbericht", rounds=5).parse_args()
    for size in options.trees:
        with bench_city(size) as city:
            _page(city, options.rounds)
            _csv(city, min(options.rounds, 3))
            _paper(city)


def _page(city: BenchCity, rounds: int) -> None:
    """First page and totals over HTTP, beside their statements alone; the worker's part is done."""
    http = signed_in(city, role="supervisor")
    renew_trees()
    person = User.objects.get(username__startswith="messung-supervisor")
    limit, page = Series("limit"), Series("page")
    plain, totals = Series("plain"), Series("totals")
    with psycopg.connect(city.dsn, autocommit=True) as database:
        for _ in range(rounds):
            timed(limit, lambda: _statements(person))
            timed(page, lambda: http.get(PAGE))
            timed(plain, lambda: _plain_totals(database))
            timed(totals, lambda: http.get(f"{PAGE}summen/"))
    of_page, of_totals = page.median / limit.median, totals.median / plain.median
    print(
        f"{city.trees:9,} Bäume: Seite {page.median:.2f} s (ihre Anweisungen {limit.median:.2f} s, "
        f"Verhältnis {of_page:.2f}), Summen {totals.median:.2f} s"
        f" (schlicht {plain.median:.2f} s, {of_totals:.2f})",
        flush=True,
    )
    tell("page", city.trees, page.median, ratio=of_page)
    tell("totals", city.trees, totals.median, ratio=of_totals)


def _plain_totals(database: psycopg.Connection) -> Iterable[bytes]:
    yield repr(database.execute(PLAIN_TOTALS, {"day": timezone.localdate()}).fetchall()).encode()


def _statements(person: User) -> Iterable[bytes]:
    """What the page asks: counts, care, worst districts, fifty rows."""
    day = timezone.localdate()
    rows = overdue.report_rows(on=day, visible_to=person, tree_filter=TreeFilter())
    numbers.states_and_care(rows.plans, on=day)
    numbers.worst_districts(rows.trees, 3, on=day)
    with in_written_order():
        yield str(len(overdue.in_order(overdue.only_states(rows, ()), "risk")[:50])).encode()


def _csv(city: BenchCity, rounds: int) -> None:
    """The list as CSV beside COPY of the same statement."""
    http = signed_in(city, role="supervisor")
    person = User.objects.filter(username__startswith="messung-supervisor").latest("date_joined")
    states = "&".join(f"state={code}" for code in ALL_STATES)
    rows = overdue.report_rows(on=timezone.localdate(), visible_to=person, tree_filter=TreeFilter())
    wanted = overdue.only_states(rows, ALL_STATES)
    text, values = overdue.in_order(wanted, "risk").query.sql_with_params()
    limit, ours = Series("COPY"), Series("CSV")
    _, idle = memory(city.server.pid)
    with psycopg.connect(city.dsn, autocommit=True) as plain:
        for _ in range(rounds):
            timed(limit, lambda: _copy(plain, text, values))
            timed(ours, lambda: http.get(f"/berichte/ueberfaellig.csv?{states}"))
    peak, _ = memory(city.server.pid)
    print(
        f"{'':9} CSV mit {wanted.count():,} Zeilen: {ours.median:.2f} s, COPY {limit.median:.2f} s, "
        f"Verhältnis {ours.median / limit.median:.2f}, erstes Byte "
        f"{min(ours.first_byte) * 1000:.0f} ms, Server {idle:.0f} → {peak:.0f} MiB",
        flush=True,
    )
    tell("list_first", city.trees, min(ours.first_byte) * 1000)
    tell("list_memory", city.trees, peak - idle)


def _copy(plain: psycopg.Connection, text: str, values: tuple[object, ...]) -> Iterable[bytes]:
    with psycopg.ClientCursor(plain).copy(f"COPY ({text}) TO STDOUT", values) as rows:
        yield from (bytes(row) for row in rows)


def _paper(city: BenchCity) -> None:
    """The PDF in this process, as the worker makes it."""
    person = User.objects.filter(username__startswith="messung-supervisor").latest("date_joined")
    begun = time.perf_counter()
    steps: dict[str, float] = {}

    def told(step: str, _share: float) -> None:
        steps.setdefault(step, time.perf_counter() - begun)

    with translation.override("de"):
        paper = make_paper(
            Asked(
                on=timezone.localdate(),
                visitor=person,
                asked_by="Messung",
                tree_filter=_about(person, PAPER_ROWS),
                uncared=False,
                order="risk",
                filter_text="Messung",
                base_url="",
                number=uuid4().hex[:8],
                asked_at=timezone.now(),
            ),
            told=told,
        )
    seconds = time.perf_counter() - begun
    tell("paper", city.trees, seconds, note=f"{paper.rows:,} Z.")
    words = ", ".join(f"{step} ab {second:.1f} s" for step, second in steps.items())
    print(
        f"{'':9} PDF mit {paper.rows:,} Zeilen, {paper.pages} Seiten, {len(paper.content) / 1e6:.1f} MB: "
        f"{seconds:.1f} s ({words})",
        flush=True,
    )


def _about(person: User, wanted: int) -> TreeFilter:
    """Districts, as many as give about so many late trees."""
    day, found = timezone.localdate(), 0
    chosen: list[UUID] = []
    for district in District.objects.order_by("name"):
        one = TreeFilter(districts=(district.pk,))
        rows = overdue.report_rows(on=day, visible_to=person, tree_filter=one)
        late = overdue.only_states(rows, ()).count()
        if chosen and found + late > wanted * 1.2:
            continue
        chosen.append(district.pk)
        found += late
        if found >= wanted:
            break
    return TreeFilter(districts=tuple(chosen))


if __name__ == "__main__":
    main()
