"""Replanning as a deed: one tree or all, checked, and safe when two deeds meet at one tree."""

import threading
from datetime import date

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from inspections.models import ControlPlan, RuleSet
from inspections.services import replanning
from inspections.services.replanning import check_plans, replan
from tests.conftest import app_url
from tests.database.plan_rows import DEFAULTS, Planted
from tests.factories import load_catalogues, load_rule_set, make_tree
from tests.own_database import own_database  # noqa: F401 - a fixture

DAY = date(2026, 1, 15)


def make_case() -> Planted:
    """A tree with one regular inspection on 10 May 2024, every 24 months."""
    inspection = DEFAULTS["inspection"] | {"id": "a", "inspected_on": "2024-05-10", "received": 1}
    return Planted(
        {
            "tree": DEFAULTS["tree"],
            "inspections": [inspection],
            "previous": DEFAULTS["previous"],
        }
    )


@pytest.fixture
def reference(db):
    load_catalogues()
    return load_rule_set()


def test_only_named_trees_are_planned(reference):
    one, other = make_tree(), make_tree()
    assert replan(day=DAY, tree_ids=[one.pk, one.pk]) == 1
    assert set(ControlPlan.objects.values_list("pk", flat=True)) == {one.pk}
    assert replan(day=DAY, tree_ids=[]) == 0
    assert replan(day=DAY) == 1
    assert ControlPlan.objects.filter(pk=other.pk).exists()


def test_without_a_rule_set_nothing_is_planned(db):
    make_tree()
    assert replan(day=DAY) == 0
    assert check_plans(day=DAY) == []


def test_given_deadline_stays(reference):
    tree = make_tree()
    given = {tree.pk: date(2026, 6, 30), make_tree().pk: date(2026, 7, 1)}
    replan(day=DAY, tree_ids=[tree.pk], initial_due=given)
    replan(day=DAY, tree_ids=[tree.pk])
    plan = ControlPlan.objects.get()
    assert (plan.due_on, plan.initial_due_on, plan.never) == (date(2026, 6, 30),) * 2 + (True,)


def test_many_trees_are_written_in_batches(reference, monkeypatch):
    monkeypatch.setattr("inspections.services.replanning.BATCH", 3)
    for _ in range(8):
        make_tree()
    assert replan(day=DAY) == 8
    assert check_plans(day=DAY) == []


def test_check_names_what_differs(reference):
    right, wrong, missing = make_case(), make_case(), make_tree()
    replan(day=DAY, tree_ids=[right.tree.pk, wrong.tree.pk])
    ControlPlan.objects.filter(pk=wrong.tree.pk).update(due_on=date(2027, 1, 1), phase="aging")
    found = {difference.tree_id: difference for difference in check_plans(day=DAY)}
    assert set(found) == {wrong.tree.pk, missing.pk}
    assert found[wrong.tree.pk].stored == {"due_on": "2027-01-01", "phase": "aging"}
    assert found[wrong.tree.pk].computed == {"due_on": "2026-05-10", "phase": "mature"}
    assert found[missing.pk].stored == {}


def test_command_checks_and_mends(reference, capsys):
    case = make_case()
    replan(day=DAY)
    call_command("replan", "--check", "--day=2026-01-15")
    ControlPlan.objects.update(due_on=date(2027, 1, 1))
    with pytest.raises(CommandError, match="1 gespeicherter Termin weicht"):
        call_command("replan", "--check", "--day=2026-01-15")
    assert (
        f"{case.tree} ({case.tree.pk}): due_on 2027-01-01 → 2026-05-10" in capsys.readouterr().out
    )
    call_command("replan", "--day=2026-01-15")
    assert "1 Termin geändert." in capsys.readouterr().out
    call_command("replan", "--check", "--day=2026-01-15")


def test_one_statement_whatever_the_number_of_trees(reference, django_assert_num_queries):
    ids = [make_tree().pk for _ in range(20)]
    with django_assert_num_queries(5):
        # Rule set, savepoint, lock, write, savepoint.
        assert replan(day=DAY, tree_ids=ids) == 20


def test_rule_set_of_the_day_counts(reference):
    case = make_case()
    matrix = dict(RuleSet.objects.get().matrix) | {"mature.sound.higher": 12}
    load_rule_set(version=2, valid_from=date(2026, 2, 1), matrix=matrix)
    replan(day=date(2026, 1, 31))
    assert ControlPlan.objects.get().due_on == date(2026, 5, 10)
    replan(day=date(2026, 2, 1))
    assert ControlPlan.objects.get().due_on == date(2025, 5, 10)
    assert ControlPlan.objects.get(pk=case.tree.pk).cap_months == 12


def test_two_deeds_at_one_tree_do_not_lose_the_earlier_one(own_database):  # noqa: F811
    """A replan that begins before another deed is committed must not write the date without it."""
    load_catalogues()
    load_rule_set()
    tree = make_tree()
    replan(day=DAY)
    with psycopg.connect(app_url(own_database)) as clerk:
        # As services do: the tree is locked, changed and replanned in one transaction.
        clerk.execute("SELECT 1 FROM baumkataster_tree WHERE id = %s FOR UPDATE", [tree.pk])
        clerk.execute(
            "UPDATE baumkataster_tree SET duty = 'none', duty_reason = 'x' WHERE id = %s", [tree.pk]
        )
        clerk.execute(
            "UPDATE inspections_controlplan SET required = false, due_on = NULL WHERE tree_id = %s",
            [tree.pk],
        )
        other = threading.Thread(target=_replan_elsewhere, args=(tree.pk,))
        other.start()
        _wait_for_a_waiting_lock()
        clerk.commit()
        other.join(timeout=10)
    assert not ControlPlan.objects.get(pk=tree.pk).required
    assert check_plans(day=DAY) == []


def test_deed_during_a_replan_of_all_is_not_overwritten(own_database, monkeypatch):  # noqa: F811
    """All plans are computed without a lock; where a deed was faster, its date stays."""
    load_catalogues()
    load_rule_set()
    changed = make_tree()
    make_tree()
    replan(day=DAY, tree_ids=[changed.pk])
    ControlPlan.objects.update(phase="aging")
    write_part = replanning._write_part

    def after_a_deed(*values):
        with psycopg.connect(app_url(own_database)) as clerk:
            clerk.execute(
                "UPDATE baumkataster_tree SET duty = 'none', duty_reason = 'x' WHERE id = %s",
                [changed.pk],
            )
            clerk.execute("UPDATE inspections_controlplan SET required = false, due_on = NULL")
        return write_part(*values)

    monkeypatch.setattr(replanning, "_write_part", after_a_deed)
    assert replan(day=DAY) == 2
    assert not ControlPlan.objects.get(pk=changed.pk).required
    assert check_plans(day=DAY) == []


def _replan_elsewhere(tree_id) -> None:
    try:
        with transaction.atomic():
            replan(day=DAY, tree_ids=[tree_id])
    finally:
        connections.close_all()


def _wait_for_a_waiting_lock() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("nobody waited for the locked tree")
