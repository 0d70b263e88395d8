"""Brings the whole city under a new rule, a part at a time; used by tasks, control run and web.

A new version holds at once for whatever is recorded, and so does a change of what counts as care of
young trees; the due dates of all other trees follow in a job. Several versions are applied in their
order, because a tree remembers what was shorter in between.
"""

import logging
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import dropwhile
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from inspections.models import Replanning, RuleSet
from inspections.services.mails import alarm_replanning
from inspections.services.replanning import CITY_LOCK, replan, replan_by
from inspections.services.turns import one_at_a_time

logger = logging.getLogger(__name__)
State = Replanning.State
#: A replanning that was begun so often without an end is given up; somebody has to look.
LAST_ATTEMPT: Final = 5
#: Of a row that is asked for again.
ANEW: Final[dict[str, Any]] = {
    "state": State.WAITING, "started_at": None, "finished_at": None,
    "attempts": 0, "trees": 0, "planned": 0, "older": [],
}  # fmt: skip
#: Transactions that have changed or locked something and are not over; readers are not among them,
#: nor is the server's own tidying, which has no user.
DEEDS_SQL: Final = """
    SELECT l.transactionid::text FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
      AND a.datname = current_database() AND a.usesysid IS NOT NULL
      AND l.pid <> pg_backend_pid()"""
LEFT_SQL: Final = """
    SELECT t.id FROM baumkataster_tree t
    LEFT JOIN inspections_controlplan p ON p.tree_id = t.id
    WHERE p.rule_set_id IS DISTINCT FROM %s"""


def ask_replanning(*, rule_set: RuleSet, now: datetime) -> None:
    """Let all due dates follow a version from its first day on; the worker does it."""
    Replanning.objects.create(rule_set=rule_set, asked_at=now)


def ask_for_care(*, day: date, now: datetime) -> None:
    """Let all due dates follow what counts as care of young trees from now on; the worker does it.

    Asked in the transaction that changes it. Without a rule set there are no due dates.
    """
    rule_set = RuleSet.objects.valid_on(day)
    if rule_set is None:
        return
    begun = {"asked_at": now, "care_changed_at": now}
    _row, made = Replanning.objects.get_or_create(
        rule_set=rule_set, defaults=begun | {"applied_at": now}
    )
    if not made:
        Replanning.objects.filter(pk=rule_set.pk).update(**begun, **ANEW)


def ask_again(*, pk: UUID, now: datetime) -> bool:
    """Let a replanning that failed begin anew; False: it did not fail, or a later version is in force.

    That one has planned its trees; begun anew behind it, this one would take back its dates.
    """
    known = RuleSet.objects.valid_on(timezone.localtime(now).date())
    failed = Replanning.objects.filter(Q(pk=pk) & Q(rule_set=known), state=State.FAILED)
    return bool(failed.update(asked_at=now, **ANEW))


def being_applied(*, day: date) -> Replanning | None:
    """The replanning by the version in force on ``day`` while it is not through: some due dates are old.

    Asked before due dates are read; afterwards it may have just ended.
    """
    rule_set = RuleSet.objects.valid_on(day)
    if rule_set is None:
        return None
    rows = Replanning.objects.filter(rule_set=rule_set).exclude(state=State.DONE)
    return rows.select_related("rule_set").first()


def apply_rule_sets(*, day: date, now: datetime, failed_too: bool = False) -> set[UUID]:
    """Plan the city by every version in force by ``day`` that is not through, in their order.

    Killed in the middle, it goes on when it is called again. A deed that began under the version
    before may still write by that one, and its new trees are not seen from here: while such deeds
    go on the replanning is not through, and whoever calls next looks at what they left. Waiting for
    them would keep a worker from its alarms.

    Returns the keys of the versions by which all trees were planned here.
    """
    begun = time.monotonic()

    def at() -> datetime:
        return now + timedelta(seconds=time.monotonic() - begun)

    applied = set[UUID]()
    with one_at_a_time(CITY_LOCK):
        rows = _open(day, failed_too)
        planned = _to_plan(rows)
        if planned and rows[-1].state == State.DONE:
            # Until it has the last word again some dates are by an earlier one.
            _keep(rows[-1], **ANEW | {"asked_at": at()})
        for row in planned:
            try:
                if _plan_all(row, at, failed_too):
                    applied.add(row.pk)
            except (OperationalError, InterfaceError):
                # The server is away or full: this begins anew by itself.
                raise
            except Exception:
                if row is rows[-1]:
                    raise
                # The later ones go on.
                logger.exception("version %s was not applied", row.rule_set.version)
        care = any(row.care_changed_at for row in rows)
        if rows and rows[-1].state == State.LOOKING and _look_again(rows[-1], day, care):
            _close(rows, at())
    return applied


def _open(day: date, failed_too: bool) -> list[Replanning]:
    """Replannings in the order of their versions, from the first one that is not through.

    One behind it is done again, or the older version would have the last word.
    """
    known = RuleSet.objects.valid_on(day)
    found = Replanning.objects.filter(Q(rule_set__valid_from__lte=day) | Q(rule_set=known))
    found = found.select_related("rule_set").order_by("rule_set__valid_from", "rule_set__version")
    rows = [row for row in found if row.rule_set == known or not _is_left(row)]
    rows = list(dropwhile(lambda row: row.state == State.DONE, rows))
    if failed_too:
        return rows
    # Where the version in force has failed an earlier one would take back what is recorded by it.
    given_up = any(row.rule_set == known and row.state == State.FAILED for row in rows)
    return rows if any(row.is_busy for row in rows) and not given_up else []


def _is_left(row: Replanning) -> bool:
    """Whether it has failed, and never been applied.

    Behind a later version it is left so. Tried again, it would put the city under a rule that is
    over, and leave it there if the later one failed then; and what makes it fail (a worker that is
    killed, a full disk) would stop the daily run every day.
    """
    return row.state == State.FAILED and row.applied_at is None


def _to_plan(rows: list[Replanning]) -> list[Replanning]:
    """Those by which all trees are planned now; the last one among them, if there are any."""
    # All trees have seen those that are looking, unless an earlier one is planned after them.
    todo = list(dropwhile(lambda row: row.state == State.LOOKING, rows))
    # All trees followed it already, and the later one reads care by itself: done again it could only
    # shorten, by phases and expectations of now that it never met.
    return [row for row in todo if row is rows[-1] or row.applied_at is None]


def _close(rows: list[Replanning], at: datetime) -> None:
    """These are through; not what was asked for since, nor an earlier one that has failed."""
    done = {"state": State.DONE, "finished_at": at, "older": [], "attempts": 0}
    done |= {"care_changed_at": None, "applied_at": Coalesce("applied_at", Value(at))}
    asked = Q()
    for row in rows:
        # Of one that was applied before only care was left, and the last one has read that.
        if not _is_left(row):
            asked |= Q(pk=row.pk, asked_at=row.asked_at)
    with transaction.atomic():
        if Replanning.objects.filter(pk=rows[-1].pk, asked_at=rows[-1].asked_at).update(**done):
            Replanning.objects.filter(asked).update(**done)


def _plan_all(row: Replanning, at: Callable[[], datetime], once_more: bool) -> bool:
    """Plan all trees by one version and keep how far it is.

    False: it was given up, or asked for again meanwhile and begins anew with the next call.
    """
    failed = row.state == State.FAILED
    # Begun again and killed, it still knows that it had failed: nobody has asked for it since.
    told = failed or (row.state == State.RUNNING and row.finished_at is not None)
    if row.attempts >= LAST_ATTEMPT and not once_more and not failed:
        _give_up(row, at(), told=told)
        return False
    # Before any plan is read: a deed that is over by now is seen, one that begins reads this version.
    older = _deeds()
    begun = {"state": State.RUNNING, "started_at": at(), "attempts": row.attempts + 1}
    begun["finished_at"] = row.finished_at if told else None
    if not _keep(row, **begun, older=older):
        return False

    def count(written: int, trees: int) -> None:
        of = max(row.trees, trees)
        _keep(row, trees=of, planned=of - trees + written)

    try:
        replan_by(rule_set=row.rule_set, told=count)
    except (OperationalError, InterfaceError):
        # The server is away or full: this begins anew by itself.
        raise
    except Exception:
        _give_up(row, at(), told=told)
        raise
    return _keep(row, state=State.LOOKING)


def _give_up(row: Replanning, at: datetime, *, told: bool) -> None:
    """Say that somebody has to look; administrators by mail, unless they know of it already."""
    with transaction.atomic():
        if _keep(row, state=State.FAILED, finished_at=at) and not told:
            alarm_replanning(version=row.rule_set.version, pk=row.pk)


def _look_again(row: Replanning, day: date, care: bool) -> bool:
    """Plan what older deeds have left as it was before; False: some of them still go on.

    A plan names its version, but not what counted as care when it was made: then all are compared.
    """
    if not row.older:
        return True
    if set(row.older) & set(_deeds()):
        return False
    if care:
        replan_by(rule_set=row.rule_set)
        return True
    with connection.cursor() as cursor:
        cursor.execute(LEFT_SQL, [row.pk])
        left = [tree_id for (tree_id,) in cursor.fetchall()]
    replan(day=day, tree_ids=left)
    return True


def _deeds() -> list[str]:
    """Deeds that are going on beside this one."""
    with connection.cursor() as cursor:
        cursor.execute(DEEDS_SQL)
        return [key for (key,) in cursor.fetchall()]


def _keep(row: Replanning, **values: Any) -> bool:
    """Write what has changed about a replanning; False: it was asked for again meanwhile."""
    if not Replanning.objects.filter(pk=row.pk, asked_at=row.asked_at).update(**values):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True
