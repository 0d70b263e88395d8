"""Gives the planted stand its history: fellings, replacements, gaps, duty, protection, groups."""

from datetime import date, timedelta
from random import Random

from geodata.demo.groups import add_groups
from geodata.demo.growth import phase_at, size_at
from geodata.demo.parks import veteran
from geodata.demo.plan import CityPlan
from geodata.demo.stand import Stand, TreeRow
from geodata.demo.taxa import Taxon
from geodata.demo.trees import new_tree

REASONS = (
    "Standsicherheit nicht mehr gegeben (Stammfußfäule)",
    "abgestorben",
    "Eschentriebsterben",
    "Sturmschaden",
    "Bruchsicherheit nicht mehr gegeben",
    "Leitungsbau, Fällgenehmigung liegt vor",
    "Massaria, Krone nicht mehr zu halten",
)
OTHERS = (
    "Kirchengemeinde St. Ansgar",
    "Wohnungsgenossenschaft Leede eG",
    "Wasserverband Leede",
    "privat, Grenzbaum",
)
#: Not under the invented bylaw: fruit trees and conifers but yew, larch and pine.
FRUIT = {"Malus domestica", "Prunus domestica", "Prunus avium", "Pyrus communis"}
BYLAW_CONIFERS = {"Taxus", "Larix", "Pinus"}
WINTER = (11, 12, 1, 2)


def live(
    stand: Stand, plan: CityPlan, taxa: list[Taxon], *, trees: int, seed: int, day: date
) -> None:
    """Change the all-standing stand so that exactly ``trees`` stand, and tell each tree's story."""
    rng = Random(f"{seed}/lives")
    order = list(stand.trees)
    rng.shuffle(order)
    # What does not stand goes first, so that the number of standing trees comes out exact.
    spare = order[: max(len(order) - trees, 0)]
    for number, tree in enumerate(spare):
        _end(tree, stand, number, rng, day)
    rest = order[len(spare) :]
    for tree in rest[: round(len(rest) * 0.036)]:
        _succeed(tree, stand, taxa, rng, day)
    for tree in rest:
        _status(tree, rng, day)
        tree.ill = _illness(tree, rng)
    veterans = sorted(
        (t for t in rest if veteran(t.taxon) and t.phase == "aging"), key=lambda t: t.planted_year
    )
    for tree in rest:
        _duty(tree, rng)
        _protect(tree)
    for tree in veterans[: max(len(rest) // 500, 1)]:
        tree.protection.append("natural_monument")
    for tree in veterans[10::37]:
        tree.protection.append("habitat_tree")
        tree.remarks = "Höhlenbaum, alte Spechthöhle auf der Ostseite."
    add_groups(stand, plan, taxa, rng)


def _winter_day(year: int, rng: Random) -> date:
    """A working day in the felling season that begins in ``year``."""
    found = date(year, 10, 5) + timedelta(days=rng.randint(0, 140))
    return found + timedelta(days=7 - found.weekday()) if found.weekday() > 4 else found


def _felling_day(rng: Random, day: date) -> date:
    """A felling day since the survey (three and a half years), at least a month ago."""
    while True:
        found = _winter_day(day.year - rng.randint(0, 4), rng)
        if day - timedelta(days=1340) < found < day - timedelta(days=30):
            return found


def _end(tree: TreeRow, stand: Stand, number: int, rng: Random, day: date) -> None:
    """Make a spare tree felled, a stump, vanished, planned, or take it away from its site."""
    turn = number % 20
    if turn in {3, 13}:
        stand.trees.remove(tree)
        return
    if turn in {7, 17}:
        tree.status, tree.planted_on, tree.size, tree.phase = "planned", None, None, "youth"
        tree.planted_year = day.year + (1 if day.month > 9 else 0)
        tree.tag = ""
        return
    tree.felled_on = _felling_day(rng, day)
    tree.felling_reason = _reason(tree, rng)
    tree.status = "stump" if turn in {5, 11, 15} else "vanished" if turn == 9 else "felled"
    if tree.status == "vanished":
        tree.felling_reason = "bei der Begehung nicht mehr vorgefunden"
    _shrink(tree, tree.felled_on, rng)
    if turn == 19:
        tree.site.active = False
    tree.ill = 1.0


def _shrink(tree: TreeRow, gone: date, rng: Random) -> None:
    """Measures of a felled tree are those of its last year."""
    tree.planted_year = min(tree.planted_year, gone.year - 12)
    if tree.planted_on is not None:
        tree.planted_on = None
    age = gone.year - tree.planted_year
    tree.size = size_at(tree.taxon, age, rng, in_street=tree.site.place.kind == "street")
    tree.phase = phase_at(tree.taxon, age)


def _reason(tree: TreeRow, rng: Random) -> str:
    """A felling reason that the kind can have."""
    if tree.taxon.genus == "Fraxinus":
        return "Eschentriebsterben"
    fitting = [r for r in REASONS if "Eschen" not in r and ("Massaria" not in r)]
    if tree.taxon.genus == "Platanus":
        fitting.append(REASONS[-1])
    return rng.choice(fitting)


def _succeed(tree: TreeRow, stand: Stand, taxa: list[Taxon], rng: Random, day: date) -> None:
    """Give a site a felled predecessor; the present tree is its young replacement."""
    felled_on = _felling_day(rng, day)
    before = new_tree(tree.site, tree.taxon, min(tree.planted_year, felled_on.year - 25), rng, day)
    before.status, before.felled_on = "felled", felled_on
    before.felling_reason = _reason(before, rng)
    before.ill = 1.0
    _shrink(before, felled_on, rng)
    stand.trees.append(before)
    later = felled_on + timedelta(days=rng.randint(20, 420))
    later = min(later, day - timedelta(days=12))
    young = [t for t in taxa if t.frequency > 150 and t.leaf_type == "deciduous"]
    taxon = tree.taxon if rng.random() < 0.5 else rng.choice(young)
    if taxon.genus == "Fraxinus":
        taxon = rng.choice([t for t in young if t.genus == "Tilia"])
    fresh = new_tree(tree.site, taxon, later.year, rng, day)
    tree.taxon, tree.size, tree.phase = taxon, fresh.size, "youth"
    tree.planted_on, tree.planted_year, tree.year_known = later, later.year, True
    tree.replaces = before.id
    tree.protection.append("replacement")


def _status(tree: TreeRow, rng: Random, day: date) -> None:
    """Fresh plantings are called planted, a few records wait for a check."""
    if tree.planted_on is not None and (day - tree.planted_on).days < 400:
        tree.status = "planted"
    elif rng.random() < 0.008:
        tree.status = "unverified"
        tree.remarks = "Aus dem Luftbild übernommen, vor Ort zu prüfen."


def _illness(tree: TreeRow, rng: Random) -> float:
    """How damaged the tree is, from 0 to 1: age, kind, street and chance."""
    ill = rng.betavariate(1.3, 7)
    ill += {"youth": -0.06, "mature": 0.02, "aging": 0.17}[tree.phase]
    ill += 0.3 if tree.taxon.name == "Fraxinus excelsior" and rng.random() < 0.6 else 0
    ill += 0.09 if tree.taxon.genus in {"Aesculus", "Betula", "Sorbus", "Populus"} else 0
    ill += 0.03 if tree.site.place.kind == "street" else 0
    return min(max(ill, 0.0), 1.0)


def _duty(tree: TreeRow, rng: Random) -> None:
    """Most are the city's; some belong to neighbours, stands in the wood need no single control."""
    kind = tree.site.place.kind
    if rng.random() < {"forest": 0.45, "compensation": 0.6}.get(kind, 0.0):
        tree.duty, tree.duty_reason = "stand", "steht im Bestand abseits der Wege"
    elif rng.random() < 0.011:
        tree.duty, tree.owner = "other_owner", rng.choice(OTHERS)
        tree.duty_reason = "steht auf fremdem Grund"
    elif rng.random() < 0.002:
        tree.duty, tree.duty_reason = "none", "Torso, abgezäunt, kein Verkehr im Fallbereich"
    if rng.random() < 0.012:
        lower = tree.site.place.expectation == "lower"
        tree.expectation = "higher" if lower else "lower"
        tree.remarks = "Neben Sitzplatz." if lower else "Hinter der Hecke, kein Weg in der Nähe."


def _protect(tree: TreeRow) -> None:
    """The invented bylaw: from 100 cm girth at 1 m; several stems count together."""
    taxon = tree.taxon
    free = taxon.name in FRUIT or (
        taxon.leaf_type == "conifer" and taxon.genus not in BYLAW_CONIFERS
    )
    if tree.size is None or free:
        return
    stems = tree.size.stems
    girth = sum(stems) if stems else tree.size.girth_cm
    if girth >= 100 and (not stems or stems[0] >= 30):
        tree.protection.append("bylaw")
