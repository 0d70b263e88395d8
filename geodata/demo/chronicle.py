"""Puts the five years of control together: tours, findings, measures, storms, corrections, open alarms."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from geodata.demo.careers import Block, Career, make_blocks
from geodata.demo.inspections import Recorder
from geodata.demo.measures import EXAMINATIONS, Works
from geodata.demo.people import Staff
from geodata.demo.records import Evidence, FindingRow, InheritedRow, InspectionRow
from geodata.demo.stand import Stand
from geodata.demo.trees import new_id
from geodata.demo.visits import Visit, plan_visits
from geodata.demo.workdays import Diary, working_day
from inspections.rules.intervals import add_months

CORRECTIONS = (
    "Stammumfang war falsch abgelesen.",
    "Vitalität versehentlich falsch gewählt.",
    "Bemerkung ergänzt.",
)


def chronicle(stand: Stand, staff: Staff, *, seed: int, day: date) -> Evidence:
    """All evidence up to the day before ``day``; sets the trees' days of record."""
    blocks = make_blocks(stand, seed=seed, day=day)
    diary = Diary(Random(f"{seed}/diary"), day - timedelta(days=1))
    visits: dict[UUID, list[Visit]] = defaultdict(list)
    for visit in plan_visits(blocks, staff, diary, seed=seed, day=day):
        visits[visit.career.tree.id].append(visit)
    return _Chronicle(blocks, visits, staff, diary, seed=seed, day=day).write()


class _Chronicle:
    """Holds what the single steps share."""

    def __init__(
        self,
        blocks: list[Block],
        visits: dict[UUID, list[Visit]],
        staff: Staff,
        diary: Diary,
        *,
        seed: int,
        day: date,
    ) -> None:
        self._careers = [career for block in blocks for career in block.careers]
        self._visits = visits
        self._staff = staff
        self._diary = diary
        self._day = day
        self._rng = Random(f"{seed}/chronicle")
        self._recorder = Recorder(staff, Random(f"{seed}/records"), day)
        self._works = Works(staff, Random(f"{seed}/works"), day)
        self.evidence = Evidence()

    def write(self) -> Evidence:
        """Run all steps in order."""
        for career in self._careers:
            self._career(career)
        self._examinations()
        self._storm()
        self._alarms()
        self._corrections()
        self._replacements()
        self._recorded_days()
        return self.evidence

    def _career(self, career: Career) -> None:
        """Regular records, their measures, care and what an earlier system knew."""
        tree = career.tree
        records = self._recorder.career(career, self._visits.get(tree.id, []))
        for number, (row, fresh) in enumerate(records, start=1):
            last = number == len(records)
            self.evidence.inspections.append(row)
            self.evidence.measures += self._works.for_findings(row, fresh, last=last)
            felled_on = tree.felled_on if tree.status in {"felled", "stump"} else None
            if last and felled_on is not None and row.on <= felled_on:
                self.evidence.measures += self._works.felling(row, tree)
        if tree.standing:
            self.evidence.measures += [self._works.care(tree, on) for on in career.care]
        if career.inherited_next is not None:
            last_on = working_day(add_months(career.inherited_next, -24), -1)
            self.evidence.inherited.append(
                InheritedRow(
                    id=new_id(self._rng), tree=tree, last_on=last_on, next_on=career.inherited_next
                )
            )

    def _extra(self, career: Career, kind: str, on: date, team: list[str]) -> InspectionRow:
        """A record outside the tours; it repeats the standing findings of the last regular one."""
        login, at = self._diary.book(team, on)
        row = self._recorder.blank(career.tree, kind, Visit(career, kind, at, login, 0))
        row.condition = "damaged" if career.damaged else "sound"
        self.evidence.inspections.append(row)
        return row

    def _examinations(self) -> None:
        """Detailed examinations by the expert, follow-ups after urgent work."""
        by_tree = {career.tree.id: career for career in self._careers}
        for measure in list(self.evidence.measures):
            if measure.done_on is None or measure.done_on >= self._day or not measure.tree.standing:
                continue
            career = by_tree[measure.tree.id]
            if measure.kind in EXAMINATIONS:
                row = self._extra(career, "detailed", measure.done_on, ["e.janshen"])
                row.note = self._rng.choice(
                    ("Schalltomografie, Restwandstärke ausreichend.", "Zugversuch, Grundsicherheit gegeben.",
                     "Seilzugang, kein weiterer Befall.", "Bohrwiderstand an zwei Stellen unauffällig.")
                )  # fmt: skip
            elif measure.urgency in {"1", "2"} and self._rng.random() < 0.3:
                on = working_day(measure.done_on + timedelta(days=self._rng.randint(1, 9)))
                if on < self._day:
                    self._extra(career, "follow_up", on, [measure.ordered_by.username])

    def _storm(self) -> None:
        """Two storms, after each of which the larger street trees along a few roads were looked at."""
        large = [
            c
            for c in self._careers
            if c.tree.standing and c.tree.size is not None and c.tree.size.height_m > 17
            and c.tree.duty == "city" and c.tree.id in self._visits
        ]  # fmt: skip
        arborists = [p.username for p in self._staff.people.values() if p.role == "arborist"]
        for years, month, dom in ((1, 2, 12), (3, 10, 22)):
            storm = date(self._day.year - years, month, dom)
            for career in self._rng.sample(large, round(len(large) * 0.03)):
                on = working_day(storm + timedelta(days=self._rng.randint(0, 5)))
                row = self._extra(career, "additional", on, arborists)
                row.note = "Zusatzkontrolle nach Sturm."

    def _alarms(self) -> None:
        """Two open measures that cannot wait, from the last working days."""
        found = [
            c
            for c in self._careers
            if c.last_on is not None and c.tree.site.place.kind == "street" and not c.damaged
            and c.tree.size is not None and c.tree.size.height_m > 13 and c.tree.phase != "youth"
            and c.last_on < self._day - timedelta(days=20)
        ]  # fmt: skip
        for number, career in enumerate(self._rng.sample(found, min(2, len(found)))):
            on = working_day(self._day - timedelta(days=1 + number), -1)
            row = self._extra(career, "additional", on, ["kontrolle"])
            row.findings.append(
                FindingRow(
                    id=new_id(self._rng),
                    zone="K",
                    symptom="K02",
                    severity=3,
                    note="12 cm stark, hängt über dem Gehweg",
                )
            )
            self.evidence.measures.append(self._works.urgent(row))

    def _corrections(self) -> None:
        """A few records were corrected by a new one that names the old and says why."""
        old = [r for r in self.evidence.inspections if r.kind == "regular"]
        for reason in CORRECTIONS:
            if not old:
                return
            row = self._rng.choice(old)
            old.remove(row)
            findings = [replace(f, id=new_id(self._rng), continues=f.id) for f in row.findings]
            self.evidence.inspections.append(
                replace(
                    row,
                    id=new_id(self._rng),
                    received_at=row.received_at + timedelta(hours=2),
                    corrects=row.id,
                    correction_reason=reason,
                    findings=findings,
                )
            )

    def _replacements(self) -> None:
        """Some open measures gave way to a detailed examination."""
        open_ = [m for m in self.evidence.measures if m.state == "open" and m.kind == "deadwood"]
        for measure in self._rng.sample(open_, min(5, len(open_))):
            self._works.replaced(measure, self.evidence)

    def _recorded_days(self) -> None:
        """When each tree came into the cadastre: survey, planting, or lately."""
        first: dict[UUID, date] = {}
        for row in self.evidence.inspections:
            first[row.tree.id] = min(first.get(row.tree.id, row.on), row.on)
        for career in self._careers:
            tree = career.tree
            lately = self._day - timedelta(days=self._rng.randint(15, 75))
            born = tree.planted_on if tree.planted_on is not None else lately
            tree.recorded_on = min(
                first.get(tree.id, self._day), max(born, lately) if career.never else born
            )
