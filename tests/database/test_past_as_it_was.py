"""As time goes on: what is rebuilt of a past day is what the plans really were on that day.

Deeds are done by the services, one simulated day after the other; the owner moves what the
database stamped with the clock to the simulated time.
"""

import random
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from baumkataster.errors import Refused
from baumkataster.models import Change, Place, Tree, User
from baumkataster.services import correct_place, correct_tree, fell_tree
from inspections.models import ControlPlan, Inspection
from inspections.past_day import AskedDay
from inspections.reports.past import looking_back
from inspections.rules.past import Reading
from inspections.services import record_care, record_inspection, replan
from tests import factories as make
from tests.conftest import owner_url
from tests.own_database import own_database  # noqa: F401 - a fixture

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2023, 1, 2)
TREES, DAYS = 12, 26


class Town:
    """A small city in which days go by."""

    def __init__(self, database: str, seed: int) -> None:
        self.pick = random.Random(seed)
        self.owner = psycopg.connect(owner_url(database), autocommit=True)
        for table in ("baumkataster_change", "inspections_measure"):
            self.owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        make.load_catalogues()
        make.load_rule_set(created_at=self.at(FIRST, 0))
        shorter = {**make.MATRIX, "mature.sound.higher": 18, "aging.sound.lower": 12}
        make.load_rule_set(
            version=2,
            valid_from=FIRST + timedelta(days=150),
            matrix=shorter,
            created_at=self.at(FIRST + timedelta(days=100), 0),
        )
        self.arborist: User = make.make_user("arborist")
        self.place: Place = make.make_place(expectation="lower")
        self.trees: list[Tree] = [
            make.make_tree(
                place=self.place,
                number=str(number),
                created_at=self.at(FIRST, 1),
                phase=self.pick.choice(["youth", "mature", "aging"]),
            )
            for number in range(TREES)
        ]
        self.deeds = 0
        self.last = Change.objects.latest("id").pk

    @staticmethod
    def at(day: date, minute: int) -> datetime:
        return datetime(day.year, day.month, day.day, 10, minute, tzinfo=BERLIN)

    def live(self, day: date) -> None:
        """A morning's run, some deeds, each at its minute, and the plans of the evening."""
        replan(day=day)
        for minute in range(self.pick.choice([1, 2, 3])):
            at = self.at(day, minute)
            try:
                self._deed(day, at)
            except Refused:
                continue
            finally:
                self._stamp(at)
            self.deeds += 1
        replan(day=day)

    def _deed(self, day: date, at: datetime) -> None:
        tree = self.pick.choice(self.trees)
        deed = self.pick.choice(
            ["inspect"] * 4 + ["correct"] * 4 + ["again"] * 2 + ["care", "fell", "place"]
        )
        if deed == "inspect":
            age = timedelta(days=self.pick.choice([0, 0, 0, 2, 12]))
            self._record(tree, at - age - timedelta(hours=1), at)
        elif deed == "again":
            self._correct_inspection(at)
        elif deed == "correct":
            name, values = self.pick.choice(
                [
                    ("phase", ["youth", "mature", "aging"]),
                    ("expectation", ["", "lower", "higher"]),
                    ("duty", ["city", "city", "stand"]),
                ]
            )
            changes = {name: self.pick.choice(values)}
            if name == "duty":
                changes["duty_reason"] = "Vertrag" if changes["duty"] != "city" else ""
            correct_tree(by=self.arborist, day=day, tree_id=tree.pk, version=None, changes=changes)
        elif deed == "care":
            record_care(
                by=self.arborist,
                day=day,
                tree_id=tree.pk,
                kind="young_care",
                done_on=day,
                done_by="Bauhof",
            )
        elif deed == "fell":
            if self.pick.random() < 0.3:
                fell_tree(
                    by=self.arborist,
                    day=day,
                    tree_id=tree.pk,
                    version=None,
                    felled_on=day,
                    reason="x",
                )
        else:
            value = self.pick.choice(["lower", "higher"])
            correct_place(
                by=self.arborist,
                day=day,
                place_id=self.place.pk,
                version=None,
                changes={"expectation": value},
            )

    def _record(self, tree: Tree, inspected_at: datetime, at: datetime, **more: Any) -> None:
        entry = make.make_entry(
            tree,
            self.arborist,
            inspected_at=inspected_at,
            phase=self.pick.choice(["youth", "mature", "mature", "aging"]),
            condition=self.pick.choice(["sound", "sound", "damaged"]),
            kind=self.pick.choice(["regular", "regular", "regular", "additional"]),
            **more,
        )
        record_inspection(by=self.arborist, entry=entry, received_at=at)

    def _correct_inspection(self, at: datetime) -> None:
        rows = Inspection.objects.filter(corrected_by=None).order_by("-received_at")[:4]
        if rows:
            wrong = self.pick.choice(list(rows))
            self._record(
                wrong.tree,
                wrong.inspected_at - timedelta(days=self.pick.choice([0, 1, 40])),
                at,
                corrects_id=wrong.pk,
                correction_reason="verschrieben",
            )

    def _stamp(self, at: datetime) -> None:
        """Move what the clock stamped to a second after the deed."""
        self.owner.execute(
            "UPDATE baumkataster_change SET at = %s WHERE id > %s",
            [at + timedelta(seconds=1), self.last],
        )
        self.last = Change.objects.latest("id").pk
        for column in ("created_at", "ended_at"):
            self.owner.execute(
                f"UPDATE inspections_measure SET {column} = %s WHERE {column} > '2026-01-01'", [at]
            )


def plans() -> dict[Any, dict[str, Any]]:
    """All plans that are in sight, without what only the city's own planning knows."""
    return {row.pop("tree_id"): row for row in map(dict, ControlPlan.objects.values())}


@pytest.mark.parametrize("seed", [1, 2])
def test_each_past_day_is_as_it_was(own_database: str, seed: int) -> None:  # noqa: F811
    town = Town(own_database, seed)
    evenings: dict[date, dict[Any, dict[str, Any]]] = {}
    day = FIRST
    for _ in range(DAYS):
        day += timedelta(days=town.pick.randrange(1, 30))
        town.live(day)
        evenings[day] = plans()
    town.owner.close()
    assert town.deeds > DAYS
    assert len({str(evening) for evening in evenings.values()}) > DAYS / 2
    for day, evening in evenings.items():
        with looking_back(AskedDay(day=day, today=date(2026, 11, 23), reading=Reading.THEN)):
            found = plans()
        assert found.keys() == evening.keys()
        for key, plan in evening.items():
            assert found[key] == plan, (day, key)
