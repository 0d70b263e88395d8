"""Recomputes due dates, set-based, for one tree or all; called by services that change an input.

The rule is ``rules/plan.plan_control``; its twin in SQL stands in ``sql/plan.sql``.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from inspections.models import ControlPlan, RuleSet
from inspections.services.turns import one_at_a_time

PLAN_SQL: Final = (Path(__file__).parent.parent / "sql" / "plan.sql").read_text("utf-8")
STORED_RULE: Final = "FROM inspections_ruleset WHERE id = %(rule)s"
GIVEN_RULE: Final = "FROM jsonb_populate_record(NULL::inspections_ruleset, %(rule)s::jsonb)"
#: Every column of the plan but its key; "computed" in plan.sql has the same names.
COLUMNS: Final = tuple(f.column for f in ControlPlan._meta.concrete_fields if not f.primary_key)
#: Trees that are locked and written in one statement: a recording waits for no more.
BATCH = 5_000
EVERYTHING: Final = 2**31 - 1
#: Key of the advisory lock under which the whole city is planned.
CITY_LOCK: Final = 7_305_531
LOCK_SQL: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM baumkataster_tree WHERE id = ANY (%(ids)s::uuid[])
        ORDER BY id FOR NO KEY UPDATE
    ) held"""


def _listed(prefix: str, columns: Sequence[str | None] = COLUMNS) -> str:
    return ", ".join(f"{prefix}{column}" for column in columns)


WRITE_SQL: Final = f"""
    WITH {PLAN_SQL}
    INSERT INTO inspections_controlplan AS p (tree_id, {_listed("")})
    SELECT tree_id, {_listed("")} FROM computed ORDER BY tree_id
    ON CONFLICT (tree_id) DO UPDATE SET ({_listed("")}) = ({_listed("EXCLUDED.")})
    WHERE ({_listed("p.")}) IS DISTINCT FROM ({_listed("EXCLUDED.")})"""
DIFFERING: Final = f"""
    FROM computed c LEFT JOIN inspections_controlplan p ON p.tree_id = c.tree_id
    WHERE p.tree_id IS NULL OR ({_listed("p.")}) IS DISTINCT FROM ({_listed("c.")})"""
#: All plans that differ, computed once; which version of the stored row was seen; numbered in parts
#: by place, so that a part marks a few squares of the map and not the whole of it.
#: A row that a running deed may have locked is marked: its version does not tell what becomes of it.
STAGE_SQL: Final = f"""
    CREATE TEMPORARY TABLE next_plan AS
    WITH {PLAN_SQL}
    SELECT (row_number() OVER (ORDER BY c.geom, c.tree_id) - 1) / %(batch)s AS part,
        c.tree_id, {_listed("c.")},
        p.ctid AS seen_at, p.xmin AS seen_version, p.xmax AS seen_lock,
        p.xmax <> '0' AND age(p.xmax) <= age(
            (pg_snapshot_xmin(pg_current_snapshot())::text::bigint & 4294967295)::text::xid
        ) AS unsure
    {DIFFERING}"""
PARTS_SQL: Final = """
    SELECT part, count(*), count(seen_at) FROM next_plan GROUP BY part ORDER BY part"""
#: Deeds lock their tree first; those that have begun end before this returns.
LOCK_PART_SQL: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM baumkataster_tree
        WHERE id IN (SELECT tree_id FROM next_plan WHERE part = %(part)s)
        ORDER BY id FOR NO KEY UPDATE
    ) held"""
#: Written only where the stored row is still the one that was seen.
UPDATE_PART_SQL: Final = f"""
    UPDATE inspections_controlplan p SET ({_listed("")}) = ({_listed("n.")})
    FROM next_plan n
    WHERE n.part = %(part)s AND NOT n.unsure AND p.tree_id = n.tree_id AND p.ctid = n.seen_at
      AND p.xmin = n.seen_version AND p.xmax = n.seen_lock"""
INSERT_PART_SQL: Final = f"""
    INSERT INTO inspections_controlplan (tree_id, {_listed("")})
    SELECT tree_id, {_listed("")} FROM next_plan WHERE part = %(part)s AND seen_at IS NULL
    ORDER BY tree_id
    ON CONFLICT (tree_id) DO NOTHING"""
#: Trees at which a deed was faster: they are computed anew, under their lock.
LEFT_SQL: Final = f"""
    SELECT n.tree_id FROM next_plan n
    LEFT JOIN inspections_controlplan p ON p.tree_id = n.tree_id
    WHERE n.part = %(part)s AND (p.tree_id IS NULL
        OR ({_listed("p.")}) IS DISTINCT FROM ({_listed("n.")}))
    ORDER BY n.tree_id"""
#: Trees whose inspection came when a version after this one was in force: that one has planned them, and
#: planned by this one they would be shortened for good by what was no rule any more. By the moment, and
#: by what the record names: it came by the clock of the web host, the version by that of the database.
#: Where these differ by seconds, what was inspected earlier and came in them may be shortened.
SPARED_SQL: Final = """
    SELECT p.tree_id FROM {plans} p
    JOIN inspections_inspection i ON i.id = p.inspection_id
    JOIN inspections_ruleset r ON r.id = %(rule)s
    WHERE p.tree_id = ANY (coalesce(%(ids)s::uuid[], ARRAY[p.tree_id])) AND EXISTS (
        SELECT FROM inspections_ruleset l
        WHERE (l.valid_from, l.version) > (r.valid_from, r.version)
          AND (l.id = i.rule_set_id OR i.received_at >= greatest(
            l.created_at, l.valid_from::timestamp AT TIME ZONE 'Europe/Berlin')))"""
UNSTAGE_SQL: Final = (
    f"DELETE FROM next_plan WHERE tree_id IN ({SPARED_SQL.format(plans='next_plan')})"
)
#: Memory for statements over the whole city, to the end of a transaction.
WORK_SQL: Final = "SET LOCAL work_mem = '128MB'"
#: What plan.sql reads of a rule set.
RULE_COLUMNS: Final = (
    *("matrix", "default_months", "tolerance_months", "youth_care_months", "initial_months"),
)
#: What people call the date of a tree; the other columns say why.
DATE: Final = ("required", "due_on", "tolerance_until", "exempt_until")
#: The rule is handed in as a row: it need not stand in the table, where it would keep others waiting.
COUNT_SQL: Final = f"""
    WITH {PLAN_SQL.replace(STORED_RULE, GIVEN_RULE)}
    SELECT count(*) FROM computed c LEFT JOIN inspections_controlplan p ON p.tree_id = c.tree_id
    WHERE p.tree_id IS NULL
        OR ({_listed("p.", DATE)}) IS DISTINCT FROM ({_listed("c.", DATE)})"""
CHECK_SQL: Final = f"""
    WITH {PLAN_SQL}
    SELECT c.tree_id, to_jsonb(p) - 'tree_id', to_jsonb(c) - '{{tree_id,geom}}'::text[]
    {DIFFERING} ORDER BY c.tree_id"""


class Part(NamedTuple):
    """Staged trees that are locked and written together."""

    number: int
    trees: int
    #: Those that have a plan already.
    known: int


@dataclass(frozen=True, kw_only=True)
class PlanDifference:
    """A tree whose stored plan is not what the rule gives; only the columns that differ."""

    tree_id: UUID
    #: Empty: the tree has no plan at all.
    stored: dict[str, Any]
    computed: dict[str, Any]


def replan(
    *,
    day: date,
    tree_ids: Sequence[UUID] | None = None,
    initial_due: Mapping[UUID, date] | None = None,
) -> int:
    """Recompute the plans of ``tree_ids`` (None: all) by the rule set of ``day``; how many changed.

    ``initial_due`` hands in deadlines of initial surveys that are not the rule's (import,
    planting): they are kept with the plan, and count until the first inspection or inherited
    control. Without a rule set nothing is planned.

    Deeds that change an input lock their tree first; named trees are locked here too, and the
    inputs are read after that: so two deeds on one tree cannot overwrite each other's date. All
    trees are computed at once without a lock, and what differs is written in parts, each in a
    transaction of its own unless the caller has one: nobody waits longer than for one part.
    """
    given = initial_due or {}
    if tree_ids is None:
        # The rule set is read under the lock: an older one must not be written over a newer one.
        with one_at_a_time(CITY_LOCK):
            rule_set = RuleSet.objects.valid_on(day)
            return replan_by(rule_set=rule_set, initial_due=given) if rule_set else 0
    parts = _parts(sorted(set(tree_ids)))
    return sum(write_plans(rule=day, ids=part, given=given) for part in parts)


def replan_by(
    *,
    rule_set: RuleSet,
    initial_due: Mapping[UUID, date] | None = None,
    told: Callable[[int, int], None] = lambda written, trees: None,
) -> int:
    """Compute all plans in one statement, then write those that differ part by part; how many.

    Asked for under CITY_LOCK. ``told`` hears how many trees are written, of how many.

    A transaction of the caller keeps all locks to its end, so parts would spare nobody. There the city
    is one part, locked in order of id as every deed does it: locked by parts, in order of place, it
    and a deed could wait for each other.
    """
    given = initial_due or {}
    parts = _staged(rule_set, given, EVERYTHING if connection.in_atomic_block else BATCH)
    trees, looked_at, changed = sum(part.trees for part in parts), 0, 0
    told(0, trees)
    for part in parts:
        changed += _write_part(rule_set, part, given)
        looked_at += part.trees
        told(looked_at, trees)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pg_temp.next_plan")
    return changed


def count_moving(*, rule_set: RuleSet) -> int:
    """How many trees would get another date by a version that need not be saved; nothing is written."""
    row = {name: getattr(rule_set, name) for name in RULE_COLUMNS}
    rule = json.dumps({**row, "id": str(rule_set.pk)})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WORK_SQL)
        cursor.execute(COUNT_SQL, {"rule": rule, "ids": None, "given_ids": [], "given_days": []})
        return int(cursor.fetchone()[0])


def check_plans(*, day: date) -> list[PlanDifference]:
    """Trees whose stored plan is not what the rule gives on ``day``; empty is the proof.

    ``cap_months`` is partly memory (what had become shorter since the inspection): it is checked
    against the inputs of now, which can only find it too high.
    """
    rule_set = RuleSet.objects.valid_on(day)
    if rule_set is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CHECK_SQL, _parameters(rule_set, None, {}))
        return [_difference(*row) for row in cursor.fetchall()]


def _parts(ids: list[UUID]) -> Iterable[list[UUID]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _staged(rule_set: RuleSet, given: Mapping[UUID, date], batch: int) -> list[Part]:
    """Compute all plans and keep those that differ in a temporary table; its parts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.next_plan; {WORK_SQL}")
        cursor.execute(STAGE_SQL, {**_parameters(rule_set, None, given), "batch": batch})
        if not cursor.rowcount:
            return []
        if RuleSet.objects.after(rule_set).exists():
            cursor.execute(UNSTAGE_SQL, {"rule": rule_set.pk, "ids": None})
        cursor.execute("CREATE INDEX ON next_plan (part); ANALYZE next_plan")
        cursor.execute(PARTS_SQL)
        return [Part(*row) for row in cursor.fetchall()]


def _write_part(rule_set: RuleSet, part: Part, given: Mapping[UUID, date]) -> int:
    """Write one staged part; trees at which a deed was faster are computed anew."""
    parameters = {"part": part.number}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_PART_SQL, parameters)
        written = 0
        if part.known:
            cursor.execute(UPDATE_PART_SQL, parameters)
            written += int(cursor.rowcount)
        if part.known < part.trees:
            cursor.execute(INSERT_PART_SQL, parameters)
            written += int(cursor.rowcount)
        if written == part.trees:
            return written
        cursor.execute(LEFT_SQL, parameters)
        left = [row[0] for row in cursor.fetchall()]
    return written + sum(write_plans(rule=rule_set, ids=few, given=given) for few in _parts(left))


def write_plans(*, rule: RuleSet | date, ids: list[UUID], given: Mapping[UUID, date]) -> int:
    """Lock the trees, then compute and write what differs, by a rule set or by that of a day.

    That of a day is read after the lock: who reads an older one is known by the transaction that
    holds it (replanning_city.py).
    """
    few = {key: given[key] for key in ids if key in given}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_SQL, {"ids": ids})
        rule_set = RuleSet.objects.valid_on(rule) if isinstance(rule, date) else rule
        if rule_set is None:
            return 0
        if not isinstance(rule, date) and RuleSet.objects.after(rule).exists():
            plans = SPARED_SQL.format(plans="inspections_controlplan")
            cursor.execute(plans, {"rule": rule.pk, "ids": ids})
            spared = {tree_id for (tree_id,) in cursor.fetchall()}
            ids = [key for key in ids if key not in spared]
        cursor.execute(WRITE_SQL, _parameters(rule_set, ids, few))
        return int(cursor.rowcount)


def _parameters(
    rule_set: RuleSet, ids: list[UUID] | None, given: Mapping[UUID, date]
) -> dict[str, Any]:
    return {
        "rule": rule_set.pk,
        "ids": ids,
        "given_ids": list(given),
        "given_days": list(given.values()),
    }


def _difference(tree_id: UUID, stored: str | None, computed: str) -> PlanDifference:
    """Only the columns that differ, as the database writes them in JSON."""
    before: dict[str, Any] = json.loads(stored) if stored else {}
    after: dict[str, Any] = json.loads(computed)
    changed = [name for name in after if name not in before or before[name] != after[name]]
    return PlanDifference(
        tree_id=tree_id,
        stored={name: before[name] for name in changed if name in before},
        computed={name: after[name] for name in changed},
    )
