"""A new rule set and the city's due dates: in order, on after a kill, and no tree left at the old one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from baumkataster.models import Tree, User
from inspections.models import ControlMail, ControlPlan, Replanning, RuleSet
from inspections.rules.intervals import DEFAULT_MATRIX
from inspections.services.control_runs import run_controls
from inspections.services.replanning import check_plans, replan
from inspections.services.replanning_city import (
    LAST_ATTEMPT,
    apply_rule_sets,
    ask_again,
    being_applied,
)
from inspections.services.replanning_one import replan_one
from inspections.services.rule_sets import make_rule_set
from tests.conftest import app_url, owner_url
from tests.database.test_control_runs_processes import number, until
from tests.database.test_replan_all import beside, wait_until_somebody_waits
from tests.factories import (
    load_catalogues,
    load_rule_set,
    make_tree,
    make_user,
    point,
    record,
)
from tests.own_database import own_database  # noqa: F401 - a fixture

DAY = date(2026, 7, 15)
NOW = datetime(2026, 7, 15, 8, tzinfo=UTC)


@pytest.fixture
def city(own_database: str) -> str:  # noqa: F811
    """A database with catalogues, a rule set, and a tree planned by it."""
    load_catalogues()
    load_rule_set()
    make_tree()
    replan(day=DAY)
    return own_database


def save(months: int, *, day: date = DAY, title: str = "Neu") -> RuleSet:
    """A new version in which a sound mature tree is looked at every ``months``."""
    matrix = DEFAULT_MATRIX | {f"mature.sound.{e}": months for e in ("lower", "higher")}
    values = {
        "title": title, "basis": "", "valid_from": day, "matrix": matrix, "default_months": 12,
        "tolerance_months": 3, "youth_care_months": 36, "initial_months": {"street": months},
    }  # fmt: skip
    return make_rule_set(by=make_user("administrator"), day=day, now=NOW, values=values)


def apply() -> set[object]:
    """What the worker does."""
    return set(apply_rule_sets(day=DAY, now=NOW))


def state(rule: RuleSet) -> str:
    return Replanning.objects.get(pk=rule.pk).state


def rules_of_plans() -> set[object]:
    """Versions by which trees are planned."""
    return set(ControlPlan.objects.values_list("rule_set", flat=True))


def test_recording_follows_the_new_version_at_once_and_all_other_trees_with_the_job(city):
    old = RuleSet.objects.get()
    rule = save(6)
    inspected = make_tree()
    record(inspected, make_user(), inspected_at=NOW)
    assert rules_of_plans() == {old.pk, rule.pk}
    assert ControlPlan.objects.get(pk=inspected.pk).rule_set_id == rule.pk
    assert being_applied(day=DAY).rule_set == rule
    assert apply() == {rule.pk}
    assert rules_of_plans() == {rule.pk} and check_plans(day=DAY) == []
    row = Replanning.objects.get()
    assert (row.state, row.trees, row.planned) == ("done", 1, 1)
    assert being_applied(day=DAY) is None and apply() == set()


def test_a_later_version_waits_for_its_day(city):
    old, rule = RuleSet.objects.get(), save(6, day=DAY + timedelta(days=1))
    assert apply() == set() and rules_of_plans() == {old.pk}
    assert being_applied(day=DAY) is None
    assert being_applied(day=DAY + timedelta(days=1)).rule_set == rule
    assert apply_rule_sets(day=DAY + timedelta(days=1), now=NOW) == {rule.pk}


def test_two_versions_are_applied_in_their_order(city):
    """What was shorter in between counts until the next inspection, as when each was saved alone."""
    tree = make_tree()
    record(tree, make_user(), inspected_at=NOW)
    shorter, longer = save(6), save(48)
    assert apply() == {shorter.pk, longer.pk}
    assert rules_of_plans() == {longer.pk} and check_plans(day=DAY) == []
    assert ControlPlan.objects.get(pk=tree.pk).cap_months == 6
    assert (state(shorter), state(longer)) == ("done", "done")


@contextmanager
def refusing(database: str, rule: RuleSet) -> Iterator[None]:
    """The database takes no plan by this version."""
    with psycopg.connect(owner_url(database), autocommit=True) as owner:
        table = "ALTER TABLE inspections_controlplan"
        owner.execute(f"{table} ADD CONSTRAINT never CHECK (rule_set_id <> '{rule.pk}') NOT VALID")
        yield
        owner.execute(f"{table} DROP CONSTRAINT never")


def test_one_that_failed_is_begun_again_when_somebody_asks(city):
    rule = save(6)
    make_user("administrator", email="leitung@example.org")
    User.objects.exclude(email="leitung@example.org").update(email="")
    with refusing(city, rule), pytest.raises(IntegrityError):
        apply()
    assert state(rule) == "failed" and being_applied(day=DAY).rule_set == rule
    assert apply() == set()
    # Administrators hear of it, and not again with each further attempt of the daily run.
    assert "Fassung 2" in ControlMail.objects.get().subject
    with refusing(city, rule), pytest.raises(IntegrityError):
        run_controls(day=DAY, now=NOW)
    assert state(rule) == "failed" and ControlMail.objects.count() == 1
    assert ask_again(pk=rule.pk, now=NOW) and not ask_again(pk=rule.pk, now=NOW)
    assert apply() == {rule.pk} and state(rule) == "done"


def test_one_that_was_begun_too_often_is_given_up_and_the_daily_run_does_it(city):
    rule = save(6)
    Replanning.objects.update(state="running", attempts=LAST_ATTEMPT)
    assert apply() == set() and state(rule) == "failed"
    assert run_controls(day=DAY, now=NOW).rule_set == rule
    assert state(rule) == "done" and rules_of_plans() == {rule.pk}


def test_a_run_without_a_worker_applies_it_also_when_the_day_before_ran_by_it(city):
    run_controls(day=DAY - timedelta(days=1), now=NOW)
    rule = save(6)
    assert run_controls(day=DAY, now=NOW).rule_set == rule
    assert state(rule) == "done" and check_plans(day=DAY) == []


def test_broken_off_between_two_parts_it_goes_on(city, monkeypatch):
    monkeypatch.setattr("inspections.services.replanning.BATCH", 1)
    for east in range(4):
        make_tree(geom=point(900 * east, 0))
    replan(day=DAY)
    rule, old = save(6), RuleSet.objects.get(version=1)
    last = Tree.objects.order_by("-geom").first()
    with psycopg.connect(app_url(city)) as clerk:
        clerk.execute("SELECT 1 FROM baumkataster_tree WHERE id = %s FOR UPDATE", [last.pk])
        with pytest.raises(OperationalError), connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
            apply()
    row = Replanning.objects.get()
    assert (row.state, row.trees, row.planned) == ("running", 5, 4)
    assert rules_of_plans() == {old.pk, rule.pk} and being_applied(day=DAY) == row
    assert apply() == {rule.pk}
    row.refresh_from_db()
    assert (row.state, row.trees, row.planned) == ("done", 5, 5)
    assert rules_of_plans() == {rule.pk} and check_plans(day=DAY) == []


def test_a_tree_recorded_while_the_version_is_saved_does_not_stay_at_the_one_before(city):
    """Its transaction has read the old version, and ends after all other trees are planned."""
    planted, over = threading.Event(), threading.Event()

    def plant() -> None:
        with transaction.atomic():
            replan_one(day=DAY, tree_id=make_tree().pk)
            planted.set()
            assert over.wait(timeout=20)

    with beside(plant):
        assert planted.wait(timeout=20)
        rule = save(6)
        assert apply() == {rule.pk}
        assert state(rule) == "looking" and being_applied(day=DAY) is not None
        # Nobody waits for it: alarms go on, the next minute looks again.
        assert apply() == set() and state(rule) == "looking"
        over.set()
    assert len(rules_of_plans()) == 2
    assert apply() == set() and state(rule) == "done"
    assert rules_of_plans() == {rule.pk} and check_plans(day=DAY) == []


def test_a_deed_reads_the_version_when_it_has_locked_its_trees(city):
    """One that waited for its tree while a version was saved and applied must not write the old one."""
    tree = ControlPlan.objects.get().tree
    with psycopg.connect(app_url(city)) as clerk:
        clerk.execute("SELECT 1 FROM baumkataster_tree WHERE id = %s FOR UPDATE", [tree.pk])
        with beside(lambda: replan(day=DAY, tree_ids=[tree.pk])):
            wait_until_somebody_waits()
            rule = save(6)
            clerk.commit()
    assert rules_of_plans() == {rule.pk}


def test_a_run_counts_by_one_version_while_another_is_saved(city):
    """The run that is being recorded keeps the job waiting; the record names what was counted."""
    old, runs = RuleSet.objects.get(), list[Any]()
    with psycopg.connect(owner_url(city)) as holder:
        holder.execute("LOCK TABLE inspections_controlrun IN EXCLUSIVE MODE")
        with beside(lambda: runs.append(run_controls(day=DAY, now=NOW))):
            wait_until_somebody_waits()
            rule = save(6)
            with beside(apply):
                until(lambda: number(WAITING) == 2)
                assert rules_of_plans() == {old.pk}
                holder.rollback()
    assert runs[0].rule_set == old
    assert rules_of_plans() == {rule.pk} and state(rule) == "done"


WAITING = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
