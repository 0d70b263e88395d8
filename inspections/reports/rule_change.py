"""Says that a new rule set is not through with all due dates yet; for whatever shows due dates."""

from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.models import Replanning
from inspections.past_day import AskedDay
from inspections.services.replanning_city import being_applied


def rule_change(day: AskedDay) -> str:
    """One sentence for a report; empty: all due dates follow one rule set. Past days are rebuilt whole."""
    return "" if day.is_past else rule_change_today(day.today)


def rule_change_today(today: date) -> str:
    """The same for pages that show today."""
    row = being_applied(day=today)
    if row is None:
        return ""
    words = {"version": row.rule_set.version, "since": minute(since(row))}
    if row.state == Replanning.State.FAILED:
        return (
            _(
                "Fassung %(version)s des Regelwerks gilt seit %(since)s, konnte aber noch nicht auf alle "
                "Bäume angewendet werden: ein Teil der Termine folgt der früheren Fassung."
            )
            % words
        )
    return (
        _(
            "Fassung %(version)s des Regelwerks wird seit %(since)s angewendet: bis das fertig ist, "
            "folgt ein Teil der Termine der früheren Fassung."
        )
        % words
    )


def since(row: Replanning) -> datetime:
    """Since when the version should count for all trees: it was saved, or its first day began."""
    begun = timezone.make_aware(datetime.combine(row.rule_set.valid_from, time()))
    return max(row.rule_set.created_at, begun)


def minute(at: datetime) -> str:
    """Day and time of the clock."""
    return _("%(day)s, %(time)s Uhr") % {
        "day": f"{timezone.localtime(at):%d.%m.%Y}",
        "time": f"{timezone.localtime(at):%H:%M}",
    }
