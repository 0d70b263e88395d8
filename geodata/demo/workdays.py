"""Working days, seasons and the diary that keeps an inspector from being in two places at once."""

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
#: Genera of conifers that shed their needles.
SHEDDING = {"Larix", "Metasequoia", "Taxodium", "Pseudolarix"}
#: Fixed holidays of Lower Saxony, and days when nobody walks a tour.
FREE_DAYS = {(1, 1), (5, 1), (10, 3), (10, 31), (12, 24), (12, 25), (12, 26), (12, 31)}
LAST_START = time(15, 40)


def is_working(day: date) -> bool:
    """Monday to Friday, no fixed holiday."""
    return day.weekday() < 5 and (day.month, day.day) not in FREE_DAYS


def working_day(day: date, step: int = 1) -> date:
    """The day itself, else the next working one (``step`` -1: the one before)."""
    if step == 1 and day.weekday() > 4:
        # Not every weekend ends on a Monday: tours would all begin there.
        day += timedelta(days=7 - day.weekday() + day.toordinal() // 7 % 4)
    while not is_working(day):
        day += timedelta(days=step)
    return day


def season_of(day: date) -> str:
    """Leaf state of a deciduous tree on a day in the north-west."""
    if day.month in {5, 6, 7, 8, 9}:
        return "leafy"
    if day.month == 4:
        return "flushing"
    if day.month == 10 or (day.month == 11 and day.day < 12):
        return "autumn"
    return "bare"


def leaf_state(day: date, leaf_type: str, genus: str) -> str:
    """What an arborist notes for this kind on that day."""
    if leaf_type == "deciduous" or genus in SHEDDING:
        return season_of(day)
    return "evergreen"


def weather_on(day: date, rng: Random) -> str:
    """A plausible word for the weather."""
    cold = (
        "bedeckt",
        "bedeckt, 4 °C",
        "trocken, 2 °C",
        "leichter Wind",
        "Nieselregen",
        "sonnig, kalt",
    )
    warm = ("sonnig", "heiter", "wolkig", "bedeckt", "sonnig, 24 °C", "leichter Wind", "schwül")
    return rng.choice(warm if 4 < day.month < 10 else cold)


class Diary:
    """Books minutes of inspectors; a full day moves on to a colleague, then to the next day."""

    def __init__(self, rng: Random, latest: date) -> None:
        """``latest``: the last day on which anybody may have been outside."""
        self._rng = rng
        self._latest = latest
        self._busy: dict[tuple[str, date], datetime] = {}

    def book(self, people: list[str], day: date) -> tuple[str, datetime]:
        """Who looks when: the first of ``people`` with time on ``day`` (or soon after)."""
        here = working_day(day)
        if here > self._latest:
            here = working_day(self._latest, -1)
        for _ in range(8):
            for person in people:
                free = self._busy.get((person, here)) or self._morning(here)
                if free.timetz().replace(tzinfo=None) <= LAST_START:
                    return person, self._take(person, here, free)
            later = working_day(here + timedelta(days=1))
            here = later if later <= self._latest else working_day(here - timedelta(days=1), -1)
        return people[0], self._take(people[0], here, self._morning(here))

    def _take(self, person: str, day: date, free: datetime) -> datetime:
        """Mark the next minutes as used; lunch at noon."""
        after = free + timedelta(minutes=self._rng.choice((2, 2, 3, 3, 4, 6)), seconds=17)
        if free.hour < 12 <= after.hour:
            after += timedelta(minutes=30)
        self._busy[person, day] = after
        return free

    def _morning(self, day: date) -> datetime:
        """Start of the day, later in winter when it is dark."""
        hour = (7 if 3 < day.month < 11 else 8) + self._rng.choice((0, 0, 0, 1, 1, 2, 3, 5))
        start = time(hour, self._rng.randint(5, 40), self._rng.randint(0, 59))
        return datetime.combine(day, start, ZONE)
