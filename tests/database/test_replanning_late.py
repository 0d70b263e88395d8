"""Versions that the worker finds late: each shortens what it would have shortened in time, no more."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from baumkataster.models import Tree
from inspections.models import ControlPlan, RuleSet
from inspections.rules.intervals import DEFAULT_MATRIX
from inspections.services import record_inspection, replanning
from inspections.services.replanning import check_plans
from inspections.services.replanning_city import apply_rule_sets
from inspections.services.rule_sets import make_rule_set
from tests.database.test_replanning_city import city  # noqa: F401 - a fixture
from tests.factories import make_entry, make_tree, make_user
from tests.own_database import own_database  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("city")


def save(months: int) -> RuleSet:
    """A version from today on, with one interval for everything."""
    values = {
        "title": "Neu", "basis": "", "valid_from": timezone.localdate(),
        "matrix": {key: old and months for key, old in DEFAULT_MATRIX.items()},
        "default_months": months, "tolerance_months": 3, "youth_care_months": 36,
        "initial_months": {"street": 6},
    }  # fmt: skip
    return make_rule_set(
        by=make_user("administrator"), day=timezone.localdate(), now=timezone.now(), values=values
    )


def work(rule: RuleSet) -> set[object]:
    """What the worker does; it is through."""
    done = apply_rule_sets(day=timezone.localdate(), now=timezone.now())
    assert set(ControlPlan.objects.values_list("rule_set", flat=True)) == {rule.pk}
    assert check_plans(day=timezone.localdate()) == []
    return set(done)


def arrive(tree: Tree, inspected_at: datetime) -> None:
    """An inspection arrives now."""
    by = make_user("arborist")
    entry = make_entry(tree, by, inspected_at=inspected_at, phase=tree.phase)
    record_inspection(by=by, entry=entry, received_at=timezone.now())


def caps(trees: dict[str, Tree]) -> dict[str, int | None]:
    """Months that lead to the date, of each tree."""
    found = dict(ControlPlan.objects.values_list("tree", "cap_months"))
    return {name: found[tree.pk] for name, tree in trees.items()}


@pytest.mark.parametrize("late", [False, True], ids=["in time", "late"])
def test_an_older_version_shortens_what_came_before_the_next_one(late: bool) -> None:
    """Whether a worker ran in between makes no difference to any tree."""
    yesterday = timezone.now() - timedelta(days=1)
    trees = {name: make_tree() for name in ("before", "between", "under", "late under")}
    trees |= {f"young {name}": make_tree(phase="youth") for name in ("before", "under")}
    arrive(trees["before"], yesterday)
    arrive(trees["young before"], yesterday)
    shorter = save(6)
    if not late:
        work(shorter)
    arrive(trees["between"], timezone.now())
    longer = save(48)
    if not late:
        work(longer)
    arrive(trees["under"], timezone.now())
    arrive(trees["young under"], timezone.now())
    # Made while the first version was in force, handed in after the third had come.
    arrive(trees["late under"], yesterday)
    if late:
        assert work(longer) == {shorter.pk, longer.pk}
    assert caps(trees) == {
        "before": 6, "between": 6, "under": 48, "late under": 24,
        "young before": 6, "young under": 48,
    }  # fmt: skip


def test_a_tree_inspected_while_the_older_version_is_written_is_left_alone() -> None:
    """Found changed when its part is written, it is computed anew, under its lock."""
    tree, shorter, longer = make_tree(), save(6), save(48)
    assert replanning.write_plans(rule=shorter, ids=[tree.pk], given={}) == 1
    arrive(tree, timezone.now())
    assert replanning.write_plans(rule=shorter, ids=[tree.pk], given={}) == 0
    assert (caps({"": tree}), ControlPlan.objects.get(pk=tree.pk).rule_set) == ({"": 48}, longer)
