"""When the city last looked, whether it is late, what waits in the outbox; for pages, /healthz."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.utils import timezone

from baumkataster.models import Tree
from inspections.models import ControlMail, ControlRun
from inspections.services.mails import GIVE_UP_AFTER

#: A run of the day is late from then on (it is meant for 05:30, in the city's zone).
LATE_FROM = time(8, 0)
#: A mail that waits longer has a problem.
MAIL_LATE_AFTER = timedelta(minutes=10)

Verdict = Literal["ok", "late", "never", "nothing_to_do"]


@dataclass(frozen=True, kw_only=True)
class RunStatus:
    """What a reader must know before trusting today's lists."""

    #: nothing_to_do: no trees yet. never: trees, but no run yet. late: no run since yesterday's.
    verdict: Verdict
    last_day: date | None
    last_finished_at: datetime | None
    #: Days before ``last_day`` on which nobody ran.
    missed_days: int
    waiting_mails: int
    #: Of these, waiting for more than 10 minutes.
    late_mails: int

    @property
    def is_late(self) -> bool:
        """Whether the report must complain."""
        return self.verdict in {"late", "never"}


def run_status(now: datetime) -> RunStatus:
    """The state of the scheduled control at ``now`` (aware)."""
    last = ControlRun.objects.order_by("-day").first()
    waiting = ControlMail.objects.filter(
        sent_at__isnull=True, recipient__is_active=True, created_at__gt=now - GIVE_UP_AFTER
    )
    return RunStatus(
        verdict=_verdict(last, now),
        last_day=last.day if last else None,
        last_finished_at=last.finished_at if last else None,
        missed_days=last.missed_days if last else 0,
        waiting_mails=waiting.count(),
        late_mails=waiting.filter(created_at__lt=now - MAIL_LATE_AFTER).count(),
    )


def _verdict(last: ControlRun | None, now: datetime) -> Verdict:
    """Late from 08:00 without a run of the day; before that yesterday's run is enough."""
    local = timezone.localtime(now)
    if last is None:
        return "never" if Tree.objects.exists() else "nothing_to_do"
    expected = local.date() if local.time() >= LATE_FROM else local.date() - timedelta(days=1)
    return "ok" if last.day >= expected else "late"
