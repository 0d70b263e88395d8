"""The days on which each tree was looked at: from its last control back to the survey, in tours."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from geodata.demo.careers import Block, Career
from geodata.demo.people import Staff
from geodata.demo.workdays import Diary, season_of, working_day
from inspections.rules.intervals import add_months

#: Days by which a tour is moved so that leaf and bare take turns; nearest first. Further back than
#: 80 days would break the tolerance of the interval, a shorter interval breaks nothing.
SHIFTS = (0, -12, 12, -25, 25, -40, 40, -55, 55, -70, -80, 85, 100, 115, 130, 145)
OPPOSITE = {"leafy": {"bare"}, "bare": {"leafy"}, "flushing": {"bare"}, "autumn": {"bare"}}


@dataclass(slots=True)
class Visit:
    """One tree, one moment, one arborist."""

    career: Career
    kind: str
    at: datetime
    login: str
    #: 0 for the last visit, 1 for the one before …
    back: int


def plan_visits(
    blocks: list[Block], staff: Staff, diary: Diary, *, seed: int, day: date
) -> list[Visit]:
    """Every regular visit of the last five years, in order of time."""
    rng = Random(f"{seed}/visits")
    found: list[Visit] = []
    for block in blocks:
        members = [p.username for p in staff.units[block.place.unit].members]
        if rng.random() < 0.3:
            members.reverse()
        others = [p.username for p in staff.people.values() if p.role == "arborist"]
        team = [*members, *(login for login in others if login not in members)]
        cache: dict[tuple[date, int], date] = {}
        plans: list[tuple[date, int, Career, str, int]] = []
        for number, career in enumerate(block.careers):
            days = _days(career, block, cache, rng, day)
            for back, on in enumerate(days):
                kind = "initial" if back == len(days) - 1 else "regular"
                plans.append((on, number, career, kind, back))
        for on, _, career, kind, back in sorted(plans, key=lambda p: p[:2]):
            login, at = diary.book(team, on)
            found.append(Visit(career, kind, at, login, back))
    return found


def _days(
    career: Career, block: Block, cache: dict[tuple[date, int], date], rng: Random, day: date
) -> list[date]:
    """Days of one tree's visits, last first."""
    tree = career.tree
    if career.never or career.inherited_next is not None or tree.status == "planned":
        return []
    born = tree.planted_on or date(tree.planted_year, 6, 1)
    if tree.felled_on is not None:
        last = working_day(tree.felled_on - timedelta(days=rng.randint(25, 120)))
        if last < block.surveyed_on:
            return []
        return _back(last, career.months_before or 12, block, cache, born)
    if tree.duty != "city":
        return [block.surveyed_on] if born < block.surveyed_on else []
    if career.months is None:
        return [block.surveyed_on] if born + timedelta(days=400) < block.surveyed_on else []
    last = career.last_on or day - timedelta(days=30)
    return _back(last, career.months_before or career.months, block, cache, born)


def _back(
    last: date, months: int, block: Block, cache: dict[tuple[date, int], date], born: date
) -> list[date]:
    """From the last control back to the survey; blocks share their days."""
    days = [last]
    while True:
        key = (days[-1], months)
        if key not in cache:
            cache[key] = _previous(days[-1], months)
        earlier = cache[key]
        if earlier < block.surveyed_on + timedelta(days=130) or earlier < born:
            break
        days.append(earlier)
    if days[-1] > block.surveyed_on + timedelta(days=130) and born < block.surveyed_on:
        days.append(block.surveyed_on)
    return days


def _previous(on: date, months: int) -> date:
    """The control before: one interval earlier, in the other season where that is near."""
    target = add_months(on, -months)
    wanted = OPPOSITE[season_of(on)]
    for shift in SHIFTS:
        found = working_day(target + timedelta(days=shift))
        if season_of(found) in wanted:
            return found
    return working_day(target)
