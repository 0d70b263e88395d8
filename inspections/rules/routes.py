"""The order in which the trees of a tour are walked: nearest neighbour, then 2-opt; asked by services/tours.

Plain positions in metres go in, an order of their places in the list comes out. A walk has a
beginning and an end and need not return.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

Position = tuple[float, float]
#: More trees than one person walks in a day; 2-opt takes a moment for these.
MAX_STOPS = 500
#: Rounds over all pairs; further rounds gain next to nothing.
_ROUNDS = 12
#: Metres that a turn must gain, so that rounding cannot turn for ever.
_GAIN = 1e-6


def walk(positions: Sequence[Position], *, start: Position | None = None) -> list[int]:
    """Indices of ``positions`` in the order of a short walk, from the stop nearest to ``start``.

    Without ``start`` it begins at the stop that lies farthest from the middle of all: at an end of
    a street, not in its middle. The same stops give the same walk.
    """
    if len(positions) < 3 and start is None:
        return list(range(len(positions)))
    distances = [[math.dist(a, b) for b in positions] for a in positions]
    order = _nearest_next(distances, _first(positions, start)) if positions else []
    return _untangled(order, distances)


def length(positions: Sequence[Position], order: Sequence[int]) -> float:
    """Metres of a walk as the crow flies."""
    return math.fsum(math.dist(positions[a], positions[b]) for a, b in pairwise(order))


def _first(positions: Sequence[Position], start: Position | None) -> int:
    """The stop to begin with."""
    stops = range(len(positions))
    if start is not None:
        return min(stops, key=lambda stop: math.dist(positions[stop], start))
    middle = (
        math.fsum(x for x, _ in positions) / len(positions),
        math.fsum(y for _, y in positions) / len(positions),
    )
    return max(stops, key=lambda stop: math.dist(positions[stop], middle))


def _nearest_next(distances: list[list[float]], first: int) -> list[int]:
    """From each stop to the nearest one that is left."""
    order, left = [first], set(range(len(distances))) - {first}
    while left:
        row = distances[order[-1]]
        following = min(left, key=lambda stop: (row[stop], stop))
        order.append(following)
        left.remove(following)
    return order


def _untangled(order: list[int], distances: list[list[float]]) -> list[int]:
    """2-opt: turn round a piece of the walk wherever that makes it shorter; the first stop stays."""
    for _ in range(_ROUNDS):
        if not any([_turned(order, distances, at) for at in range(1, len(order) - 1)]):
            break
    return order


def _turned(order: list[int], distances: list[list[float]], at: int) -> bool:
    """Turn the piece that begins at ``at`` where it gains most; whether anything did."""
    before, first = distances[order[at - 1]], distances[order[at]]
    step = before[order[at]]
    best, best_end = _GAIN, 0
    last = len(order) - 1
    for end in range(at + 1, len(order)):
        stop = order[end]
        gain = step - before[stop]
        if end < last:
            following = order[end + 1]
            gain += distances[stop][following] - first[following]
        if gain > best:
            best, best_end = gain, end
    if best_end:
        order[at : best_end + 1] = order[at : best_end + 1][::-1]
    return bool(best_end)
