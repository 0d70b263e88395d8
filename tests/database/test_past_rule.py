"""The past in the database is what the rule says: on every case row and on random histories."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from baumkataster.models import Tree
from inspections.models import ControlPlan
from inspections.past_day import AskedDay
from inspections.reports.past import looking_back
from inspections.rules.past import Reading, plan_then
from tests.case_tables import table
from tests.database.past_rows import PastCity, PastTree
from tests.factories import replan_all
from tests.own_database import own_database  # noqa: F401 - a fixture

TODAY = date(2026, 11, 23)
ROWS = table("stichtag")["rows"]
#: What the rule and the stored plan both say.
NAMES = (
    "required",
    "not_required_reason",
    "due_on",
    "tolerance_until",
    "exempt_until",
    "never",
    "interval_months",
    "cap_months",
    "basis",
    "basis_on",
)


def asked(day: date, reading: Reading) -> AskedDay:
    return AskedDay(day=day, today=TODAY, reading=reading)


def by_rule(tree: PastTree, day: date, reading: Reading) -> dict[str, Any] | None:
    """The rule's answer in the words of the database."""
    found = plan_then(tree.history, day=day, reading=reading)
    if found is None:
        return None
    values = {name: getattr(found, name) for name in NAMES}
    return values | {"inspection_id": tree.ids.get(found.inspection)}


def stored(ids: list[Any] | None = None) -> dict[Any, dict[str, Any]]:
    """The plans that a block sees, of trees that it sees."""
    trees = Tree.objects.filter(pk__in=ids) if ids else Tree.objects.all()
    plans = ControlPlan.objects.filter(tree__in=trees).values("tree_id", *NAMES, "inspection_id")
    return {plan.pop("tree_id"): plan for plan in map(dict, plans)}


@pytest.fixture
def city(own_database: str) -> PastCity:  # noqa: F811
    return PastCity(own_database)


def test_case_rows(city: PastCity) -> None:
    trees = [(row, city.add(row)) for row in ROWS]
    for row, tree in trees:
        day = date.fromisoformat(row["day"])
        for reading in Reading:
            among = f"SELECT '{tree.tree.pk}'::uuid"
            with looking_back(asked(day, reading), among=among):
                found = stored([tree.tree.pk]).get(tree.tree.pk)
                plan = ControlPlan.objects.filter(pk=tree.tree.pk).values().first()
            assert found == by_rule(tree, day, reading), (row["name"], reading)
            assert (found is None) == (row[reading] is None), (row["name"], reading)
            for name, wanted in (row[reading] or {}).items():
                if name == "inspection":
                    assert plan["inspection_id"] == tree.ids[wanted], (row["name"], reading)
                else:
                    value = plan[name]
                    shown = value.isoformat() if isinstance(value, date) else value
                    assert shown == wanted, (row["name"], reading, name)


def random_row(pick: random.Random) -> dict[str, Any]:
    """A tree of any history, in the words of the table."""

    def some_day(first: str = "2021-01-01", days: int = 1700) -> date:
        return date.fromisoformat(first) + timedelta(days=pick.randrange(days))

    def at(day: date) -> str:
        return f"{day}T{pick.randrange(24):02}:{pick.randrange(60):02}:{pick.randrange(60):02}"

    inspections: list[dict[str, Any]] = []
    for number in range(pick.choice([0, 1, 2, 3, 4])):
        on = some_day()
        received = on + timedelta(days=pick.choice([0, 0, 1, 3, 40, 200]))
        taken = {raw["corrects"] for raw in inspections}
        free = [raw["id"] for raw in inspections if raw["id"] not in taken]
        corrects = pick.choice(free) if free and pick.random() < 0.35 else None
        if corrects:
            received += timedelta(days=300)
        proposed = pick.choice([12, 24, 36, None])
        inspections.append(
            {
                "id": f"i{number}",
                "on": f"{on}T00:00:01",
                "received": f"{received}T23:{pick.randrange(60):02}:{pick.randrange(60):02}",
                "sets_regular_date": pick.random() < 0.8,
                "condition": pick.choice(["sound", "sound", "damaged"]),
                "phase": pick.choice(["youth", "mature", "aging"]),
                "expectation": pick.choice(["lower", "higher"]),
                "proposed_months": proposed,
                "set_months": pick.choice([proposed, proposed, 6, 48]),
                "corrects": corrects,
            }
        )
    changes = [
        {"on": at(day), pick.choice(["phase", "expectation", "duty"]): ""}
        for day in sorted(some_day() for _ in range(pick.choice([0, 0, 1, 2, 4])))
    ]
    words = {
        "phase": ["youth", "mature", "aging", ""],
        "expectation": ["", "lower", "higher"],
        "duty": ["city", "city", "stand"],
    }
    for change in changes:
        for name in words.keys() & change.keys():
            change[name] = pick.choice(words[name])
    if pick.random() < 0.2:
        felled = some_day("2023-01-01", 700)
        changes.append(
            {
                "on": f"{felled + timedelta(days=pick.choice([0, 10, 900]))}T23:59:30",
                "status": pick.choice(["felled", "stump"]),
                "felled_on": str(felled),
            }
        )
        changes.sort(key=lambda change: change["on"])
    return {
        "tree": {
            "status": pick.choice(["standing", "planted", "unverified"]),
            "duty": "city",
            "phase": pick.choice(words["phase"]),
            "expectation": pick.choice(words["expectation"]),
            "planted_on": pick.choice([None, None, str(some_day("2010-01-01", 5000))]),
            "planted_year": pick.choice([None, 1970, 2022]),
            "recorded": at(some_day("2020-02-01", 1500)),
        },
        "place": {"expectation": pick.choice(["lower", "higher"])},
        "place_changes": [
            {"on": at(day), "expectation": pick.choice(["lower", "higher"])}
            for day in sorted(some_day() for _ in range(pick.choice([0, 0, 1, 2])))
        ],
        "inspections": inspections,
        "inherited": [
            {"last_on": str(some_day("2018-01-01")), "next_on": None, "recorded": at(some_day())}
            for _ in range(pick.choice([0, 0, 1, 2]))
        ],
        "care": [
            {"done_on": str(day), "recorded": f"{day + timedelta(days=pick.choice([0, 60]))}T23:00"}
            for day in [some_day()]
            if pick.random() < 0.4
        ],
    }


def test_random_histories(city: PastCity) -> None:
    pick = random.Random(4)
    trees = [city.add(random_row(pick)) for _ in range(120)]
    for _ in range(6):
        day = date(2021, 6, 1) + timedelta(days=pick.randrange(1700))
        for reading in Reading:
            with looking_back(asked(day, reading)):
                found = stored()
            for tree in trees:
                wanted = by_rule(tree, day, reading)
                assert found.get(tree.tree.pk) == wanted, (day, reading, tree.history)


def record(name: str, on: str, received: str, phase: str, corrects: str = "") -> dict[str, Any]:
    """An inspection in the words of the table."""
    words = {"id": name, "on": on, "received": received, "phase": phase}
    return words | ({"corrects": corrects} if corrects else {})


@pytest.mark.parametrize("few", [50_000, -1], ids=["one by one", "all at once"])
def test_trees_know_what_their_newest_record_saw_though_it_came_late(
    city: PastCity, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way the others are looked up; recorded, the trees were mature."""
    monkeypatch.setattr("inspections.reports.past_rows.FEW", few)
    late = record("late", "2024-03-01", "2024-06-01", "aging")
    newer = record("newer", "2024-03-05", "2024-03-05", "mature")
    histories = [
        ([late], "aging"),
        ([late, newer], "mature"),
        ([late, record("after", "2024-04-05", "2024-04-05", "mature")], "aging"),
        ([late, record("right", "2024-03-02", "2024-07-01", "youth", "late")], "youth"),
        ([late, newer, record("right", "2024-02-02", "2024-07-01", "youth", "newer")], "aging"),
    ]
    trees = [(city.add({"tree": {"phase": "mature"}, "inspections": i}), p) for i, p in histories]
    with looking_back(asked(date(2024, 3, 10), Reading.TODAY)):
        found = [Tree.objects.get(pk=tree.tree.pk).phase for tree, _ in trees]
    assert found == [phase for _, phase in trees]


@pytest.mark.parametrize("reading", list(Reading))
def test_a_deadline_counts_where_a_tree_has_nothing_else(city: PastCity, reading: Reading) -> None:
    """No control taken over and no care, with which it is put together before the join."""
    deadline = date(2024, 5, 17)
    key = city.add({}).tree.pk
    replan_all(date(2026, 11, 23))
    ControlPlan.objects.filter(tree_id=key).update(initial_due_on=deadline)
    with looking_back(asked(date(2024, 3, 12), reading)):
        assert ControlPlan.objects.get(tree_id=key).due_on == deadline
