"""Counts what a version of the rule would move, before it is saved; used by web and tasks.

Nothing is written but the count: saving a version beside it does not wait.
"""

import logging
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, Max

from baumkataster.models import User
from inspections.models import RulePreview, RuleSet
from inspections.services.replanning import count_moving
from inspections.services.replanning_city import being_applied
from inspections.services.rule_sets import checked_rule_set

logger = logging.getLogger(__name__)

State = RulePreview.State
#: Trees that are counted while the page waits, in a third of a second; more are left to the worker.
COUNTED_AT_ONCE = 30_000
KEPT: Final = timedelta(days=30)
#: A count that was begun so often without an end is given up.
LAST_ATTEMPT: Final = 5
FEW_SQL: Final = "SELECT count(*) <= %s FROM (SELECT FROM baumkataster_tree LIMIT %s) few"


def ask_preview(
    *, by: User, day: date, now: datetime, values: Mapping[str, Any], made_from: RuleSet | None
) -> RulePreview:
    """Keep what is asked; a city of few trees is counted here, any other by the worker.

    Raises:
        Refused: as make_rule_set.
    """
    checked_rule_set(by=by, day=day, values=values)
    plain = dict(values) | {"valid_from": values["valid_from"].isoformat()}
    going_on = RulePreview.objects.filter(state__in=[State.WAITING, State.RUNNING], values=plain)
    asked = going_on.filter(made_from=made_from).first()
    if asked is None:
        asked = RulePreview.objects.create(values=plain, made_from=made_from, asked_at=now)
        if _few_trees():
            _count(asked, day, now)
            asked.refresh_from_db()
    return asked


def count_waiting_previews(*, day: date, now: datetime) -> int:
    """Count what waits, and what a dead worker has left; how many. Old ones are forgotten."""
    begun = time.monotonic()
    RulePreview.objects.filter(asked_at__lt=now - KEPT).delete()
    counted = 0
    open_ones = RulePreview.objects.filter(state__in=[State.WAITING, State.RUNNING])
    for asked in open_ones.order_by("asked_at"):
        if asked.attempts >= LAST_ATTEMPT:
            _keep(asked.pk, state=State.FAILED, finished_at=now)
        else:
            counted += _count(asked, day, now + timedelta(seconds=time.monotonic() - begun))
    return counted


def as_rule_set(asked: RulePreview) -> RuleSet:
    """The version that is asked about; it is in no table."""
    values = dict(asked.values)
    return RuleSet(**values | {"valid_from": date.fromisoformat(values["valid_from"])})


def is_overtaken(asked: RulePreview) -> bool:
    """Whether another version was saved since the count began."""
    return RuleSet.objects.filter(version__gt=asked.counted_after).exists()


def _few_trees() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(FEW_SQL, [COUNTED_AT_ONCE, COUNTED_AT_ONCE + 1])
        return bool(cursor.fetchone()[0])


def _count(asked: RulePreview, day: date, at: datetime) -> bool:
    """Count one; False: it failed, and says so."""
    begun = time.monotonic()
    _keep(asked.pk, state=State.RUNNING, started_at=at, attempts=F("attempts") + 1)
    newest = RuleSet.objects.aggregate(newest=Max("version"))["newest"] or 0
    try:
        # Asked before the dates are read: afterwards an application may have just ended.
        unsettled = being_applied(day=day) is not None
        moved = count_moving(rule_set=as_rule_set(asked))
    except (OperationalError, InterfaceError):
        # The server is away or full: this begins anew by itself.
        raise
    except Exception:
        logger.exception("Die Wirkung %s konnte nicht gezählt werden.", asked.pk)
        _keep(asked.pk, state=State.FAILED, finished_at=at)
        return False
    finished_at = at + timedelta(seconds=time.monotonic() - begun)
    # With its own beginning: another worker may have begun the same count meanwhile.
    done = {"state": State.DONE, "started_at": at, "finished_at": finished_at}
    _keep(asked.pk, **done, counted_after=newest, moved=moved, unsettled=unsettled)
    return True


def _keep(pk: UUID, **values: Any) -> None:
    """Write what has changed, unless somebody else has counted it meanwhile."""
    RulePreview.objects.filter(pk=pk).exclude(state=State.DONE).update(**values)
