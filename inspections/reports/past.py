"""Looks at a past day: inside ``looking_back`` every query sees trees and due dates as they were.

Report, tiles and card ask for tables by their plain names. In the transaction that this module
opens, those names mean temporary views of the rows of the day; at its end they are gone. What stands
behind the views is kept from the first question on (past_kept.py), or made for the few trees that
are asked for (past_plans.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext as _

from baumkataster.errors import Refused
from inspections.models import RuleSet
from inspections.past_day import DAY, AskedDay
from inspections.reports.past_kept import KeptDay, keep
from inspections.reports.past_plans import Plans
from inspections.reports.past_rows import STATEMENTS
from inspections.rules.past import Reading, end_of


@contextmanager
def looking_back(asked: AskedDay, *, among: str = "", evidence: bool = False) -> Iterator[None]:
    """Let the block see ``asked``; today and later days are seen as they are.

    ``among`` is SQL that gives the ids of the only trees that matter (a tile, a card); ``evidence``
    lets inspections and photos be seen as they were, too. Nothing that the block writes stays.

    Raises:
        Refused: the day lies before the first data of the city.
    """
    if not asked.is_past:
        yield
        return
    outermost = not connection.in_atomic_block
    if outermost and not among:
        ensure_data(asked)
        keep(asked)
    with transaction.atomic():
        try:
            if outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            ensure_data(asked)
            # Inside somebody else's transaction what they changed and did not commit counts, too.
            kept = KeptDay(asked)
            if among or not outermost or not kept.show():
                Plans(asked, among).make(evidence=evidence)
            elif evidence:
                kept.make_evidence(only_among=False)
            yield
        finally:
            transaction.set_rollback(True)


def ensure_data(asked: AskedDay) -> None:
    """Say so where nothing was recorded yet.

    Raises:
        Refused: with the first day that can be asked for.
    """
    then = asked.reading is Reading.THEN
    with connection.cursor() as cursor:
        # The first row that fits is found at once; the very first one needs all of them.
        cursor.execute(
            STATEMENTS["known"], {"day": asked.day, "end": end_of(asked.day), "then": then}
        )
        if cursor.fetchone()[0] and RuleSet.objects.exists():
            return
        cursor.execute(STATEMENTS["first"])
        recorded, inspected = cursor.fetchone()
    days = [day for day in (recorded, None if then else inspected) if day]
    if not RuleSet.objects.exists() or not days:
        raise Refused({DAY: [_("Für keinen Tag der Vergangenheit gibt es schon Daten.")]})
    if asked.day < min(days):
        raise Refused(
            {
                DAY: [
                    _("Am %(day)s gab es hier noch keine Daten; die ersten sind vom %(first)s.")
                    % {"day": f"{asked.day:%d.%m.%Y}", "first": f"{min(days):%d.%m.%Y}"}
                ]
            }
        )
