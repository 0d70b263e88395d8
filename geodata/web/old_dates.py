"""What files and services say beside due dates while a new rule is not through with all trees."""

from dataclasses import dataclass

from django.http import HttpResponseBase
from django.utils import timezone

from inspections.reports.rule_change import Verdict, verdict_and_words

#: Header of an answer that holds due dates: ok, applying, stuck or failed (as in /healthz).
HEADER = "Due-Dates"
#: What the name of such a file ends with.
IN_NAME = "termine-teils-alt"


@dataclass(frozen=True)
class OldDates:
    """Asked before due dates are read: what is through by then is new everywhere."""

    verdict: Verdict
    #: One line for people; empty: all dates follow the rule.
    words: str

    def tell(self, answer: HttpResponseBase) -> None:
        """For programs."""
        answer[HEADER] = self.verdict


def old_dates() -> OldDates:
    """Whether some due dates are old now."""
    return OldDates(*verdict_and_words(timezone.now()))
