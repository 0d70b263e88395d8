"""What was due on a past day: the specification of reports/past.py on plain values, for one tree.

Two readings: THEN counts only what had been received or recorded by the end of the day; TODAY
counts all that is known now about the day, also what came late and corrections. The set-based twin
stands in ``sql/then_plan.sql``; both read ``tests/cases/stichtag.json``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from inspections.rules.basis import InspectionRecord, basis_of
from inspections.rules.intervals import RuleSet, propose_interval
from inspections.rules.overdue import ZONE, berlin_day
from inspections.rules.plan import ControlPlanValue, PreviousPlan, TreeFacts, plan_control

ENDED: Final = frozenset({"felled", "stump", "vanished"})
#: What a tree learns from its newest inspection.
LEARNED: Final = ("phase", "expectation")


class Reading(StrEnum):
    """How a past day is read; the words stand in addresses."""

    #: Only what had been received or recorded by the end of the day.
    THEN = "damals"
    #: All that is known today about the day.
    TODAY = "heute"


def end_of(day: date) -> datetime:
    """First instant in Berlin that no longer belongs to ``day``."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastInspection:
    """An inspection with what the tree learned from it."""

    record: InspectionRecord
    inspected_at: datetime
    received_at: datetime
    phase: str
    expectation: str


@dataclass(frozen=True, slots=True)
class PastChange:
    """One change of a row: the changed values before it."""

    at: datetime
    old: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastRule:
    """A version of the rule; in the order of ``valid_from`` and version."""

    valid_from: date
    created_at: datetime
    values: RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that is kept about one tree: the rows as they are now, and what changed them."""

    #: status, duty, phase, expectation, planted_on, planted_year, felled_on, created_at.
    tree: Mapping[str, Any]
    #: expectation, kind.
    place: Mapping[str, Any]
    rules: Sequence[PastRule]
    tree_changes: Sequence[PastChange] = ()
    place_changes: Sequence[PastChange] = ()
    inspections: Sequence[PastInspection] = ()
    #: last_on, next_on, recorded_at.
    inherited: Sequence[tuple[date | None, date | None, datetime]] = ()
    #: Young-tree care that was done: day, and instant of the record.
    care: Sequence[tuple[date, datetime]] = ()
    initial_due_on: date | None = None


def row_before(
    row: Mapping[str, Any], changes: Sequence[PastChange], at: datetime
) -> dict[str, Any]:
    """The row as it was just before ``at``: every change from then on is taken back."""
    found = dict(row)
    for change in sorted(changes, key=lambda c: c.at, reverse=True):
        if change.at >= at:
            found.update(change.old)
    return found


def plan_then(history: History, *, day: date, reading: Reading) -> ControlPlanValue | None:
    """The plan of the tree at the end of ``day``; None: the tree was not there or not known."""
    look = _Look(history, day, reading)
    facts = look.tree()
    if facts is None:
        return None
    basis = look.basis
    place = row_before(history.place, history.place_changes, look.end)
    inherited = look.inherited()
    tree = TreeFacts(
        status=facts["status"],
        duty=facts["duty"],
        phase=facts["phase"],
        expectation=facts["expectation"] or place["expectation"],
        recorded_on=berlin_day(facts["created_at"]),
        place_kind=place["kind"],
        planted_on=facts["planted_on"],
        initial_due_on=history.initial_due_on,
        care_on=look.care_on(),
        inherited_last_on=inherited[0],
        inherited_next_on=inherited[1],
    )
    previous = PreviousPlan(basis.record.id, look.cap(basis, tree)) if basis else None
    return plan_control(
        tree=tree,
        basis=basis.record if basis else None,
        rule_set=look.rule_on(day).values,
        previous=previous,
    )


@dataclass(slots=True)
class _Look:
    """One look at one tree's history; the steps of ``plan_then``."""

    history: History
    day: date
    reading: Reading
    end: datetime = field(init=False)
    then: bool = field(init=False)
    known: list[PastInspection] = field(init=False)
    rules: list[PastRule] = field(init=False)
    basis: PastInspection | None = field(init=False)

    def __post_init__(self) -> None:
        self.end, self.then = end_of(self.day), self.reading is Reading.THEN
        everything = list(self.history.inspections)
        if self.then:
            everything = [i for i in everything if i.received_at < self.end]
        corrected = {i.record.corrects for i in everything}
        self.known = [
            i
            for i in everything
            if i.record.inspected_on <= self.day and i.record.id not in corrected
        ]
        rules = [r for r in self.history.rules if not self.then or r.created_at < self.end]
        self.rules = rules or list(self.history.rules[:1])
        found = basis_of(i.record for i in self.known)
        self.basis = next((i for i in self.known if i.record is found), None)

    def ordinal(self, day: date) -> int:
        """Place of the rule set of ``day`` in the order; the oldest one also holds before it."""
        valid = [n for n, rule in enumerate(self.rules) if rule.valid_from <= day]
        return valid[-1] if valid else 0

    def rule_on(self, day: date) -> PastRule:
        """The rule set of ``day``."""
        return self.rules[self.ordinal(day)]

    def tree(self) -> dict[str, Any] | None:
        """The tree's facts at the end of the day; None: not there, or not known."""
        now = self.history.tree
        facts = row_before(now, self.history.tree_changes, self.end)
        if self.then:
            return facts if now["created_at"] < self.end else None
        if not self._stood():
            return None
        facts |= {name: now[name] for name in ("planted_on", "planted_year")}
        self._learn_late(facts)
        felled, planted = now["felled_on"], now["planted_on"]
        if felled is not None and felled <= self.day:
            facts["status"] = facts["status"] if facts["status"] in ENDED else now["status"]
        elif felled is not None and facts["status"] in ENDED:
            facts["status"] = "standing"
        elif planted is not None and planted > self.day and facts["status"] not in ENDED:
            facts["status"] = "planned"
        return facts

    def _stood(self) -> bool:
        """As known today: recorded by then, or planted, inspected or controlled by then."""
        now = self.history.tree
        if now["created_at"] < self.end or self.known:
            return True
        if now["planted_on"] is not None:
            return bool(now["planted_on"] <= self.day)
        if (now["planted_year"] or 9999) < self.day.year:
            return True
        return any(last and last <= self.day for last, _next, _at in self.history.inherited)

    def _learn_late(self, facts: dict[str, Any]) -> None:
        """A late inspection that is the newest up to the day had taught the tree, in time."""
        newest = max(self.known, key=lambda i: (i.inspected_at, i.received_at), default=None)
        if newest is None or newest.received_at < self.end:
            return
        facts["phase"] = newest.phase
        facts["expectation"] = newest.expectation
        if facts["status"] == "unverified":
            facts["status"] = "standing"

    def inherited(self) -> tuple[date | None, date | None]:
        """Last and next control of an earlier system, of the newest record that counts."""
        counted = [
            row
            for row in self.history.inherited
            if (row[2] < self.end if self.then else row[0] is None or row[0] <= self.day)
        ]
        last = max(counted, key=lambda row: row[2], default=(None, None, None))
        return last[0], last[1]

    def care_on(self) -> date | None:
        """Last young-tree care that counts."""
        care = self.history.care
        counted = (on for on, at in care if on <= self.day and (not self.then or at < self.end))
        return max(counted, default=None)

    def cap(self, basis: PastInspection, tree: TreeFacts) -> int | None:
        """Lowest interval that the inputs gave since ``basis`` holds; only shorter ones bind."""
        start = self._start(basis)
        events = self._events(basis, start)
        facts = [self._facts_after(at) for at in events]
        first = self._facts_at_start(basis, start) if events else (tree.phase, tree.expectation)
        days = [berlin_day(at) for at in (start, *events)] + [self.day]
        lowest = min(
            self._months(n, basis.record.condition, inputs)
            for inputs, begin, end in zip([first, *facts], days[:-1], days[1:], strict=True)
            for n in range(self.ordinal(begin), max(self.ordinal(begin), self.ordinal(end)) + 1)
        )
        then = basis.record.proposed_months
        if then is None:
            then = self.rule_on(self.day).values.default_months
        return lowest if lowest < then else None

    def _start(self, basis: PastInspection) -> datetime:
        """Since when the plan counts from this inspection.

        As then: since it arrived, or since a stronger one was corrected away. As today: since the
        day after it was done.
        """
        if not self.then:
            return end_of(basis.record.inspected_on)
        arrived = {i.record.id: i for i in self.history.inspections if i.received_at < self.end}
        own = (basis.record.inspected_on, basis.received_at)
        stronger = {
            i.record.id
            for i in arrived.values()
            if i.record.sets_regular_date and (i.record.inspected_on, i.received_at) > own
        }
        ends = [i.received_at for i in arrived.values() if i.record.corrects in stronger]
        return max([basis.received_at, *ends])

    def _events(self, basis: PastInspection, start: datetime) -> list[datetime]:
        """Instants after ``start`` at which the inputs became others than the inspection saw."""
        changes = [*self.history.tree_changes, *self.history.place_changes]
        named = (c.at for c in changes if any(name in c.old for name in LEARNED))
        seen = (basis.phase, basis.expectation)
        return [
            at for at in sorted(named) if start <= at < self.end and self._facts_after(at) != seen
        ]

    def _facts_after(self, at: datetime) -> tuple[str, str]:
        """Phase and expectation of the tree just after ``at``."""
        after = at + timedelta(microseconds=1)
        tree = row_before(self.history.tree, self.history.tree_changes, after)
        place = row_before(self.history.place, self.history.place_changes, after)
        return tree["phase"], tree["expectation"] or place["expectation"]

    def _facts_at_start(self, basis: PastInspection, start: datetime) -> tuple[str, str]:
        """What the tree was once the inspection counted: as seen, unless a newer one was here."""
        newer = (
            i
            for i in self.history.inspections
            if i.received_at <= start and i.inspected_at > basis.inspected_at
        )
        if next(newer, None) is None:
            return basis.phase, basis.expectation
        return self._facts_after(start)

    def _months(self, ordinal: int, condition: str, inputs: tuple[str, str]) -> int:
        """Months that a rule set proposes, as if without care."""
        rule = self.rules[ordinal].values
        phase, expectation = inputs
        months = propose_interval(
            rule_set=rule, phase=phase, condition=condition, expectation=expectation, in_care=False
        ).months
        return rule.default_months if months is None else months
