"""A kept past day answers as one made from scratch, whatever happened since, by whom and how."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from baumkataster.models import Place, Site, Tree
from inspections.filters import TreeFilter
from inspections.models import ControlPlan, InheritedControl, Inspection, Measure
from inspections.past_day import AskedDay
from inspections.reports.overdue import in_order, only_states, report_rows
from inspections.reports.past import looking_back
from inspections.reports.past_store import DAYS, LOCK, SCHEMA, forget, tidy
from inspections.reports.past_trees import kept_trees, renew_trees
from inspections.rules.past import Reading
from inspections.web.health import ROLE_FAULTS
from tests import factories as make
from tests.conftest import app_url
from tests.database.kept_town import CHANGES, Town, raw_inspection

DAY = date(2024, 3, 12)
BOTH = [AskedDay(day=DAY, today=date(2026, 11, 23), reading=reading) for reading in Reading]
SEEN = (Tree, Site, Place, Measure, InheritedControl, ControlPlan, Inspection)


@pytest.fixture
def town(own_town: Town) -> Town:
    return own_town


def rows() -> dict[str, list[dict[str, Any]]]:
    """All that a block sees."""
    return {
        model.__name__: sorted(model.objects.values(), key=lambda row: str(row.get("id", row.get("tree_id"))))
        for model in SEEN
    }  # fmt: skip


def kept(asked: AskedDay) -> dict[str, list[dict[str, Any]]]:
    with looking_back(asked, evidence=True):
        return rows()


def from_scratch(asked: AskedDay) -> dict[str, list[dict[str, Any]]]:
    """The same without anything kept: inside a transaction all is made in it."""
    with transaction.atomic(), looking_back(asked, evidence=True):
        return rows()


def days() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM inspections_keptday WHERE key LIKE 'day:%' ORDER BY id")
        return [key for (key,) in cursor.fetchall()]


def marks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM inspections_pastmark")
        return int(cursor.fetchone()[0])


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [SCHEMA])
        return sorted(name for (name,) in cursor.fetchall())


@pytest.mark.parametrize("size", ["small", "large"])
def test_answers_are_never_older_than_what_happened(
    town: Town, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when two connections make the day, from trees that were kept before all changes."""
    make.replan_all(date(2026, 11, 23))
    if size == "large":
        monkeypatch.setattr("inspections.reports.past_store.LARGE", -2)
        assert renew_trees()
    before = {asked: kept(asked) for asked in BOTH}
    assert all(before[asked] == from_scratch(asked) for asked in BOTH)
    changed = dict.fromkeys(BOTH, 0)
    for number, change in enumerate(CHANGES):
        change(town)
        for asked in BOTH:
            now = kept(asked)
            assert now == from_scratch(asked), (number, asked.reading)
            changed[asked] += now != before[asked]
            before[asked] = now
        forget(most=0 if number % 3 else DAYS)
    assert bool(kept_trees()) == (size == "large")
    # A test that changed nothing would prove nothing; as known then, hardly anything may.
    assert changed[BOTH[1]] > len(CHANGES) / 2


def test_a_second_question_makes_nothing(town: Town) -> None:
    kept(BOTH[0])
    made = days(), tables()
    raw_inspection(town)
    kept(BOTH[0])
    assert (days(), tables()) == made
    assert len(made[0]) == 1


def test_the_first_page_of_a_kept_day_is_read_by_an_index(town: Town) -> None:
    """The index holds late trees only: the list has to say so in the index's own words."""
    make.replan_all(date(2026, 11, 23))
    nobody = TreeFilter()
    with looking_back(BOTH[0]), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = report_rows(on=DAY, visible_to=make.make_user("supervisor"), tree_filter=nobody)
        plan = in_order(only_states(rows, ()), "risk")[:50].explain()
    assert "case_due_on_idx" in plan


@pytest.mark.parametrize("asked", BOTH, ids=lambda asked: str(asked.reading))
def test_a_transaction_that_began_before_and_commits_after_is_seen(
    town: Town, asked: AskedDay
) -> None:
    with psycopg.connect(app_url(town.city.database)) as late:
        raw_inspection(town, late)
        before = kept(asked)
        late.commit()
        town.sql("SELECT 1")
    after = kept(asked)
    assert after == from_scratch(asked)
    assert after != before
    assert len(days()) == 1


def test_what_is_rolled_back_leaves_no_trace(town: Town) -> None:
    before = kept(BOTH[1])
    with psycopg.connect(app_url(town.city.database)) as given_up:
        raw_inspection(town, given_up)
        given_up.rollback()
    assert kept(BOTH[1]) == before


def test_a_change_of_very_many_trees_makes_the_day_anew(town: Town) -> None:
    kept(BOTH[1])
    made = days()
    town.sql(
        "INSERT INTO inspections_measure (id, tree_id, kind_id, urgency_id, ordered_on, ordered_by_id,"
        " created_at) SELECT gen_random_uuid(), %s, 'deadwood', '3', '2024-01-01', %s, '2024-01-02'"
        " FROM generate_series(1, 2500)",
        town.known.tree.pk,
        town.city.inspector.pk,
    )
    after = kept(BOTH[1])
    assert days() != made
    assert len(days()) == 1
    assert after == from_scratch(BOTH[1])


def test_two_who_ask_at_once_share_one_day(town: Town) -> None:
    def ask(_number: int) -> Any:
        try:
            return kept(BOTH[1])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(ask, range(4)))
    assert all(answer == from_scratch(BOTH[1]) for answer in answers)
    assert len(days()) == 1


def test_inside_somebodys_transaction_their_own_changes_count(town: Town) -> None:
    before = kept(BOTH[1])
    with transaction.atomic():
        Tree.objects.filter(pk=town.known.tree.pk).update(planted_on=date(2024, 3, 13))
        with looking_back(BOTH[1]):
            inside = rows()
        transaction.set_rollback(True)
    assert inside != before
    assert kept(BOTH[1]) == before


def test_only_the_newest_days_are_kept(town: Town) -> None:
    for day in range(1, DAYS + 3):
        kept(AskedDay(day=date(2024, 5, day), today=date(2026, 11, 23)))
    assert len(days()) == DAYS
    assert {name.split("_")[0] for name in tables()} == {f"d{key}" for key in days()}


def test_kept_trees_are_renewed_when_much_has_happened(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not renew_trees()
    monkeypatch.setattr("inspections.reports.past_store.LARGE", -2)
    assert renew_trees()
    assert not renew_trees()
    raw_inspection(town)
    assert not renew_trees()
    monkeypatch.setattr("inspections.reports.past_trees.MOST", 0)
    assert renew_trees()
    assert [name.split("_")[1] for name in tables()] == ["0", "cells", "children", "placed"]
    tidy()
    assert (marks(), len(tables())) == (0, 4)


def test_a_day_that_somebody_looks_at_stays(town: Town) -> None:
    kept(BOTH[0])
    with psycopg.connect(app_url(town.city.database)) as looking:
        looking.execute(f"SELECT count(*) FROM {SCHEMA}.{tables()[0]}")
        assert forget(most=0) == 0
        assert len(days()) == 1
    assert forget(most=0) == 1
    assert (days(), tables()) == ([], [])


def test_marks_stay_as_long_as_a_day_does_not_know_them(town: Town) -> None:
    kept(BOTH[0])
    tidy()
    assert marks() == 0
    raw_inspection(town)
    tidy()
    assert marks() == 1
    kept(BOTH[1])
    tidy()
    assert marks() == 1
    assert all(kept(asked) == from_scratch(asked) for asked in BOTH)
    forget(most=0)
    tidy()
    assert marks() == 0


def test_nothing_is_tidied_while_somebody_makes_a_day(town: Town) -> None:
    raw_inspection(town)
    there = marks()
    assert there
    town.sql("CREATE TABLE baum_past.half_made ()")
    with psycopg.connect(app_url(town.city.database)) as making:
        making.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
        assert tidy() == 0
        assert marks() == there
    assert tidy() == there
    assert tables() == []


def test_a_kept_day_whose_tables_are_gone_is_not_trusted(town: Town) -> None:
    before = kept(BOTH[0])
    town.sql("DROP TABLE " + ", ".join(f"{SCHEMA}.{name}" for name in tables()))
    assert kept(BOTH[0]) == before


def test_a_day_that_cannot_be_made_leaves_nothing_behind(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspections.reports.past_kept.KeptDay.make_again", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        kept(BOTH[0])
    assert (days(), tables()) == ([], [])
    with town.beside.cursor() as cursor:
        assert cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() == (True,)


def test_the_app_role_makes_tables_there_and_nowhere_else(town: Town) -> None:
    kept(BOTH[0])
    owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = %s"
    (role,) = town.beside.execute("SELECT current_user").fetchone() or ("",)
    assert town.beside.execute(owners, [SCHEMA]).fetchall() == [(role,)]
    assert (role,) not in town.beside.execute(owners, ["public"]).fetchall()
    assert town.beside.execute(ROLE_FAULTS).fetchall() == []
    for text in ("CREATE TABLE sneaky ()", "DROP TABLE inspections_pastmark",
                 "ALTER TABLE inspections_measure DISABLE TRIGGER baum_past_insert"):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            town.sql(text)
