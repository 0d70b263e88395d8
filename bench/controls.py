"""python -m bench.controls: replan and control run of a whole city against bare statements, by turns.

The limit finds and writes the same rows by plain SQL in one transaction, under the same triggers,
keys and indexes: the newest inspection of each tree gives its date, one INSERT brings all plans; flags
are settled, raised to their level and inserted by five statements, one SELECT counts the trees of
each unit. It knows neither inherited controls nor immediate measures, and writes no mails and no
record of the run. The flags of a whole city are new on the first day only, on a table that was empty;
the day after is the everyday run. Every turn is rolled back, so each begins alike: a replan writes the
city in one part, as for a new rule set; in the daily run it writes in small transactions of their own.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from bench.city import city_database, parser_of
from bench.measure import Series
from bench.targets import tell
from inspections.models import ControlRun
from inspections.services import replan, run_controls
from tests.conftest import PREFIX, owner_url

Turn = Callable[[], Any]

PLAIN_PLAN = """
INSERT INTO inspections_controlplan (tree_id, required, not_required_reason, due_on, tolerance_until,
    never, interval_months, cap_months, basis, basis_on, inspection_id, phase, condition, expectation,
    rule_set_id)
SELECT t.id, true, '', d.due_on, (d.due_on + interval '3 months')::date, i.id IS NULL, d.months,
    d.months, CASE WHEN i.id IS NULL THEN 'initial' ELSE 'inspection' END, i.inspected_on, i.id,
    t.phase, coalesce(i.condition, ''), place.expectation, r.id
FROM baumkataster_tree t
JOIN baumkataster_site site ON site.id = t.site_id
JOIN baumkataster_place place ON place.id = site.place_id
CROSS JOIN (SELECT * FROM inspections_ruleset ORDER BY valid_from DESC LIMIT 1) r
LEFT JOIN (SELECT DISTINCT ON (tree_id) id, tree_id, inspected_on, condition, set_months
    FROM inspections_inspection WHERE sets_regular_date
    ORDER BY tree_id, inspected_on DESC, received_at DESC, id DESC) i ON i.tree_id = t.id
CROSS JOIN LATERAL (SELECT coalesce(i.set_months, r.default_months)::int AS months) m
CROSS JOIN LATERAL (SELECT m.months, (coalesce(i.inspected_on, t.created_at::date)
    + make_interval(months => m.months))::date AS due_on) d
ORDER BY t.id
"""
PLAIN_LOOK = """
SELECT count(*) FROM inspections_controlplan p JOIN (
    SELECT DISTINCT ON (tree_id) tree_id, inspected_on, set_months
    FROM inspections_inspection WHERE sets_regular_date
    ORDER BY tree_id, inspected_on DESC, received_at DESC, id DESC) i USING (tree_id)
WHERE p.due_on IS DISTINCT FROM (i.inspected_on + make_interval(months => i.set_months))::date
"""
#: Level of a plan's control on the day, and of an open measure.
PLAIN_LEVEL = (
    """CASE WHEN p.due_on >= %(day)s THEN 1 WHEN p.tolerance_until >= %(day)s THEN 2 ELSE 3 END"""
)
PLAIN_WORK = """CASE WHEN coalesce(m.deadline_on, p.due_on) < %(day)s THEN 2 ELSE 1 END"""
PLAIN_DUE = """p.required AND p.due_on <= %(day)s::date + 30
    AND (p.exempt_until IS NULL OR p.exempt_until < %(day)s)"""
PLAIN_OPEN = """m.state = 'open' AND coalesce(m.deadline_on, p.due_on) <= %(day)s::date + 30"""
PLAIN_RUN = (
    f"""UPDATE inspections_controlflag f SET resolved_on = %(day)s
       FROM inspections_controlplan p WHERE f.resolved_on IS NULL AND f.measure_id IS NULL
         AND p.tree_id = f.tree_id AND NOT coalesce({PLAIN_DUE} AND p.due_on <= f.due_on, false)""",
    f"""UPDATE inspections_controlflag f SET level = {PLAIN_LEVEL}, level_since = %(day)s
       FROM inspections_controlplan p WHERE f.resolved_on IS NULL AND f.measure_id IS NULL
         AND p.tree_id = f.tree_id AND f.level <> {PLAIN_LEVEL}""",
    f"""UPDATE inspections_controlflag f SET level = {PLAIN_WORK}, level_since = %(day)s
       FROM inspections_measure m JOIN inspections_controlplan p ON p.tree_id = m.tree_id
       WHERE f.resolved_on IS NULL AND m.id = f.measure_id AND f.level < {PLAIN_WORK}""",
    f"""INSERT INTO inspections_controlflag (tree_id, level, due_on, raised_on, level_since)
       SELECT p.tree_id, {PLAIN_LEVEL}, p.due_on, %(day)s, %(day)s
       FROM inspections_controlplan p LEFT JOIN (SELECT tree_id FROM inspections_controlflag
           WHERE resolved_on IS NULL AND measure_id IS NULL OFFSET 0) f USING (tree_id)
       WHERE {PLAIN_DUE} AND f.tree_id IS NULL""",
    f"""INSERT INTO inspections_controlflag
           (tree_id, measure_id, level, due_on, raised_on, level_since)
       SELECT m.tree_id, m.id, {PLAIN_WORK}, coalesce(m.deadline_on, p.due_on), %(day)s, %(day)s
       FROM inspections_measure m JOIN inspections_controlplan p ON p.tree_id = m.tree_id
       LEFT JOIN (SELECT measure_id FROM inspections_controlflag
           WHERE resolved_on IS NULL AND measure_id IS NOT NULL OFFSET 0) f ON f.measure_id = m.id
       WHERE {PLAIN_OPEN} AND f.measure_id IS NULL""",
    """SELECT coalesce(t.unit_id, place.unit_id), p.due_on < %(day)s, count(*)
       FROM baumkataster_tree t JOIN baumkataster_site site ON site.id = t.site_id
       JOIN baumkataster_place place ON place.id = site.place_id
       LEFT JOIN inspections_controlplan p ON p.tree_id = t.id
       WHERE t.status IN ('planted', 'standing', 'unverified') GROUP BY 1, 2""",
)
NO_PLANS = "DELETE FROM inspections_controlplan"


def main() -> None:
    """Measure at each size and print a table."""
    options = parser_of("Terminrechnung und Kontrolllauf gegen bare Anweisungen").parse_args()
    print(f"{'Bäume':>9} {'':34} {'Grenze s':>9} {'wir s':>8} {'Verhältnis':>10}")
    for size in options.trees:
        name = f"{PREFIX}_controls_{size}"
        with city_database(name, size):
            connection.close()
            connection.settings_dict["NAME"] = name
            _report(size, options.rounds)
            connection.close()


def _report(size: int, rounds: int) -> None:
    now = timezone.localtime()
    first = ControlRun.objects.latest("day").day + timedelta(days=1)
    second = first + timedelta(days=1)
    replan(day=first)
    turns: list[tuple[str, Turn, Turn, tuple[str, ...]]] = [
        (
            "alle Termine neu",
            lambda: _run([(PLAIN_PLAN, {})]),
            lambda: replan(day=first),
            (NO_PLANS,),
        ),
        (
            "alle Termine unverändert",
            lambda: _run([(PLAIN_LOOK, {})]),
            lambda: replan(day=first),
            (),
        ),
        (
            "Kontrolllauf, alle Hinweise neu",
            lambda: _plain_run(first),
            lambda: run_controls(day=first, now=now),
            (),
        ),
        (
            "Kontrolllauf am Tag danach",
            lambda: _plain_run(second),
            lambda: run_controls(day=second, now=now),
            (),
        ),
    ]
    found = []
    for name, plain, ours, before in turns:
        if ours is turns[-1][2]:
            run_controls(day=first, now=now)
            _looked_at(str(connection.settings_dict["NAME"]))
        found.append(_compare(f"{size:9,} {name:34}", plain, ours, before, rounds))
    tell("replan", size, found[0][0], ratio=found[0][1])
    # Of the first and the everyday run the worse.
    tell("run", size, max(seconds for seconds, _ in found[2:]))
    tell("run_ratio", size, max(ratio for _, ratio in found[2:]))


def _compare(
    head: str, plain: Turn, ours: Turn, before: tuple[str, ...], rounds: int
) -> tuple[float, float]:
    """Our seconds, and how many times the limit's."""
    limit, we = Series("limit"), Series("we")
    for _ in range(rounds):
        _rolled_back(limit, plain, before)
        _rolled_back(we, ours, before)
    ratio = we.median / limit.median
    print(f"{head} {limit.median:9.2f} {we.median:8.2f} {ratio:10.2f}", flush=True)
    return we.median, ratio


def _plain_run(day: date) -> None:
    """The bare statements of one day; with the look at all due dates where ours has it."""
    last = ControlRun.objects.latest("day").day
    weekly = (PLAIN_LOOK,) if last.isocalendar()[:2] != day.isocalendar()[:2] else ()
    _run([(text, {"day": day}) for text in (*weekly, *PLAIN_RUN)])


def _looked_at(name: str) -> None:
    """What autovacuum does a minute after a large write, so that neither side plans blindly."""
    with psycopg.connect(owner_url(name), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE inspections_controlflag")


def _run(statements: list[tuple[str, dict[str, Any]]]) -> None:
    with connection.cursor() as cursor:
        for text, values in statements:
            cursor.execute(text, values)
        # Deferred keys are checked at the end of a transaction; here they must be paid for, too.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _rolled_back(series: Series, run: Callable[[], Any], before: tuple[str, ...]) -> None:
    """Time one turn in a transaction that leaves nothing behind."""
    with transaction.atomic():
        _run([(text, {}) for text in before])
        begun = time.perf_counter()
        run()
        _run([])
        series.seconds.append(time.perf_counter() - begun)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
