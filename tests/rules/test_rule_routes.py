"""The order of a tour: short, from an end, the same every time, and quick for a full day."""

import random
import time

import pytest

from inspections.rules.routes import MAX_STOPS, length, walk

STREET = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0)]
#: Positions, where one stands, and the walk; both rows of a street are gone up and down.
WALKS = [
    ([], None, []),
    ([(5.0, 5.0)], None, [0]),
    ([(5.0, 5.0), (1.0, 1.0)], None, [0, 1]),
    ([(5.0, 5.0), (1.0, 1.0)], (0.0, 0.0), [1, 0]),
    ([STREET[2], STREET[0], STREET[3], STREET[1]], None, [1, 3, 0, 2]),
    (STREET, (31.0, 4.0), [3, 2, 1, 0]),
    # The same place twice is no trap.
    ([(0.0, 0.0), (9.0, 0.0), (0.0, 0.0)], (0.0, 0.0), [0, 2, 1]),
    # Down one side of the street and back on the other.
    ([*STREET, *((x, 12.0) for x, _ in STREET)], (-5.0, -1.0), [0, 1, 2, 3, 7, 6, 5, 4]),
    # The nearest neighbour alone goes 0, 2, 1, 3, 4 and has to come back across its own way.
    (
        [(0.0, 0.0), (6.0, 1.0), (5.0, 0.0), (3.0, 4.0), (10.0, 3.0)],
        (-1.0, 0.0),
        [0, 3, 2, 1, 4],
    ),
]


@pytest.mark.parametrize(("positions", "start", "order"), WALKS)
def test_walk(positions, start, order):
    assert walk(positions, start=start) == order


def scattered(number):
    chance = random.Random(7)
    return [(chance.uniform(0, 3000), chance.uniform(0, 3000)) for _ in range(number)]


def test_every_stop_once_and_the_same_every_time():
    positions = scattered(120)
    order = walk(positions)
    assert sorted(order) == list(range(120))
    assert walk(positions) == order


def test_no_piece_of_the_walk_is_better_turned_round():
    positions = scattered(60)
    order = walk(positions)
    best = length(positions, order)
    for at in range(1, 59):
        for end in range(at + 1, 60):
            turned = order[:at] + order[at : end + 1][::-1] + order[end + 1 :]
            assert length(positions, turned) >= best - 1e-3


def test_close_to_the_shortest_that_there_can_be():
    """Of n stops in an area A the shortest walk is about 0.7124·√(n·A) (Beardwood and others)."""
    positions = scattered(300)
    assert length(positions, walk(positions)) < 1.2 * 0.7124 * (300 * 3000 * 3000) ** 0.5


def test_a_full_day_is_planned_while_one_waits():
    began = time.process_time()
    assert len(walk(scattered(MAX_STOPS))) == MAX_STOPS
    assert time.process_time() - began < 5
