"""One mail per person of what is new to them on the day of a control run; for run_controls."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from inspections.models import ControlMail
from inspections.services.mails import address, subject_line

NEWS_SQL: Final = (Path(__file__).parent.parent / "sql" / "news.sql").read_text("utf-8")
REPORT: Final = "/berichte/ueberfaellig/"
#: Lines of a mail; the report has them all.
LINES: Final = 20


class News(NamedTuple):
    """One line of one person's mail: a column each of news.sql."""

    person_id: UUID
    name: str
    #: immediate, beyond, tolerance, survey, due, measure_overdue or measure_due.
    topic: str
    tree: str
    species: str
    #: What is to be done; "" is the regular control.
    measure: str
    due_on: date
    #: All news of this person, and those of each topic.
    total: int
    immediate: int
    beyond: int
    tolerance: int
    survey: int
    due: int
    measure_overdue: int
    measure_due: int


@dataclass(frozen=True)
class Line:
    """A line as the template shows it."""

    tree: str
    species: str
    what: str
    when: str


def write_digests(*, day: date, missed_days: int) -> int:
    """Put one mail per person into the outbox; returns how many. Who has no news gets none.

    News are the flags that ``update_flags`` has just raised or escalated. A person hears of a flag when it
    reaches their level: arborists who are members of the responsible unit (1), the unit's
    supervisor and deputy (2; all administrators where the unit has neither), administrators (3).
    """
    with connection.cursor() as cursor:
        cursor.execute(NEWS_SQL, {"lines": LINES})
        rows = [News(*row) for row in cursor.fetchall()]
    people = [list(group) for _key, group in groupby(rows, key=attrgetter("person_id"))]
    with override(settings.LANGUAGE_CODE):
        mails = [_mail(day, person, missed_days) for person in people]
    return len(ControlMail.objects.bulk_create(mails))


def _mail(day: date, lines: list[News], missed_days: int) -> ControlMail:
    """The mail of one person from their lines, worst first."""
    first = lines[0]
    context = {
        "day": day,
        "name": first.name,
        "topics": _topics(first),
        "lines": [_line(line, day) for line in lines],
        "more": first.total - len(lines),
        "missed_days": missed_days,
        "link": address(REPORT),
    }
    subject = _("Baumkontrolle %(day)s: %(news)s") % {
        "day": f"{day:%d.%m.%Y}",
        "news": ngettext("%d neuer Hinweis", "%d neue Hinweise", first.total) % first.total,
    }
    return ControlMail(
        recipient_id=first.person_id,
        day=day,
        subject=subject_line(subject),
        body=render_to_string("inspections/mails/digest.txt", context),
    )


def _topics(counts: News) -> list[tuple[int, str]]:
    """Number and words of every topic that has news, worst first."""
    words = {
        "immediate": _("Offene unverzügliche Maßnahmen"),
        "beyond": _("Überfällig, Toleranz abgelaufen"),
        "tolerance": _("Überfällig, noch in der Toleranz"),
        "survey": _("Ersterfassungen"),
        "due": _("In den nächsten 30 Tagen fällig"),
        "measure_overdue": _("Überfällige Maßnahmen"),
        "measure_due": _("Maßnahmen, in den nächsten 30 Tagen fällig"),
    }
    return [(count, text) for name, text in words.items() if (count := getattr(counts, name))]


def _line(news: News, day: date) -> Line:
    what = news.measure or (_("Ersterfassung") if news.topic == "survey" else _("Regelkontrolle"))
    return Line(tree=news.tree, species=news.species, what=what, when=_when(news.due_on, day))


def _when(due_on: date, day: date) -> str:
    """Lateness in words."""
    left = (due_on - day).days
    values: dict[str, Any] = {"days": abs(left), "day": f"{due_on:%d.%m.%Y}"}
    if left < 0:
        return ngettext("überfällig seit %(days)s Tag", "überfällig seit %(days)s Tagen", -left) % (
            values
        )
    return _("heute fällig") if left == 0 else _("fällig am %(day)s") % values
