"""What counts as care of young trees is changed: all due dates follow in the job, none stays behind."""

import threading
from datetime import timedelta
from typing import Any

from django.db import transaction

from inspections.models import ControlPlan, MeasureKind, Replanning, RuleSet
from inspections.reports.rule_change import rule_change_today
from inspections.services import replanning_city
from inspections.services.catalogues import change_entry
from inspections.services.control_runs import run_controls
from inspections.services.measures import record_care
from inspections.services.replanning import check_plans, replan_by
from inspections.services.replanning_city import apply_rule_sets, ask_again, being_applied
from inspections.services.replanning_one import replan_one
from tests.database.test_replan_all import beside
from tests.database.test_replanning_city import (
    DAY,
    NOW,
    apply,
    city,  # noqa: F401 - a fixture
    save,
    state,
)
from tests.factories import make_tree, make_user, record
from tests.own_database import own_database  # noqa: F401 - a fixture


def water(counts: bool = True, minutes: int = 0) -> None:
    """Let watering count as care, or not."""
    change_entry(
        by=make_user("administrator"),
        day=DAY,
        now=NOW + timedelta(minutes=minutes),
        model=MeasureKind,
        code="water",
        values={"young_tree_care": counts},
    )


def watered() -> ControlPlan:
    """A young tree that was watered."""
    tree, by = make_tree(phase="youth"), make_user()
    record_care(by=by, day=DAY, tree_id=tree.pk, kind="water", done_on=DAY, done_by="Bauhof")
    replan_one(day=DAY, tree_id=tree.pk)
    return ControlPlan.objects.get(pk=tree.pk)


def cared(plan: ControlPlan) -> bool:
    plan.refresh_from_db()
    return plan.care_on is not None


def test_dates_follow_in_the_job_and_deeds_at_once(city):  # noqa: F811
    plan, rule = watered(), RuleSet.objects.get()
    water()
    assert not cared(plan) and cared(watered())
    assert being_applied(day=DAY).is_about_care
    assert "Jungbaumpflege" in rule_change_today(NOW)
    assert apply() == {rule.pk} and state(rule) == "done"
    assert cared(plan) and check_plans(day=DAY) == [] and rule_change_today(NOW) == ""
    water(counts=False, minutes=1)
    assert apply() == {rule.pk} and not cared(plan)


def test_words_alone_move_nothing(city):  # noqa: F811
    change_entry(
        by=make_user("administrator"), day=DAY, now=NOW, model=MeasureKind, code="water",
        values={"name_de": "Gießen"},
    )  # fmt: skip
    assert not Replanning.objects.exists()


def test_a_change_while_the_city_is_computed_is_not_lost(city, monkeypatch):  # noqa: F811
    """The plans were computed without it: the job must begin anew, not say that it is through."""
    plan, rule = watered(), save(6)

    def changed_meanwhile(**values: Any) -> int:
        written = replan_by(**values)
        monkeypatch.setattr(replanning_city, "replan_by", replan_by)
        water(minutes=1)
        return written

    monkeypatch.setattr(replanning_city, "replan_by", changed_meanwhile)
    assert apply() == set() and state(rule) == "waiting" and not cared(plan)
    assert not being_applied(day=DAY).is_about_care
    assert apply() == {rule.pk} and state(rule) == "done"
    assert cared(plan) and check_plans(day=DAY) == []
    # By then all trees followed the version: what is changed next is only about care.
    water(counts=False, minutes=2)
    assert being_applied(day=DAY).is_about_care


def test_a_tree_planned_while_it_is_changed_does_not_stay_behind(city):  # noqa: F811
    """Its transaction has read what counted before, and ends after all other trees are planned."""
    plan, rule = watered(), RuleSet.objects.get()
    planned, over = threading.Event(), threading.Event()

    def deed() -> None:
        with transaction.atomic():
            replan_one(day=DAY, tree_id=plan.pk)
            planned.set()
            assert over.wait(timeout=20)

    water()
    apply()
    water(counts=False, minutes=1)
    with beside(deed):
        assert planned.wait(timeout=20)
        water(minutes=2)
        # The stored plan is right as yet: the job finds nothing to write, and keeps looking.
        assert apply() == {rule.pk} and state(rule) == "looking" and cared(plan)
        over.set()
    assert not cared(plan)
    assert apply() == set() and state(rule) == "done"
    assert cared(plan) and check_plans(day=DAY) == []


def test_an_earlier_version_that_is_asked_for_late_has_not_the_last_word(city):  # noqa: F811
    """Somebody changes the catalogue in the second before midnight; the next version was faster."""
    plan, rule = watered(), save(6, day=DAY + timedelta(days=1))
    tomorrow = DAY + timedelta(days=1)
    assert apply_rule_sets(day=tomorrow, now=NOW) == {rule.pk}
    water(minutes=1)
    assert rule.pk in apply_rule_sets(day=tomorrow, now=NOW)
    assert cared(plan) and set(ControlPlan.objects.values_list("rule_set", flat=True)) == {rule.pk}
    assert set(Replanning.objects.values_list("state", flat=True)) == {"done"}


def test_the_daily_run_does_it_where_no_worker_did(city):  # noqa: F811
    run_controls(day=DAY - timedelta(days=1), now=NOW)
    plan = watered()
    water()
    run_controls(day=DAY, now=NOW)
    assert cared(plan) and being_applied(day=DAY) is None


def test_a_version_that_all_trees_followed_does_not_shorten_what_was_inspected_under_the_next(
    city,  # noqa: F811
):
    """The worker comes late: care was changed under the one, then the other was saved."""
    plan, tree = watered(), make_tree()
    water()
    longer = save(48)
    record(tree, make_user(), inspected_at=NOW)
    assert apply() == {longer.pk}
    assert ControlPlan.objects.get(pk=tree.pk).cap_months == 48 and cared(plan)
    assert set(Replanning.objects.values_list("state", flat=True)) == {"done"}
    assert check_plans(day=DAY) == []


def test_nothing_goes_back_to_the_version_before_one_that_failed(city):  # noqa: F811
    water()
    rule = save(6)
    Replanning.objects.filter(pk=rule.pk).update(state="failed")
    inspected = make_tree()
    record(inspected, make_user(), inspected_at=NOW)
    assert apply() == set()
    assert ControlPlan.objects.get(pk=inspected.pk).rule_set_id == rule.pk
    assert ask_again(pk=rule.pk, now=NOW) and apply() == {rule.pk}
    assert set(Replanning.objects.values_list("state", flat=True)) == {"done"}
