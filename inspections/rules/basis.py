"""Which inspection of a tree its regular date counts from; called by services that replan.

Source: GALK-Musterdienstanweisung 2021, 2.2; the set-based twin in SQL follows the same order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRecord:
    """What the plan needs of one inspection; months as proposed and set when it was recorded."""

    id: str
    #: Day of the inspection in Europe/Berlin.
    inspected_on: date
    #: Order of arrival; decides between records of one day.
    received: int
    #: Initial, regular, or expressly marked as also regular.
    sets_regular_date: bool
    condition: str
    #: None: no separate inspection (youth phase in care).
    proposed_months: int | None
    set_months: int | None
    corrects: str | None = None


def basis_of(records: Iterable[InspectionRecord]) -> InspectionRecord | None:
    """The inspection that sets the regular date, of all records of one tree in any order.

    A corrected record does not count, its correction does in its place (chains too, also with
    another day or kind). The greatest inspected day wins, whenever it arrived; of one day the
    record received last.
    """
    every = list(records)
    corrected = {record.corrects for record in every}
    regular = (r for r in every if r.sets_regular_date and r.id not in corrected)
    return max(regular, key=lambda r: (r.inspected_on, r.received), default=None)
