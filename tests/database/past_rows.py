"""Puts rows of tests/cases/stichtag.json into a database of their own, with a history in the past.

The history is written by triggers with the time of the clock; here the owner adds it by hand.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from baumkataster.models import InspectorIdentity, Place, Tree, User
from inspections.models import InheritedControl, Inspection, Measure, RuleSet
from inspections.rules.overdue import berlin_day
from inspections.rules.past import History, PastChange, PastInspection
from tests.conftest import owner_url
from tests.factories import (
    load_catalogues,
    load_rule_set,
    make_place,
    make_site,
    make_tree,
    make_user,
    point,
)
from tests.rules.past_cases import RULES, history, rules

ENDED = {"felled", "stump", "vanished"}


class PastCity:
    """A city with both versions of the rule, to which cases are added."""

    def __init__(self, database: str) -> None:
        self.database = database
        load_catalogues()
        for number, (rule, (first, values)) in enumerate(zip(rules(), RULES, strict=True), start=1):
            load_rule_set(
                version=number,
                valid_from=first,
                created_at=rule.created_at,
                matrix=dict(values.matrix),
                initial_months=dict(values.initial_months),
            )
        self.inspector: User = make_user()
        self.identity = InspectorIdentity.objects.get(user=self.inspector)
        #: The city's first tree, before which there is nothing to ask for.
        self.first = make_tree(created_at=datetime(2010, 1, 4, 12, tzinfo=UTC))

    def add(self, row: Mapping[str, Any]) -> "PastTree":
        """One case as rows."""
        return PastTree(self, history(row))

    def write_changes(self, table: str, row_id: Any, changes: list[PastChange]) -> None:
        """History rows as the triggers would have written them."""
        with psycopg.connect(owner_url(self.database), autocommit=True) as connection:
            for change in changes:
                old = {
                    n: v.isoformat() if isinstance(v, date) else v for n, v in change.old.items()
                }
                connection.execute(
                    "INSERT INTO baumkataster_change (table_name, row_id, operation, at, db_role,"
                    " reason, old, new) VALUES (%s, %s, 'update', %s, 'test', '', %s, '{}')",
                    [table, str(row_id), change.at, json.dumps(old)],
                )


class PastTree:
    """One case: the tree, the ids of its inspections, its history."""

    def __init__(self, city: PastCity, past: History) -> None:
        self.city, self.history = city, past
        self.ids: dict[str, Any] = {}
        place: Place = make_place(**past.place)
        facts = dict(past.tree)
        if facts["status"] in ENDED:
            facts |= {"felling_reason": "Test"}
        if facts["duty"] != "city":
            facts["duty_reason"] = "Vertrag"
        self.tree: Tree = make_tree(site=make_site(place=place), geom=point(), **facts)
        city.write_changes("baumkataster_tree", self.tree.pk, list(past.tree_changes))
        city.write_changes("baumkataster_place", place.pk, list(past.place_changes))
        for each in past.inspections:
            self._inspection(each)
        for last_on, next_on, recorded in past.inherited:
            InheritedControl.objects.create(
                tree=self.tree, source="Alt", last_on=last_on, next_on=next_on, recorded_at=recorded
            )
        for done_on, recorded in past.care:
            self._care(done_on, recorded)

    def _inspection(self, each: PastInspection) -> None:
        record, person = each.record, self.city.inspector
        made = Inspection.objects.create(
            tree=self.tree,
            kind_id="regular" if record.sets_regular_date else "additional",
            sets_regular_date=record.sets_regular_date,
            inspected_at=each.inspected_at,
            inspected_on=berlin_day(each.inspected_at),
            received_at=each.received_at,
            inspected_by=person,
            recorded_by=person,
            inspector=self.city.identity,
            device="Test",
            leaf_state="leafy",
            condition=record.condition,
            phase=each.phase,
            result="safe",
            seen_number="1",
            seen_place="x",
            seen_position=point(),
            seen_species="x",
            seen_expectation=each.expectation,
            rule_set=RuleSet.objects.first(),
            proposed_months=record.proposed_months,
            set_months=record.set_months,
            interval_reason="so gewollt",
            corrects_id=self.ids[record.corrects] if record.corrects else None,
            correction_reason="verschrieben" if record.corrects else "",
        )
        self.ids[record.id] = made.pk

    def _care(self, done_on: date, recorded: datetime) -> None:
        Measure.objects.create(
            tree=self.tree,
            kind_id="young_care",
            ordered_on=done_on,
            ordered_by=self.city.inspector,
            state="done",
            done_on=done_on,
            done_by="Bauhof",
            ended_by=self.city.inspector,
            ended_at=recorded,
            created_at=recorded,
        )
