"""The whole demo city for a seed, a number of trees and a day; called by the loader and by tests."""

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from geodata.demo.chronicle import chronicle
from geodata.demo.lives import live
from geodata.demo.people import Staff, employ
from geodata.demo.plan import CityPlan
from geodata.demo.records import Evidence
from geodata.demo.shapes import CENTRE
from geodata.demo.stand import Stand
from geodata.demo.taxa import read_taxa
from geodata.demo.town import draw_city
from geodata.demo.trees import capacity, grow, plant, wanted_spots

#: A city of 6,000 trees has about this radius, m; the area grows with the trees.
RADIUS = 1300.0
SMALLEST, LARGEST = 560.0, 6000.0


@dataclass(slots=True)
class DemoCity:
    """Everything that is loaded."""

    seed: int
    day: date
    plan: CityPlan
    stand: Stand
    staff: Staff
    evidence: Evidence


def make_city(*, trees: int, seed: int, day: date, species: Path) -> DemoCity:
    """Invent a city with exactly ``trees`` standing trees as they are on ``day``.

    The same arguments give the same city. ``species`` is fixtures/species.csv.

    Raises:
        ValueError: fewer than 50 or more than 50,000 trees.
    """
    if not 50 <= trees <= 50_000:
        raise ValueError("The demo city has 50 to 50,000 trees.")
    taxa = read_taxa(species)
    radius = min(max(RADIUS * math.sqrt(trees / 6000), SMALLEST), LARGEST)
    while True:
        plan = draw_city(seed=seed, radius=radius)
        spots = capacity(plan, taxa, seed=seed, day=day)
        if spots.total() >= wanted_spots(trees):
            break
        radius *= 1.07
    stand = grow(plant(spots, trees=trees, seed=seed), seed=seed, day=day)
    live(stand, plan, taxa, trees=trees, seed=seed, day=day)
    _assign_units(stand, Random(f"{seed}/units"))
    staff = employ(seed=seed, day=day)
    return DemoCity(seed, day, plan, stand, staff, chronicle(stand, staff, seed=seed, day=day))


def _assign_units(stand: Stand, rng: Random) -> None:
    """Mitte inside, the others by direction: R2 north, R3 east, R4 south-west."""
    turn = rng.uniform(-0.2, 0.2)
    reach = sorted(math.hypot(p.x - CENTRE[0], p.y - CENTRE[1]) for p in stand.places)
    core = reach[len(reach) // 4]
    for place in stand.places:
        dx, dy = place.x - CENTRE[0], place.y - CENTRE[1]
        if math.hypot(dx, dy) < core:
            place.unit = 0
            continue
        angle = (math.atan2(dy, dx) + turn) % math.tau
        place.unit = 2 if angle < 0.9 or angle > 5.6 else 1 if angle < 3.0 else 3
