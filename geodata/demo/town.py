"""Draws the whole plan of the demo city in order; called by the generator of trees and by tests."""

from random import Random

from geodata.demo.blocks import divide, divide_old_town
from geodata.demo.buildings import build_houses
from geodata.demo.grounds import Land, lay_out_grounds
from geodata.demo.plan import CityPlan
from geodata.demo.quarters import draw_quarters
from geodata.demo.streets import (
    draw_frame,
    draw_main_streets,
    name_streets,
    old_town,
    superblocks,
)


def draw_city(*, seed: int, radius: float) -> CityPlan:
    """The plan of a city of about ``radius`` metres; the same for the same seed."""
    plan = draw_frame(Random(f"{seed}/frame"), radius)
    draw_main_streets(plan, Random(f"{seed}/main streets"))
    draw_quarters(plan, Random(f"{seed}/quarters"))
    rng = Random(f"{seed}/blocks")
    division = divide(plan, superblocks(plan), rng)
    core = old_town(plan)
    lanes = [s.line for s in plan.streets if s.name.endswith("torstraße")]
    inner = divide_old_town(core, lanes, rng)
    name_streets(plan, division.streets + inner.streets, Random(f"{seed}/names"))
    division.blocks += inner.blocks
    land = Land(plan)
    blocks = lay_out_grounds(plan, division, land, Random(f"{seed}/grounds"))
    build_houses(plan, blocks, Random(f"{seed}/houses"))
    return plan
