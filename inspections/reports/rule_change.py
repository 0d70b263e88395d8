"""Says that a new rule is not through with all due dates yet; for whatever shows due dates."""

from datetime import datetime, time, timedelta
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.models import Replanning, RuleSet
from inspections.past_day import AskedDay
from inspections.services.replanning_city import being_applied

#: A million trees take about a minute.
STUCK_AFTER = timedelta(minutes=30)
Verdict = Literal["ok", "applying", "stuck", "failed"]


def rule_change(day: AskedDay, now: datetime) -> str:
    """One line for a report; empty: all due dates follow one rule. Past days are rebuilt whole."""
    return "" if day.is_past else rule_change_today(now)


def rule_verdict(now: datetime) -> Verdict:
    """For monitoring: whether due dates follow the rule, and whether somebody has to look."""
    return verdict_and_words(now)[0]


def verdict_and_words(now: datetime) -> tuple[Verdict, str]:
    """Both of one look: between two the job may end."""
    row = being_applied(day=timezone.localtime(now).date())
    if row is None:
        return "ok", ""
    words = _sentence(row)
    if row.state == Replanning.State.FAILED:
        return "failed", words
    return ("stuck", f"{words} {stuck_words()}") if is_stuck(row, now) else ("applying", words)


def is_stuck(row: Replanning, now: datetime) -> bool:
    """Whether it goes on for longer than any city needs: no worker runs, or a deed does not end."""
    return row.is_busy and now - max(row.asked_at, since(row)) > STUCK_AFTER


def rule_change_today(now: datetime) -> str:
    """The same for whatever shows today."""
    return verdict_and_words(now)[1]


def stuck_words() -> str:
    """For a line behind the one that says what goes on."""
    return _("Das dauert ungewöhnlich lange: bitte die IT verständigen.")


def _sentence(row: Replanning) -> str:
    failed = row.state == Replanning.State.FAILED
    if row.is_about_care:
        words = _care_words(failed)
    elif RuleSet.objects.filter(version__lt=row.rule_set.version).exists():
        words = _version_words(failed)
    else:
        words = _first_words(failed)
    return words % {"version": row.rule_set.version, "since": minute(since(row))}


def _version_words(failed: bool) -> str:
    if failed:
        return _(
            "Fassung %(version)s des Regelwerks gilt seit %(since)s, konnte aber noch nicht auf alle "
            "Bäume angewendet werden: ein Teil der Termine folgt der früheren Fassung."
        )
    return _(
        "Fassung %(version)s des Regelwerks wird seit %(since)s angewendet: bis das fertig ist, "
        "folgt ein Teil der Termine der früheren Fassung."
    )


def _first_words(failed: bool) -> str:
    """Before the first version there is no other one: a tree without a date is of no earlier one."""
    if failed:
        return _(
            "Fassung %(version)s des Regelwerks gilt seit %(since)s, konnte aber noch nicht auf alle "
            "Bäume angewendet werden: ein Teil der Bäume hat noch keinen Termin."
        )
    return _(
        "Fassung %(version)s des Regelwerks wird seit %(since)s angewendet: bis das fertig ist, "
        "hat ein Teil der Bäume noch keinen Termin."
    )


def _care_words(failed: bool) -> str:
    if failed:
        return _(
            "Was als Jungbaumpflege zählt, wurde geändert (%(since)s), konnte aber noch nicht bei allen "
            "Bäumen berücksichtigt werden: ein Teil der Termine ist der von vorher."
        )
    return _(
        "Was als Jungbaumpflege zählt, wurde geändert (%(since)s): bis alle Bäume neu berechnet sind, "
        "ist ein Teil der Termine der von vorher."
    )


def since(row: Replanning) -> datetime:
    """Since when the change should count for all trees: it was saved, or its first day began."""
    if row.care_changed_at is not None and row.is_about_care:
        return row.care_changed_at
    begun = timezone.make_aware(datetime.combine(row.rule_set.valid_from, time()))
    return max(row.rule_set.created_at, begun)


def minute(at: datetime) -> str:
    """Day and time of the clock."""
    return _("%(day)s, %(time)s Uhr") % {
        "day": f"{timezone.localtime(at):%d.%m.%Y}",
        "time": f"{timezone.localtime(at):%H:%M}",
    }
