"""Writes the inspection records: what was seen, how it was rated, which interval follows."""

from datetime import date, timedelta
from random import Random

from geodata.demo.careers import RULES, Career
from geodata.demo.findings import Findings, Trait
from geodata.demo.growth import RATE, phase_at
from geodata.demo.people import Staff
from geodata.demo.records import FindingRow, InspectionRow
from geodata.demo.stand import TreeRow
from geodata.demo.trees import new_id
from geodata.demo.visits import Visit
from geodata.demo.workdays import leaf_state, weather_on
from inspections.rules.intervals import add_months, propose_interval

#: Visits before the last that already saw the damage.
DAMAGE_SEEN_FOR = 2


class Recorder:
    """Turns visits into records, one tree after the other."""

    def __init__(self, staff: Staff, rng: Random, day: date) -> None:
        """``day`` is the present day; nothing is received after its morning."""
        self._staff = staff
        self._rng = rng
        self._day = day
        self._findings = Findings(rng)

    def career(
        self, career: Career, visits: list[Visit]
    ) -> list[tuple[InspectionRow, list[Trait]]]:
        """All records of one tree in order of time, each with the symptoms that were new."""
        traits = self._findings.traits(career, len(visits))
        known: dict[str, FindingRow] = {}
        rows: list[tuple[InspectionRow, list[Trait]]] = []
        for number, visit in enumerate(sorted(visits, key=lambda v: v.at)):
            row = self.blank(career.tree, visit.kind, visit)
            row.condition = "damaged" if self._damaged(career, visit) else "sound"
            self._interval(row, career, visit)
            fresh = self._findings.state(row, traits, number, known)
            self._limits(row)
            row.vitality = self._vitality(row)
            rows.append((row, fresh))
        return rows

    def blank(self, tree: TreeRow, kind: str, visit: Visit) -> InspectionRow:
        """A record with who, when, where and the tree as it was seen."""
        rng, on = self._rng, visit.at.date()
        person = self._staff.people[visit.login]
        years = max((tree.felled_on or self._day).year - on.year, 0)
        age = max(on.year - tree.planted_year, 0)
        row = InspectionRow(
            id=new_id(rng),
            tree=tree,
            kind=kind,
            at=visit.at,
            received_at=visit.at + timedelta(minutes=rng.choice((1, 1, 2, 3, 45, 190)), seconds=9),
            person=person,
            identity=self._staff.identity_on(person, on),
            device=f"Tablet {sorted(self._staff.people).index(visit.login) + 1:02d}",
            leaf_state=leaf_state(on, tree.taxon.leaf_type, tree.taxon.genus),
            weather=weather_on(on, rng),
            phase=tree.phase if visit.back == 0 else phase_at(tree.taxon, age),
            condition="sound",
            vitality="",
        )
        if tree.size is not None:
            grown = RATE.get(tree.taxon.genus, 2.0) * years * 0.8
            row.seen_girth_cm = max(round(tree.size.girth_cm - grown), 8)
            row.seen_height_m = round(max(tree.size.height_m - 0.22 * years, 1.5), 1)
        return row

    def _damaged(self, career: Career, visit: Visit) -> bool:
        """Whether the damage was there already."""
        return career.damaged and visit.back < DAMAGE_SEEN_FOR

    def _interval(self, row: InspectionRow, career: Career, visit: Visit) -> None:
        """Proposal by the rule, the arborist's own interval at the last visit, and the due date."""
        tree = career.tree
        care = max((c for c in career.care if c <= row.on), default=None)
        spared = add_months(care, RULES.youth_care_months) if care is not None else None
        proposal = propose_interval(
            rule_set=RULES,
            phase=row.phase,
            condition=row.condition,
            expectation=tree.expected,
            in_care=spared is not None and spared >= row.on,
        )
        row.proposed_months = row.set_months = proposal.months
        if visit.back == 0 and career.reason and tree.standing:
            row.set_months = career.months
            if row.set_months != row.proposed_months:
                row.interval_reason = career.reason
        row.next_due_on = add_months(row.on, row.set_months or RULES.default_months)
        if proposal.months is None and spared is not None:
            row.next_due_on = max(row.next_due_on, spared)

    def _limits(self, row: InspectionRow) -> None:
        """What kept the arborist from seeing all."""
        rng = self._rng
        if row.leaf_state == "leafy" and row.phase == "aging" and rng.random() < 0.05:
            row.limits.append("crown_leafy")
        if any(f.symptom == "S04" for f in row.findings) and rng.random() < 0.5:
            row.limits.append("base_overgrown")
        if row.tree.site.place.kind == "street" and rng.random() < 0.008:
            row.limits.append("vehicles")
        if row.tree.site.place.kind in {"forest", "park"} and rng.random() < 0.012:
            row.limits.append("dense_stand")

    def _vitality(self, row: InspectionRow) -> str:
        """Roloff by illness; topped crowns are not rated."""
        if any(f.symptom == "K11" and f.severity > 1 for f in row.findings):
            return "K"
        ill = row.tree.ill + self._rng.gauss(0, 0.05) + (0.12 if row.condition == "damaged" else 0)
        return str(sum(ill > limit for limit in (0.16, 0.4, 0.72)))
