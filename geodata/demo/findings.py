"""Which symptoms a tree shows from when on, and how they go on from one inspection to the next."""

from dataclasses import dataclass
from random import Random

from geodata.demo.careers import Career
from geodata.demo.records import FindingRow, InspectionRow
from geodata.demo.symptoms import TABLE, Usual, note_for
from geodata.demo.trees import new_id

ZONES = ("WU", "K", "S", "W", "V")
#: Symptoms that are seen better without leaves are carried over from time to time.
HIDDEN_BY_LEAVES = {"K21", "K12", "K04", "K06", "K11"}


@dataclass(slots=True)
class Trait:
    """One symptom of one tree, from its first visit on; ``visits`` when it does not last."""

    usual: Usual
    severity: int
    note: str
    since: int
    urgency: str
    #: The finding that stated it first.
    finding: FindingRow | None = None


def zone_of(symptom: str) -> str:
    """Catalogue codes begin with their zone."""
    return next(
        zone for zone in ZONES if symptom.startswith(zone) and symptom[len(zone) :].isdigit()
    )


class Findings:
    """Draws symptoms from the table and states them visit by visit."""

    def __init__(self, rng: Random) -> None:
        """One stream of chance for the whole city."""
        self._rng = rng

    def traits(self, career: Career, visits: int) -> list[Trait]:
        """Symptoms of one tree over all its visits."""
        tree, rng = career.tree, self._rng
        found: list[Trait] = []
        if not visits:
            return found
        damage_since = max(visits - 2, 0)
        for usual in TABLE:
            if not self._fits(usual, career):
                continue
            tries = 1 if usual.lasting else visits
            for number in range(tries):
                if rng.random() >= (usual.base + usual.by_ill * tree.ill) * (
                    1 if usual.lasting else 0.5
                ):
                    continue
                since = rng.choice((0, 0, rng.randrange(visits))) if usual.lasting else number
                if usual.grave:
                    since = damage_since
                found.append(self._trait(usual, tree.taxon.genus, since))
        if career.damaged and not any(t.usual.grave for t in found):
            found.append(self._some_damage(career, damage_since))
        if career.reason.startswith("Massaria"):
            usual = next(u for u in TABLE if u.symptom == "K25")
            found = [t for t in found if t.usual is not usual]
            found.append(self._trait(usual, "Platanus", visits - 1))
        if tree.felled_on is not None and tree.felling_reason.startswith(("Stand", "Bruch", "abg")):
            found.append(self._some_damage(career, visits - 1))
        return found

    def _fits(self, usual: Usual, career: Career) -> bool:
        """Kind, phase and place; grave damage only where the story says so."""
        tree = career.tree
        return (
            tree.phase in usual.phases
            and (not usual.genera or tree.taxon.genus in usual.genera)
            and (not usual.kinds or tree.site.place.kind in usual.kinds)
            and (career.damaged or not usual.grave)
        )

    def _trait(self, usual: Usual, genus: str, since: int) -> Trait:
        """A drawn symptom."""
        rng = self._rng
        note = note_for(usual, genus, rng.randrange(6))
        return Trait(usual, rng.choice(usual.severities), note, since, rng.choice(usual.urgencies))

    def _some_damage(self, career: Career, since: int) -> Trait:
        """A damaged tree shows at least one reason for it."""
        genus = career.tree.taxon.genus
        grave = [u for u in TABLE if u.grave and (not u.genera or genus in u.genera)]
        old = [u for u in grave if career.tree.phase in u.phases] or [
            u for u in grave if u.symptom == "S05"
        ]
        weights = [usual.base + usual.by_ill for usual in old]
        return self._trait(self._rng.choices(old, weights)[0], genus, since)

    def state(
        self, row: InspectionRow, traits: list[Trait], number: int, known: dict[str, FindingRow]
    ) -> list[Trait]:
        """Add the findings of visit ``number`` to the record; returns the symptoms seen first."""
        fresh: list[Trait] = []
        for trait in traits:
            due = number >= trait.since if trait.usual.lasting else number == trait.since
            if not due or (trait.usual.leafy_only and row.leaf_state in {"bare", "flushing"}):
                continue
            if any(f.symptom == trait.usual.symptom for f in row.findings):
                continue
            before = known.get(trait.usual.symptom)
            hidden = row.leaf_state == "leafy" and trait.usual.symptom in HIDDEN_BY_LEAVES
            finding = FindingRow(
                id=new_id(self._rng),
                zone=zone_of(trait.usual.symptom),
                symptom=trait.usual.symptom,
                severity=trait.severity,
                note=trait.note,
                observation="carried_over" if before is not None and hidden else "seen",
                continues=before.id if before is not None else None,
            )
            row.findings.append(finding)
            known[trait.usual.symptom] = finding
            if before is None or not trait.usual.lasting:
                trait.finding = finding
                fresh.append(trait)
        return fresh
