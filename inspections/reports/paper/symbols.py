"""The symbols of the control states as drawing orders of a PDF, from the one table of states.json."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from inspections.rules.states import STATES, SymbolPath

#: Side of a symbol's view box.
BOX: Final = 24.0
_COMMAND: Final = re.compile(r"([MLHVZa])([^MLHVZa]*)")
_NUMBER: Final = re.compile(r"-?\d*\.?\d+")
#: Numbers that a command takes.
_SIZES: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "Z": 0, "a": 7}
#: How far the handles of a quarter circle reach, in radii.
_HANDLE: Final = 0.5523


@cache
def symbol(state: str) -> str:
    """Drawing orders of a state's symbol in a box of 24 × 24, y upwards, lower left at 0, 0."""
    return "\n".join(_painted(path) for path in STATES.by_code(state).path)


def placed(state: str, x: float, y: float, side: float) -> str:
    """The symbol with its lower left corner at ``x``, ``y``."""
    scale = side / BOX
    return f"q {scale:.4f} 0 0 {scale:.4f} {x:.2f} {y:.2f} cm {symbol(state)} Q"


def rgb(colour: str) -> str:
    """The three numbers of a colour #rrggbb."""
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.3f}" for i in (1, 3, 5))


def _painted(path: SymbolPath) -> str:
    """One path, filled, stroked or both."""
    fill, stroke = path.fill != "none", path.stroke is not None
    orders = []
    if fill:
        orders.append(f"{rgb(path.fill)} rg")
    if path.stroke is not None:
        orders.append(f"{rgb(path.stroke)} RG {path.stroke_width or 1} w")
    paint = {(True, True): "B*", (True, False): "f*", (False, True): "S"}[fill, stroke]
    return " ".join([*orders, *_outline(path.d), paint])


def _outline(d: str) -> Iterator[str]:
    """The outline of SVG path data that uses M, L, H, V, Z and half circles by a."""
    x = y = 0.0
    for command, values in _commands(d):
        if command == "Z":
            yield "h"
            continue
        if command == "a":
            yield _half_circle(x, y, values[0], values[5])
            x += values[5]
            continue
        if command in "HV":
            x, y = (values[0], y) if command == "H" else (x, values[0])
        else:
            x, y = values
        yield f"{x:g} {BOX - y:g} {'m' if command == 'M' else 'l'}"


def _commands(d: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its numbers; a command that is not repeated holds on (M as L, a as a)."""
    for command, text in _COMMAND.findall(d):
        numbers = [float(number) for number in _NUMBER.findall(text)]
        size = _SIZES[command]
        if not size:
            yield command, []
        for start in range(0, len(numbers), size or 1):
            yield command, numbers[start : start + size]


def _half_circle(x: float, y: float, radius: float, dx: float) -> str:
    """Two quarters from ``x`` to ``x + dx``; on the page against the clock from the left, then back."""
    y, side = BOX - y, 1 if dx > 0 else -1
    handle, middle, end = radius * _HANDLE, x + dx / 2, x + dx
    top = y - side * radius
    return (
        f"{x:g} {y - side * handle:g} {middle - side * handle:g} {top:g} {middle:g} {top:g} c "
        f"{middle + side * handle:g} {top:g} {end:g} {y - side * handle:g} {end:g} {y:g} c"
    )
