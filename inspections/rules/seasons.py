"""What depends on the time of year: the closed season for cutting, and the leaves to be expected.

Called by forms and lists of measures. Source: § 39 (5) no. 2 BNatSchG; whether the ground of
street trees is exempt is read differently, so window and cuts are the city's to set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from baumkataster.rules.wording import Problem
from inspections.rules.sentences import say

#: Reasons that allow a cut in the closed season (§ 39 (5) sentence 2), as codes.
EXCEPTIONS: Final = (
    "authority_order",
    "public_interest",
    "traffic_safety",
    "permitted_intervention",
    "minor_growth",
)

#: Genera of conifers that stand bare in winter.
SHEDDING_CONIFERS: Final = frozenset({"Larix", "Pseudolarix", "Metasequoia", "Taxodium"})

#: Month → leaf state of a deciduous tree that a form offers first.
_LEAVES: Final[Mapping[int, str]] = {
    **dict.fromkeys((11, 12, 1, 2, 3), "bare"),
    4: "flushing",
    **dict.fromkeys((5, 6, 7, 8, 9), "leafy"),
    10: "autumn",
}


@dataclass(frozen=True, slots=True)
class ClosedSeason:
    """The window without felling and heavy cuts; month and day, both included.

    It may run over the turn of the year.
    """

    first: tuple[int, int] = (3, 1)
    last: tuple[int, int] = (9, 30)
    #: Classes of cut that it forbids (MeasureKind.cutting).
    cuttings: frozenset[str] = frozenset({"heavy", "felling"})

    def holds_on(self, day: date) -> bool:
        """Whether ``day`` lies in the window."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last

    def forbids(self, cutting: str, day: date) -> bool:
        """Whether a measure of this class of cut needs an exception on ``day``."""
        return cutting in self.cuttings and self.holds_on(day)


def season_problems(
    *, season: ClosedSeason, cutting: str, planned_on: date, exception: str
) -> list[Problem]:
    """What keeps a measure from being done on ``planned_on``; ``exception`` is "" or a code."""
    if exception and exception not in EXCEPTIONS:
        return [Problem("season_exception", say("season.unknown_exception", value=exception))]
    if exception or not season.forbids(cutting, planned_on):
        return []
    first, last = (f"{day:02d}.{month:02d}." for month, day in (season.first, season.last))
    return [Problem("planned_on", say("season.closed", first=first, last=last))]


def leaf_preset(*, day: date, leaf_type: str, genus: str = "") -> str:
    """Leaf state that the form offers first; the inspector says what is there."""
    sheds = leaf_type == "deciduous" or genus in SHEDDING_CONIFERS
    return _LEAVES[day.month] if sheds else "evergreen"
