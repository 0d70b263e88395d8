"""A small city for tests of kept past days, and what may happen in it."""

import copy
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from inspections.services import record_inspection
from tests import factories as make
from tests.conftest import app_url
from tests.database.past_rows import PastCity, PastTree
from tests.database.test_past_rule import random_row


class Town:
    """A small city with histories of all kinds, and a connection of the app role beside."""

    def __init__(self, database: str) -> None:
        pick = random.Random(7)
        self.city = PastCity(database)
        self.trees = [self.city.add(random_row(pick)) for _ in range(25)]
        self.beside = psycopg.connect(app_url(database), autocommit=True)

    def moved_to(self, database: str) -> "Town":
        """The same city in a copy of its database."""
        town = copy.copy(self)
        town.city, town.trees = copy.deepcopy((self.city, self.trees))
        town.city.database = database
        town.beside = psycopg.connect(app_url(database), autocommit=True)
        return town

    def sql(self, text: str, *values: Any) -> None:
        self.beside.execute(text, values)

    @property
    def known(self) -> PastTree:
        """A tree that stood on the day in both readings, with an inspection."""
        return next(
            t for t in self.trees
            if t.ids and t.tree.status == "standing" and t.tree.duty == "city"
            and t.tree.created_at < datetime(2023, 1, 1, tzinfo=UTC)
        )  # fmt: skip


def late_inspection(town: Town) -> None:
    entry = make.make_entry(
        town.known.tree, town.city.inspector, inspected_at=datetime(2024, 3, 1, 9, tzinfo=UTC)
    )
    record_inspection(
        by=town.city.inspector, entry=entry, received_at=datetime(2026, 11, 20, 9, tzinfo=UTC)
    )


def raw_inspection(town: Town, at: psycopg.Connection[Any] | None = None) -> None:
    """A copy of a tree's inspection, done a week before the day and received in time."""
    columns = [
        row[0]
        for row in town.beside.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'inspections_inspection' AND table_schema = 'public'"
        )
    ]
    new = {
        "id": "gen_random_uuid()", "inspected_on": "'2024-03-05'", "set_months": "7",
        "interval_reason": "'x'", "corrects_id": "NULL", "sets_regular_date": "true",
        "inspected_at": "'2024-03-05 09:00+01'", "received_at": "'2024-03-05 10:00+01'",
    }  # fmt: skip
    (at or town.beside).execute(
        f"INSERT INTO inspections_inspection ({', '.join(columns)}) SELECT"
        f" {', '.join(new.get(name, name) for name in columns)} FROM inspections_inspection"
        f" WHERE id = '{next(iter(town.known.ids.values()))}'"
    )


def correction(town: Town) -> None:
    wrong = next(
        key for t in town.trees for key in t.ids.values()
        if not town.beside.execute(
            "SELECT FROM inspections_inspection WHERE corrects_id = %s", [key]).fetchall()
        and town.beside.execute(
            "SELECT FROM inspections_inspection WHERE id = %s AND inspected_on < '2024-03-12'", [key]
        ).fetchall()
    )  # fmt: skip
    town.sql(
        "INSERT INTO inspections_inspection SELECT (jsonb_populate_record(i, jsonb_build_object("
        "'id', gen_random_uuid(), 'corrects_id', i.id, 'correction_reason', 'x', 'set_months', 5,"
        " 'interval_reason', 'x', 'received_at', '2026-11-20 10:00+01'))).*"
        " FROM inspections_inspection i WHERE i.id = %s",
        wrong,
    )


def rule_set(town: Town) -> None:
    make.load_rule_set(version=9, valid_from=date(2024, 1, 1), matrix={"mature.sound.higher": 1})


def inherited(town: Town) -> None:
    town.sql(
        "INSERT INTO inspections_inheritedcontrol (id, tree_id, source, details, last_on, recorded_at)"
        " VALUES (gen_random_uuid(), %s, 'Alt', '{}', '2024-01-01', '2024-01-02')",
        bare(town),
    )


def bare(town: Town) -> Any:
    """A tree without an inspection."""
    return next(t.tree.pk for t in town.trees if not t.ids)


def care(town: Town) -> None:
    done = [{"done_on": "2024-03-01", "recorded": "2024-03-02T09:00"}]
    town.city.add({**random_row(random.Random(1)), "care": done})


def raw(text: str, find: Callable[[Town], Any] | None = None) -> Callable[[Town], None]:
    """A statement of the app role, past all services; ``find`` gives the key it asks for."""
    return lambda town: town.sql(text, *([find(town)] if find else []))


def known(town: Town) -> Any:
    return town.known.tree.pk


CHANGES: list[Callable[[Town], Any]] = [
    late_inspection,
    raw_inspection,
    correction,
    inherited,
    care,
    rule_set,
    raw("UPDATE baumkataster_tree SET phase = 'aging', girth_cm = 77"),
    raw("UPDATE baumkataster_tree SET duty = 'stand', duty_reason = 'x' WHERE id = %s", known),
    raw("UPDATE baumkataster_tree SET planted_on = '2024-03-13' WHERE id = %s", bare),
    raw(
        "UPDATE baumkataster_site SET number = number || 'a' WHERE id = %s",
        lambda town: town.known.tree.site_id,
    ),
    raw(
        "UPDATE baumkataster_place SET name = 'Anger', expectation = 'lower' WHERE id = %s",
        lambda town: town.known.tree.site.place_id,
    ),
    raw("UPDATE inspections_measure SET done_on = '2024-03-11', note = 'x' WHERE state = 'done'"),
    raw(
        "UPDATE inspections_controlplan SET initial_due_on = '2024-02-01' WHERE tree_id = %s", bare
    ),
    raw("UPDATE inspections_measurekind SET young_tree_care = NOT young_tree_care"),
    lambda town: make.make_tree(created_at=datetime(2020, 1, 1, tzinfo=UTC)),
    lambda town: make.make_tree(planted_on=date(2021, 1, 1)),
]
