"""An older version that failed is left to the one in force: never tried again, never called applied."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from baumkataster.models import Tree, User
from inspections.models import ControlMail, ControlPlan, Replanning, RuleSet
from inspections.services import replanning_city
from inspections.services.control_runs import run_controls
from inspections.services.replanning import check_plans
from inspections.services.replanning_city import LAST_ATTEMPT, ask_again, being_applied
from tests.database.test_replanning_city import (
    DAY,
    NOW,
    apply,
    city,  # noqa: F401 - a fixture
    refusing,
    rules_of_plans,
    save,
    state,
)
from tests.factories import make_tree, make_user, record
from tests.own_database import own_database  # noqa: F401 - a fixture


def inspected() -> Tree:
    """A tree that was inspected under the version in force."""
    tree = make_tree()
    record(tree, make_user(), inspected_at=NOW)
    return tree


def cap(tree: Tree) -> int | None:
    return ControlPlan.objects.get(pk=tree.pk).cap_months


def given_up(database: str, months: int) -> RuleSet:
    """A version that has failed; the administrators have been told."""
    rule = save(months)
    make_user("administrator", email="leitung@example.org")
    User.objects.exclude(email="leitung@example.org").update(email="")
    with refusing(database, rule), pytest.raises(IntegrityError):
        apply()
    assert state(rule) == "failed" and ControlMail.objects.count() == 1
    return rule


def follows(rule: RuleSet) -> bool:
    """Whether all trees have their date by this version."""
    return rules_of_plans() == {rule.pk} and check_plans(day=DAY) == []


def test_it_is_left_to_the_next_version(city):  # noqa: F811
    tree = inspected()
    early = given_up(city, 6)
    later = save(48)
    assert not ask_again(pk=early.pk, now=NOW)
    assert apply() == {later.pk} and follows(later)
    row = Replanning.objects.get(pk=early.pk)
    assert (row.state, row.applied_at, state(later)) == ("failed", None, "done")
    assert being_applied(day=DAY) is None and apply() == set()
    assert (cap(tree), ControlMail.objects.count()) == (24, 1)


def test_the_daily_run_does_not_stop_at_it(city, monkeypatch):  # noqa: F811
    """Whatever made it fail, a killed worker or a full disk, would do so again."""
    early = given_up(city, 6)
    later = save(48)
    assert apply() == {later.pk}
    monkeypatch.setattr(replanning_city, "replan_by", lambda **_values: pytest.fail("tried again"))
    run = run_controls(day=DAY + timedelta(days=1), now=NOW + timedelta(days=1))
    assert run.rule_set == later and (state(early), state(later)) == ("failed", "done")
    assert follows(later)


def test_where_the_next_one_fails_the_city_stays_under_the_one_before(city):  # noqa: F811
    given_up(city, 6)
    between = save(48)
    apply()
    last = save(12)
    with refusing(city, last), pytest.raises(IntegrityError):
        apply()
    assert state(last) == "failed" and rules_of_plans() == {between.pk}


def test_failing_for_the_first_time_it_keeps_nobody_waiting_either(city):  # noqa: F811
    early, later = save(6), save(48)
    with refusing(city, early):
        assert apply() == {later.pk}
    assert (state(early), state(later)) == ("failed", "done") and follows(later)


def test_begun_again_and_killed_again_and_again_it_mails_nobody_and_is_passed_over(city):  # noqa: F811
    """A worker that is killed says nothing: the row stays as it was begun."""
    early = given_up(city, 6)
    Replanning.objects.filter(pk=early.pk).update(state="running", attempts=LAST_ATTEMPT)
    later = save(48)
    assert apply() == {later.pk} and follows(later)
    assert (state(early), ControlMail.objects.count()) == ("failed", 1)


def test_where_deeds_still_go_on_it_is_not_tried_every_minute(city, monkeypatch):  # noqa: F811
    early = given_up(city, 6)
    later, goes_on = save(48), ["1"]
    monkeypatch.setattr(replanning_city, "_deeds", lambda: goes_on)
    with refusing(city, early):
        assert apply() == {later.pk} and state(later) == "looking"
        assert apply() == set() and Replanning.objects.get(pk=early.pk).attempts == 1
        goes_on.clear()
        assert apply() == set() and (state(early), state(later)) == ("failed", "done")


def test_one_of_which_only_care_was_left_is_through_with_the_next(city):  # noqa: F811
    early = save(6)
    apply()
    Replanning.objects.update(state="failed", care_changed_at=NOW)
    later = save(48)
    assert apply() == {later.pk} and (state(early), state(later)) == ("done", "done")
