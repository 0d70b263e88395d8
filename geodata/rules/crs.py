"""Reference systems: a fixed list, the way into EPSG:25832 and whether a point can be right.

Called by the row rules. Only systems of this list ever reach PROJ; nothing a client writes does.

Why a point that passes is proved to be undamaged by a lost decimal point: losing it multiplies a
coordinate by ten or more. Inside Germany the largest easting is 3.3 times the smallest and the
largest northing 1.2 times, so no coordinate can be multiplied by ten and still be inside; every
box of a profile lies in that box. What passes had its point, or had no decimals to lose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

from pyproj import Transformer

from geodata.rules.problems import gettext_noop

STORED: Final = 25832


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference system that sources may use; ``family`` groups what people mistake."""

    epsg: int
    name: str
    family: str


REFERENCES: Final[dict[int, Reference]] = {
    reference.epsg: reference
    for reference in (
        Reference(25832, "ETRS89 / UTM 32N", "utm"),
        Reference(25833, "ETRS89 / UTM 33N", "utm"),
        Reference(25831, "ETRS89 / UTM 31N", "utm"),
        Reference(4647, gettext_noop("ETRS89 / UTM 32N mit vorangestellter 32"), "utm"),
        Reference(5650, gettext_noop("ETRS89 / UTM 33N mit vorangestellter 33"), "utm"),
        Reference(31466, "Gauß-Krüger Zone 2", "gk"),
        Reference(31467, "Gauß-Krüger Zone 3", "gk"),
        Reference(31468, "Gauß-Krüger Zone 4", "gk"),
        Reference(31469, "Gauß-Krüger Zone 5", "gk"),
        Reference(4326, gettext_noop("WGS 84 (Länge, Breite in Grad)"), "degree"),
        Reference(4258, gettext_noop("ETRS89 (Länge, Breite in Grad)"), "degree"),
        Reference(3857, gettext_noop("Web-Mercator"), "web"),
    )
}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in EPSG:25832, metres."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside; not-a-number and infinity do not."""
        return self.west <= x <= self.east and self.south <= y <= self.north

    def within(self, other: Box) -> bool:
        """Whether this box lies wholly inside the other."""
        return other.holds(self.west, self.south) and other.holds(self.east, self.north)


#: Germany in EPSG:25832 with a margin of some kilometres.
GERMANY: Final = Box(270_000.0, 5_230_000.0, 930_000.0, 6_110_000.0)


@cache
def _transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, STORED, always_xy=True)


def to_stored(x: float, y: float, *, epsg: int) -> tuple[float, float]:
    """Easting/longitude and northing/latitude in a listed system to EPSG:25832, in metres.

    Raises KeyError for a system that is not listed. A point outside the system's reach gives
    infinity, which no box holds.
    """
    if epsg not in REFERENCES:
        raise KeyError(epsg)
    if epsg == STORED:
        return x, y
    east, north = _transformer(epsg).transform(x, y)
    return float(east), float(north)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a position is refused, with the way out: a code, a translatable sentence, its values."""

    code: str
    message: str
    params: dict[str, object]


_ZERO: Final = gettext_noop("Die Lage fehlt: Beide Koordinaten sind 0.")
_SHIFTED: Final = gettext_noop(
    "Die Koordinate %(value)s ist rund %(factor)s-mal zu groß: Das Dezimalzeichen ist verloren "
    "gegangen. Bitte die unveränderte Datei aus dem Fachverfahren verwenden."
)
_SHRUNK: Final = gettext_noop(
    "Die Koordinate %(value)s ist rund %(factor)s-mal zu klein: Ein Tausenderpunkt steht an der "
    "Stelle des Dezimalzeichens. Bitte die unveränderte Datei aus dem Fachverfahren verwenden."
)
_SWAPPED: Final = gettext_noop(
    "Rechts- und Hochwert sind vertauscht. Bitte im Profil die Spalten für x und y tauschen."
)
_UTM_NAMED_GK: Final = gettext_noop(
    "Das Profil nennt %(given)s, die Werte sind aber UTM. "
    'Bitte im Profil crs = "EPSG:%(epsg)s" eintragen (%(name)s).'
)
_OTHER: Final = gettext_noop(
    "Der Punkt liegt mit %(given)s nicht im Gebiet, mit %(name)s schon. "
    'Bitte im Profil crs = "EPSG:%(epsg)s" eintragen.'
)
_OTHER_SWAPPED: Final = gettext_noop(
    "Der Punkt liegt mit %(given)s nicht im Gebiet, mit %(name)s und vertauschten Achsen schon. "
    'Bitte im Profil crs = "EPSG:%(epsg)s" eintragen und die Spalten für x und y tauschen.'
)
_OUTSIDE_CITY: Final = gettext_noop(
    "Der Punkt %(x)s / %(y)s liegt in Deutschland, aber außerhalb des Gebiets dieses Profils."
)
_OUTSIDE: Final = gettext_noop("Der Punkt %(x)s / %(y)s liegt nicht in Deutschland.")


def doubt_of(x: float, y: float, *, epsg: int, box: Box) -> Doubt | None:
    """Nothing when the point (in its source system) lies in the box, else why not.

    The box is in EPSG:25832. The sentence proposes the way out where one is found: a lost decimal
    point, swapped axes, another reference system of the list.
    """
    if box.holds(*to_stored(x, y, epsg=epsg)):
        return None
    return why_not(x, y, epsg=epsg, box=box)


def why_not(x: float, y: float, *, epsg: int, box: Box) -> Doubt:
    """Why a point that the box does not hold is refused."""
    if x == 0 and y == 0:
        return Doubt("position_zero", _ZERO, {})
    return (
        _other_reading(x, y, epsg=epsg, box=box)
        or _lost_point(x, y, epsg=epsg, box=box)
        or _outside(x, y, epsg=epsg)
    )


def _lost_point(x: float, y: float, *, epsg: int, box: Box) -> Doubt | None:
    """Divided by the power of ten that separates it from the box, the point falls inside."""
    middle_x, middle_y = _middle(epsg, box)
    by_x, by_y = _power_of_ten(x, middle_x), _power_of_ten(y, middle_y)
    if by_x == by_y == 1 or not _holds(box, x / by_x, y / by_y, epsg):
        return None
    worst, factor = (x, by_x) if abs(math.log10(by_x)) >= abs(math.log10(by_y)) else (y, by_y)
    large = factor > 1
    params: dict[str, object] = {
        "value": f"{worst:.0f}" if large else f"{worst:g}",
        "factor": f"{factor if large else 1 / factor:.0f}",
    }
    return Doubt("position_shifted", _SHIFTED if large else _SHRUNK, params)


@cache
def _middle(epsg: int, box: Box) -> tuple[float, float]:
    """The middle of the box in the source's system."""
    east, north = _transformer(epsg).transform(
        (box.west + box.east) / 2, (box.south + box.north) / 2, direction="INVERSE"
    )
    return float(east), float(north)


def _power_of_ten(value: float, middle: float) -> float:
    """The power of ten by which a value is too large (or, below 1, too small); 1 when it is not."""
    if not math.isfinite(value) or value == 0 or middle == 0:
        return 1.0
    return float(10.0 ** round(math.log10(abs(value / middle))))


def _other_reading(x: float, y: float, *, epsg: int, box: Box) -> Doubt | None:
    """The same two numbers in another order or system fall inside."""
    given = REFERENCES[epsg]
    if _holds(box, y, x, epsg):
        return Doubt("position_swapped", _SWAPPED, {})
    for other in REFERENCES.values():
        params: dict[str, object] = {
            "given": given.name,
            "epsg": other.epsg,
            "name": other.name,
        }
        if _holds(box, x, y, other.epsg):
            utm_named_gk = given.family == "gk" and other.family == "utm"
            message = _UTM_NAMED_GK if utm_named_gk else _OTHER
            return Doubt("position_reference", message, params)
        if _holds(box, y, x, other.epsg):
            return Doubt("position_reference", _OTHER_SWAPPED, params)
    return None


def _outside(x: float, y: float, *, epsg: int) -> Doubt:
    shown: dict[str, object] = {"x": _shown(x), "y": _shown(y)}
    if _holds(GERMANY, x, y, epsg):
        return Doubt("position_outside_city", _OUTSIDE_CITY, shown)
    return Doubt("position_outside", _OUTSIDE, shown)


def _shown(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _holds(box: Box, x: float, y: float, epsg: int) -> bool:
    if not (math.isfinite(x) and math.isfinite(y)):
        return False
    return box.holds(*to_stored(x, y, epsg=epsg))
