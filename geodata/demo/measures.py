"""Orders measures for what was found and tells what became of them: done, open, late, dropped, replaced."""

from datetime import date, datetime, time, timedelta
from random import Random

from geodata.demo.findings import Trait
from geodata.demo.people import PersonRow, Staff
from geodata.demo.records import Evidence, InspectionRow, MeasureRow
from geodata.demo.stand import TreeRow
from geodata.demo.trees import new_id
from geodata.demo.workdays import ZONE, working_day

#: Urgency -> days until the deadline; 5 runs to the next regular inspection.
DEADLINES = {"1": 0, "2": 42, "3": 182, "4": 365}
#: Kinds that a contractor does; the others are done by the city's own people.
CONTRACTED = {
    "deadwood", "clearance", "crown_care", "crown_reduce", "relief_cut", "bracing_install",
    "bracing_check", "broken_limbs", "felling", "mistletoe", "root_treatment", "stump_grind",
}  # fmt: skip
#: Cut in the felling season only (§ 39 BNatSchG).
WINTER_KINDS = {"felling", "crown_reduce"}
EXAMINATIONS = {"detailed_exam", "aerial_exam"}
#: Share of measures whose deadline passed undone.
FORGOTTEN = 0.035
CARE_NOTES = (
    "Erziehungsschnitt, Anbindung gelöst",
    "Jungbaumpflege, Lichtraum aufgebaut",
    "Schnitt und Gießring erneuert",
    "",
)
DROPPED = (
    "Nach Ortstermin nicht nötig",
    "Bei anderer Maßnahme miterledigt",
    "Baum steht auf fremdem Grund",
)


class Works:
    """Makes measures and ends them."""

    def __init__(self, staff: Staff, rng: Random, day: date) -> None:
        """``day`` is the present day."""
        self._staff = staff
        self._rng = rng
        self._day = day

    def for_findings(
        self, row: InspectionRow, fresh: list[Trait], *, last: bool
    ) -> list[MeasureRow]:
        """What the arborist orders at one inspection; also rates the result of the inspection."""
        found: list[MeasureRow] = []
        for trait in fresh:
            kind = trait.usual.measure
            if not kind or any(m.kind == kind for m in found) or self._rng.random() > 0.86:
                continue
            measure = self._ordered(row, kind, trait.urgency)
            measure.finding = trait.finding
            self._outcome(measure, row, last=last)
            found.append(measure)
        if any(m.urgency == "1" for m in found):
            row.result = "unsafe"
        elif any(m.urgency == "2" for m in found) or any(f.severity == 3 for f in row.findings):
            row.result = "limited"
        return found

    def _ordered(self, row: InspectionRow, kind: str, urgency: str) -> MeasureRow:
        """A new measure of an inspection."""
        contractor = self._firm() if kind in CONTRACTED and self._rng.random() < 0.75 else None
        days = DEADLINES.get(urgency)
        return MeasureRow(
            id=new_id(self._rng),
            tree=row.tree,
            kind=kind,
            urgency=urgency,
            ordered_on=row.on,
            ordered_by=row.person,
            inspection=row,
            deadline_on=None if days is None else row.on + timedelta(days=days),
            contractor=contractor,
        )

    def _firm(self) -> PersonRow:
        """The demo's firm twice as often as the other."""
        return self._staff.people[self._rng.choice(("firma", "firma", "i.wessels"))]

    def _outcome(self, measure: MeasureRow, row: InspectionRow, *, last: bool) -> None:
        """Decide by deadline and present day."""
        rng, tree = self._rng, measure.tree
        limit = measure.deadline_on or row.next_due_on or row.on + timedelta(days=400)
        if tree.felled_on is not None:
            self.done(measure, min(max(tree.felled_on, row.on), self._day))
            return
        chance = rng.random()
        if limit < self._day or not last:
            if chance < FORGOTTEN and last and measure.urgency != "1":
                return
            if chance < FORGOTTEN + 0.02:
                self._cancel(measure)
                return
            self.done(measure, self._done_day(measure, row.on, min(limit, self._day)))
        elif chance < 0.75 * (self._day - row.on).days / max((limit - row.on).days, 1):
            self.done(measure, self._done_day(measure, row.on, self._day))

    def _done_day(self, measure: MeasureRow, begin: date, end: date) -> date:
        """A working day between order and limit, in winter for what may be cut only then."""
        room = max((end - begin).days - 1, 0)
        if measure.urgency == "1":
            return min(working_day(begin + timedelta(days=self._rng.randint(0, 1))), end)
        for _ in range(12):
            found = working_day(
                begin + timedelta(days=min(self._rng.randint(4, max(room, 4)), room))
            )
            if measure.kind not in WINTER_KINDS or found.month in {10, 11, 12, 1, 2}:
                break
        return max(min(found, end), begin)

    def done(self, measure: MeasureRow, on: date, note: str = "") -> None:
        """Mark as done on a day."""
        person = measure.contractor or self._staff.people["kontrolle"]
        measure.state, measure.done_on = "done", on
        measure.done_by = person.organisation if measure.contractor else "Baumkolonne Stadtgrün"
        measure.done_note = note
        self._ended(measure, person, on)

    def _cancel(self, measure: MeasureRow) -> None:
        """Dropped or replaced by another urgency, with the reason."""
        end = min(measure.ordered_on + timedelta(days=self._rng.randint(10, 60)), self._day)
        measure.state = "cancelled"
        measure.end_reason = self._rng.choice(DROPPED)
        self._ended(measure, self._staff.people["aufsicht"], working_day(end, -1))

    def _ended(self, measure: MeasureRow, person: PersonRow, on: date) -> None:
        """Who ended the record and when."""
        measure.ended_by = person
        moment = time(self._rng.randint(9, 15), self._rng.randint(0, 59))
        measure.ended_at = datetime.combine(max(on, measure.ordered_on), moment, ZONE)

    def replaced(self, measure: MeasureRow, evidence: Evidence) -> None:
        """Put a stronger measure in the place of an open one."""
        if measure.inspection is None:
            return
        successor = self._ordered(measure.inspection, "detailed_exam", "3")
        successor.finding = measure.finding
        on = min(measure.ordered_on + timedelta(days=9), self._day)
        successor.ordered_on, successor.deadline_on = on, on + timedelta(days=182)
        measure.state, measure.replaced_by = "replaced", successor.id
        measure.end_reason = "Beim Ortstermin weitergehender Schaden erkannt"
        self._ended(measure, self._staff.people["aufsicht"], on)
        evidence.measures.append(successor)

    def urgent(self, row: InspectionRow) -> MeasureRow:
        """An open measure that cannot wait."""
        measure = self._ordered(row, "broken_limbs", "1")
        measure.contractor = self._staff.people["firma"]
        measure.finding = row.findings[-1]
        measure.note = "Ast hängt über dem Gehweg, Flatterband gesetzt."
        row.result = "unsafe"
        return measure

    def felling(self, row: InspectionRow, tree: TreeRow) -> list[MeasureRow]:
        """The order behind a felling, and the stump if it was ground."""
        assert tree.felled_on is not None
        found = [self._ordered(row, "felling", self._rng.choice(("2", "3")))]
        self.done(found[0], tree.felled_on)
        row.result = "limited"
        if tree.status == "stump":
            found.append(self._ordered(row, "stump_grind", "4"))
        return found

    def care(self, tree: TreeRow, on: date) -> MeasureRow:
        """Young-tree care that was done without an order."""
        person = self._staff.people["kontrolle"]
        measure = MeasureRow(
            id=new_id(self._rng),
            tree=tree,
            kind=self._rng.choice(("young_care", "young_care", "young_pruning")),
            urgency=None,
            ordered_on=on,
            ordered_by=person,
        )
        self.done(measure, on, self._rng.choice(CARE_NOTES))
        return measure
