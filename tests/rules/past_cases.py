"""Turns rows of tests/cases/stichtag.json into histories: fills in defaults, reads days and times."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from inspections.rules.basis import InspectionRecord
from inspections.rules.intervals import DEFAULT_MATRIX, RuleSet
from inspections.rules.overdue import berlin_day
from inspections.rules.past import History, PastChange, PastInspection, PastRule
from tests.case_tables import day, table

BERLIN = ZoneInfo("Europe/Berlin")
DEFAULTS = table("stichtag")["defaults"]
#: First days of the two versions of the rule, and what each says.
RULES = (
    (date(2000, 1, 1), RuleSet()),
    (date(2025, 1, 1), RuleSet(matrix={**DEFAULT_MATRIX, "aging.sound.higher": 6})),
)
DAYS = ("planted_on", "felled_on")


def instant(text: str) -> datetime:
    """A day stands for noon in Berlin."""
    if "T" in text:
        return datetime.fromisoformat(text).replace(tzinfo=BERLIN)
    return datetime.combine(date.fromisoformat(text), time(12), BERLIN)


def value(name: str, raw: Any) -> Any:
    """A value of a tree or place as Python has it."""
    return day(raw) if name in DAYS else raw


def rules() -> list[PastRule]:
    """Both versions, known from their first day on."""
    return [
        PastRule(first, datetime.combine(first, time(), BERLIN), values) for first, values in RULES
    ]


def now_and_changes(
    first: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], list[PastChange]]:
    """A row as it is in the end, and its changes with the values before them."""
    row = {name: value(name, raw) for name, raw in first.items()}
    found = []
    for change in changes:
        new = {name: value(name, raw) for name, raw in change.items() if name != "on"}
        found.append(PastChange(instant(change["on"]), {name: row[name] for name in new}))
        row |= new
    return row, found


def inspection(raw: Mapping[str, Any]) -> PastInspection:
    """An inspection of a row; it arrived on its day unless said."""
    facts = {**DEFAULTS["inspection"], **raw}
    at, received = instant(facts["on"]), instant(facts.get("received", facts["on"]))
    record = InspectionRecord(
        id=facts["id"],
        inspected_on=berlin_day(at),
        received=int(received.timestamp()),
        **{
            name: facts[name]
            for name in (
                "sets_regular_date",
                "condition",
                "proposed_months",
                "set_months",
                "corrects",
            )
        },
    )
    return PastInspection(
        record=record,
        inspected_at=at,
        received_at=received,
        phase=facts["phase"],
        expectation=facts["expectation"],
    )


def history(row: Mapping[str, Any]) -> History:
    """All that a row says about its tree."""
    first = {**DEFAULTS["tree"], **row.get("tree", {})}
    created = instant(first.pop("recorded"))
    tree, changes = now_and_changes(first, row.get("changes", []))
    place, place_changes = now_and_changes(
        {**DEFAULTS["place"], **row.get("place", {})}, row.get("place_changes", [])
    )
    return History(
        tree={**tree, "created_at": created},
        place=place,
        rules=rules(),
        tree_changes=changes,
        place_changes=place_changes,
        inspections=[inspection(raw) for raw in row.get("inspections", [])],
        inherited=[
            (day(raw["last_on"]), day(raw["next_on"]), instant(raw["recorded"]))
            for raw in row.get("inherited", [])
        ],
        care=[
            (date.fromisoformat(raw["done_on"]), instant(raw["recorded"]))
            for raw in row.get("care", [])
        ],
    )
