"""python -m bench.controls: replan and control run of a whole city against bare statements, by turns.

The limit does the same writes by plain SQL in one transaction: the newest inspection of each tree
gives its date, one INSERT brings all plans, two bring all flags, one SELECT the counts. It knows
neither exemptions nor inherited controls nor mails. Every turn is rolled back, so each begins alike;
in an installation a replan writes in small transactions of their own.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bench.city import arguments, city_database
from bench.measure import Series
from inspections.services import replan, run_controls
from tests.conftest import PREFIX

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
PLAIN_RUN = (
    PLAIN_LOOK,
    """INSERT INTO inspections_controlflag (tree_id, level, due_on, raised_on, level_since)
       SELECT tree_id, CASE WHEN due_on >= %(day)s THEN 1 WHEN tolerance_until >= %(day)s THEN 2
           ELSE 3 END, due_on, %(day)s, %(day)s
       FROM inspections_controlplan WHERE required AND due_on <= %(day)s::date + 30
         AND (exempt_until IS NULL OR exempt_until < %(day)s)""",
    """INSERT INTO inspections_controlflag
           (tree_id, measure_id, level, due_on, raised_on, level_since)
       SELECT m.tree_id, m.id, 2, coalesce(m.deadline_on, p.due_on), %(day)s, %(day)s
       FROM inspections_measure m JOIN inspections_controlplan p ON p.tree_id = m.tree_id
       WHERE m.state = 'open' AND coalesce(m.deadline_on, p.due_on) <= %(day)s::date + 30""",
    """SELECT coalesce(t.unit_id, place.unit_id), p.due_on < %(day)s, count(*)
       FROM baumkataster_tree t JOIN baumkataster_site site ON site.id = t.site_id
       JOIN baumkataster_place place ON place.id = site.place_id
       LEFT JOIN inspections_controlplan p ON p.tree_id = t.id GROUP BY 1, 2""",
)
NO_PLANS = "DELETE FROM inspections_controlplan"
NO_FLAGS = "UPDATE inspections_controlflag SET resolved_on = raised_on WHERE resolved_on IS NULL"


def main() -> None:
    """Measure at each size and print a table."""
    options = arguments("Terminrechnung und Kontrolllauf gegen bare Anweisungen", trees=1_000_000)
    sizes = sorted({min(size, options.trees) for size in (10_000, 100_000, options.trees)})
    print(f"{'Bäume':>9} {'':34} {'Grenze s':>9} {'wir s':>8} {'Verhältnis':>10}")
    for size in sizes:
        name = f"{PREFIX}_controls_{size}"
        with city_database(name, size):
            connection.close()
            connection.settings_dict["NAME"] = name
            _report(size, min(options.rounds, 3))
            connection.close()


def _report(size: int, rounds: int) -> None:
    now = timezone.localtime()
    day = {"day": now.date()}
    plain_flags = [(text, day) for text in PLAIN_RUN]
    pairs: dict[str, tuple[Callable[[], Any], Callable[[], Any], tuple[str, ...]]] = {
        "alle Termine neu": (
            lambda: _run([(PLAIN_PLAN, {})]),
            lambda: replan(day=now.date()),
            (NO_PLANS,),
        ),
        "alle Termine unverändert": (
            lambda: _run([(PLAIN_LOOK, {})]),
            lambda: replan(day=now.date()),
            (),
        ),
        "Kontrolllauf, alle Hinweise neu": (
            lambda: _run(plain_flags),
            lambda: run_controls(day=now.date() + timedelta(days=1), now=now),
            (NO_FLAGS,),
        ),
    }
    replan(day=now.date())
    for name, (plain, ours, before) in pairs.items():
        limit, we = Series("limit"), Series("we")
        for _ in range(rounds):
            _rolled_back(limit, plain, before)
            _rolled_back(we, ours, before)
        ratio = we.median / limit.median
        print(f"{size:9,} {name:34} {limit.median:9.2f} {we.median:8.2f} {ratio:10.2f}", flush=True)


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
