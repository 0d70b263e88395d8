"""The set-based plan gives what the Python rule gives: on every case row and on random trees."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from inspections.models import ControlPlan
from inspections.rules.intervals import DEFAULT_MATRIX, RuleSet
from inspections.services.replanning import check_plans, replan
from inspections.services.replanning_one import replan_one
from tests.database.plan_rows import CASES, Planted, row, rule_values, store_rule_set
from tests.factories import load_catalogues, make_user

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 15)
#: Inputs that only the rule knows: the database's constraints refuse such rows.
IMPOSSIBLE = 3


def possible(raw: dict[str, Any]) -> bool:
    facts = row(raw)
    return (
        facts["tree"]["expectation"] != ""
        and facts["tree"]["place_kind"] != "harbour"
        and all(record["condition"] for record in facts["inspections"])
    )


POSSIBLE = [raw for raw in CASES["rows"] if possible(raw)]


@pytest.fixture(autouse=True)
def catalogues():
    load_catalogues()


@pytest.mark.parametrize("raw", POSSIBLE, ids=lambda raw: raw["name"])
def test_case_row(raw):
    rules = rule_values(raw.get("rule_set", {}))
    store_rule_set(rules)
    planted = Planted(row(raw))
    assert replan(day=DAY, tree_ids=[planted.tree.pk], initial_due=planted.initial_due) == 1
    planted.remember()
    replan(day=DAY, tree_ids=[planted.tree.pk])
    assert planted.stored() == planted.expected(rules)
    planted.remember()
    replan_one(day=DAY, tree_id=planted.tree.pk)
    stored = planted.stored()
    assert stored == planted.expected(rules)
    # The row of the table itself, should the Python rule ever leave it.
    for name, value in (CASES["defaults"]["expect"] | raw["expect"]).items():
        if name == "inspection":
            assert stored["inspection_id"] == planted.ids.get(value)
        else:
            assert str(stored[name]) == str(value)
    assert replan(day=DAY) == 0
    assert check_plans(day=DAY) == []


def test_the_database_refuses_the_other_rows():
    impossible = [raw for raw in CASES["rows"] if not possible(raw)]
    assert len(impossible) == IMPOSSIBLE
    store_rule_set(RuleSet())
    for raw in impossible:
        with pytest.raises(IntegrityError), transaction.atomic():
            Planted(row(raw))


def random_case(pick: random.Random) -> dict[str, Any]:
    """A tree with anything that the database allows."""
    start = date(2019, 1, 1)

    def some_day() -> str:
        return (start + timedelta(days=pick.randrange(0, 2500))).isoformat()

    def maybe(chance: float) -> str | None:
        return some_day() if pick.random() < chance else None

    inspections: list[dict[str, Any]] = []
    # A few days only, so that records of one day occur.
    days = [some_day() for _ in range(3)]
    for name in "abcdef"[: pick.choice([0, 0, 0, 1, 2, 3, 4, 6])]:
        free = [i["id"] for i in inspections if i["id"] not in {j["corrects"] for j in inspections}]
        proposed = pick.choice([None, 12, 24, 36])
        inspections.append(
            {
                "id": name,
                "inspected_on": pick.choice(days),
                "received": len(inspections) if pick.random() < 0.7 else 100 - len(inspections),
                "sets_regular_date": pick.random() < 0.75,
                "condition": pick.choice(["sound", "damaged"]),
                "proposed_months": proposed,
                "set_months": pick.choice([proposed, proposed, None, 3, 18, 60]),
                "corrects": pick.choice(free) if free and pick.random() < 0.3 else None,
            }
        )
    inherited = pick.random() < 0.4
    return {
        "tree": {
            "status": pick.choice(
                ["standing"] * 6 + ["planted", "felled", "unverified", "planned"]
            ),
            "duty": pick.choice(["city"] * 6 + ["stand", "other_owner"]),
            "phase": pick.choice(["youth", "youth", "mature", "aging", ""]),
            "expectation": pick.choice(["lower", "higher"]),
            "own_expectation": pick.choice(["", "", "lower", "higher"]),
            "recorded_on": some_day(),
            "place_kind": pick.choice(["street", "park", "playground", "none"]),
            "planted_on": maybe(0.6),
            "initial_due_on": maybe(0.3),
            "care_on": maybe(0.5),
            "inherited_last_on": maybe(0.6) if inherited else None,
            "inherited_next_on": maybe(0.6) if inherited else None,
        },
        "inspections": inspections,
        "previous": {
            "inspection": pick.choice([None, *(i["id"] for i in inspections)]),
            "cap_months": pick.choice([None, 6, 12, 24, 36]),
        },
    }


@pytest.mark.parametrize("seed", range(4))
def test_random_trees(seed):
    pick = random.Random(seed)
    cells = {key: pick.choice([6, 12, 24, 36, months]) for key, months in DEFAULT_MATRIX.items()}
    rules = RuleSet(
        matrix=cells, default_months=pick.choice([6, 12]), tolerance_months=pick.choice([0, 2, 3])
    )
    store_rule_set(rules)
    inspector = make_user()
    trees = [Planted(random_case(pick), inspector=inspector) for _ in range(60)]
    given = {key: on for tree in trees for key, on in tree.initial_due.items()}
    assert replan(day=DAY, initial_due=given) == len(trees)
    for tree in trees:
        tree.remember()
    replan(day=DAY)
    assert ControlPlan.objects.values("basis").distinct().count() == 5
    for tree in trees:
        assert tree.stored() == tree.expected(rules), tree.case
    assert check_plans(day=DAY) == []
    assert_next_version_follows(trees, rules)


def assert_next_version_follows(trees: list[Planted], rules: RuleSet) -> None:
    """A rule set that becomes valid later counts from its first day, on top of what is stored."""
    first = DAY + timedelta(days=100)
    shorter = {key: months and max(months - 6, 1) for key, months in rules.matrix.items()}
    later = RuleSet(matrix=shorter, default_months=9, tolerance_months=1, youth_care_months=24)
    store_rule_set(later, version=2, valid_from=first)
    for tree in trees:
        stored = ControlPlan.objects.get(pk=tree.tree.pk)
        names = {key: name for name, key in tree.ids.items()}
        tree.case["previous"] = {
            "inspection": names.get(stored.inspection_id),
            "cap_months": stored.cap_months,
        }
    assert replan(day=first - timedelta(days=1)) == 0
    assert replan(day=first) == len(trees)
    for tree in trees:
        assert tree.stored() == tree.expected(later), tree.case
