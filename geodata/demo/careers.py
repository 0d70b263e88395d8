"""Decides how each tree is controlled: interval, state on the day, care; chronicle.py adds the records."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from geodata.demo.stand import PlaceRow, Stand, TreeRow
from inspections.rules.intervals import RuleSet, add_months, propose_interval

#: From this illness on a tree counts as more severely damaged.
DAMAGED_FROM = 0.46
#: Trees of one tour block.
BLOCK = 42
#: State on the day -> share of all standing trees that the demo aims at; the rest is ok or none.
SHARES = {"overdue": 0.033, "tolerance": 0.05, "due30": 0.045, "due90": 0.085}
#: State -> days from the day to the due date, least and most.
WINDOWS = {
    "overdue": (-250, -106),
    "tolerance": (-82, -9),
    "due30": (2, 22),
    "due90": (36, 83),
}
NEVER_SHARE = 0.017
INHERITED_SHARE = 0.01
RULES = RuleSet()


@dataclass(slots=True)
class Career:
    """One tree's way through the control."""

    tree: TreeRow
    #: Interval that the last regular inspection set; None: none needed (youth in care, no duty).
    months: int | None = None
    #: Interval before the last inspection.
    months_before: int | None = None
    damaged: bool = False
    never: bool = False
    inherited_next: date | None = None
    reason: str = ""
    #: Days of young-tree care.
    care: list[date] = field(default_factory=list)
    #: Day of the last regular inspection.
    last_on: date | None = None


@dataclass(slots=True)
class Block:
    """Neighbouring trees of one place that are walked in one go."""

    place: PlaceRow
    careers: list[Career]
    #: When the city's survey came by.
    surveyed_on: date


def make_blocks(stand: Stand, *, seed: int, day: date) -> list[Block]:
    """All trees in walking order, with interval and care decided, dates of the last control set."""
    rng = Random(f"{seed}/careers")
    blocks: list[Block] = []
    by_place: dict[str, list[TreeRow]] = {}
    for tree in stand.trees:
        by_place.setdefault(str(tree.site.place.id), []).append(tree)
    begin = add_months(day, -60) + timedelta(days=12)
    for place in stand.places:
        trees = sorted(by_place.get(str(place.id), []), key=lambda t: int(t.site.number))
        for first in range(0, len(trees), BLOCK):
            careers = [_career(tree, rng, day) for tree in trees[first : first + BLOCK]]
            early = 60 if place.kind in {"school", "daycare", "playground"} else 420
            surveyed_on = begin + timedelta(days=rng.randint(0, early))
            blocks.append(Block(place, careers, surveyed_on))
    standing = sum(tree.standing for tree in stand.trees)
    _leave_out(blocks, round(standing * NEVER_SHARE), round(standing * INHERITED_SHARE), rng, day)
    _set_last(blocks, standing, rng, day)
    return blocks


def _career(tree: TreeRow, rng: Random, day: date) -> Career:
    """Interval and care of one tree."""
    career = Career(tree)
    if tree.status == "planned":
        return career
    if tree.status == "unverified":
        career.never = tree.duty == "city"
        return career
    career.damaged = tree.ill > DAMAGED_FROM
    if tree.phase == "youth" and tree.standing:
        _youth(career, rng, day)
        return career
    career.months = _interval(tree, tree.phase, damaged=career.damaged)
    earlier = tree.phase if rng.random() < 0.97 else "mature"
    career.months_before = _interval(tree, earlier, damaged=False)
    if tree.standing and not career.damaged:
        _deviate(career, rng)
    return career


def _interval(tree: TreeRow, phase: str, *, damaged: bool) -> int:
    """Months by the rule."""
    proposal = propose_interval(
        rule_set=RULES,
        phase=phase,
        condition="damaged" if damaged else "sound",
        expectation=tree.expected,
        in_care=False,
    )
    return proposal.months or RULES.default_months


def _deviate(career: Career, rng: Random) -> None:
    """Here and there an arborist sets another interval, with the reason."""
    if career.tree.taxon.genus == "Platanus" and rng.random() < 0.14:
        career.months, career.reason = 6, "Massaria-Verdacht, Kontrolle halbjährlich"
    elif (career.months or 0) > 12 and rng.random() < 0.012:
        career.months = 12
        career.reason = rng.choice(
            ("Baustelle im Wurzelbereich", "Entwicklung der Astungswunde beobachten")
        )


def _youth(career: Career, rng: Random, day: date) -> None:
    """Young trees are pruned every year or two; for a few the care was forgotten."""
    tree = career.tree
    planted = tree.planted_on or date(max(tree.planted_year, day.year - 15), 11, 15)
    planted = min(planted, day - timedelta(days=20))
    forgotten = rng.random() < 0.07 and (day - planted).days > 1500
    latest = day - timedelta(days=rng.randint(1150, 1400) if forgotten else rng.randint(15, 560))
    care = latest
    while care > planted + timedelta(days=200) and (day - care).days < 5 * 365:
        if care.weekday() < 5:
            career.care.append(care)
            care -= timedelta(days=rng.randint(330, 640))
        else:
            care -= timedelta(days=1)
    career.care.reverse()
    fresh = (day - planted).days < 700
    if not career.care and fresh:
        career.care.append(planted)
    if career.damaged or forgotten or not career.care:
        career.months = career.months_before = 12


def _leave_out(blocks: list[Block], never: int, inherited: int, rng: Random, day: date) -> None:
    """Trees that came into the cadastre lately: not seen yet, or known from another system."""
    order = [b for b in blocks if b.place.kind in {"street", "park", "compensation"}]
    rng.shuffle(order)
    for block in order:
        for career in block.careers:
            if career.months is None or not career.tree.standing or career.tree.duty != "city":
                continue
            if never > 0:
                career.never, never = True, never - 1
            elif inherited > 0:
                inherited -= 1
                career.inherited_next = day + timedelta(days=rng.randint(110, 500))
            else:
                return


def _controlled(careers: Iterable[Career]) -> list[Career]:
    """Those with a regular date of our own."""
    return [
        c
        for c in careers
        if c.tree.standing
        and c.tree.duty == "city"
        and c.months is not None
        and not c.never
        and c.inherited_next is None
    ]


def _set_last(blocks: list[Block], standing: int, rng: Random, day: date) -> None:
    """Choose the last control of every block and interval so that the shares come out."""
    groups: dict[tuple[int, int], list[Career]] = {}
    for number, block in enumerate(blocks):
        for career in _controlled(block.careers):
            groups.setdefault((number, career.months or 12), []).append(career)
    left = {state: standing * share for state, share in SHARES.items()}
    total = sum(len(group) for group in groups.values()) or 1
    order = sorted(groups)
    rng.shuffle(order)
    for key in order:
        size = len(groups[key])
        open_ = {s: n for s, n in left.items() if n >= size * 0.6}
        state = "ok"
        if open_ and rng.random() < sum(left.values()) / total * 1.2:
            state = rng.choices(list(open_), list(open_.values()))[0]
            left[state] -= size
        total = max(total - size, 1)
        last_on = _last_day(state, key[1], rng, day)
        for career in groups[key]:
            career.last_on = last_on


def _last_day(state: str, months: int, rng: Random, day: date) -> date:
    """A working day whose interval ends in the window of the state, in leaf or bare if possible."""
    low, high = WINDOWS.get(state, (100, round(months * 30.4) - 8))
    found = day
    for _ in range(6):
        due = day + timedelta(days=rng.randint(low, max(high, low)))
        found = add_months(due, -months)
        if found.month in {1, 2, 5, 6, 7, 8, 9, 12}:
            break
    return min(found, day - timedelta(days=2))
