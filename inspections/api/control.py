"""A tree's due date in words: state, days over, and why it is that day; for the card."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inspections.models import ControlPlan
from inspections.rules.intervals import propose_interval
from inspections.rules.overdue import state_on
from inspections.services import rule_values


def control_facts(plan: ControlPlan | None, *, day: date) -> dict[str, Any]:
    """State, dates and reason on ``day``; a tree without a plan needs no control."""
    if plan is None:
        return {"state": "none", "due_on": None, "reason": _("Für diesen Baum ist nichts geplant.")}
    late = plan.due_on is not None and plan.due_on < day
    return {
        "state": state_on(plan, day),
        "due_on": plan.due_on,
        "tolerance_until": plan.tolerance_until,
        "exempt_until": plan.exempt_until,
        "never": plan.never,
        "interval_months": plan.interval_months,
        "basis": plan.basis,
        "basis_on": plan.basis_on,
        "phase": plan.phase,
        "condition": plan.condition,
        "expectation": plan.expectation,
        "care_on": plan.care_on,
        "rule_set_version": plan.rule_set.version,
        "days_over": (day - plan.due_on).days if late and plan.due_on else 0,
        "reason": " ".join(_reasons(plan, day)),
    }


def _reasons(plan: ControlPlan, day: date) -> list[str]:
    """Sentences that lead to the due date."""
    if not plan.required:
        if plan.not_required_reason == "duty":
            return [_("Die Kontrolle ist nicht Pflicht der Stadt.")]
        return [_("Der Baum steht nicht.")]
    sentences = []
    if plan.exempt_until and plan.exempt_until >= day:
        sentences.append(
            _("Jungbaumpflege am %(care)s: bis %(until)s ist keine Kontrolle nötig.")
            % {"care": _day(plan.care_on), "until": _day(plan.exempt_until)}
        )
    sentences.append(_basis(plan))
    if plan.basis == "inspection":
        sentences.append(_rule(plan))
    return [sentence for sentence in sentences if sentence]


def _basis(plan: ControlPlan) -> str:
    """What the date counts from."""
    words = {"day": _day(plan.basis_on), "months": _months(plan.interval_months)}
    if plan.basis == "inspection":
        return _("%(months)s nach der Kontrolle vom %(day)s.") % words
    if plan.basis == "inherited" and plan.interval_months:
        return _("%(months)s nach der übernommenen Kontrolle vom %(day)s.") % words
    if plan.basis == "inherited":
        return _("Termin aus dem übernommenen Datenbestand.")
    if plan.basis == "planted":
        return _("%(months)s nach der Pflanzung am %(day)s.") % words
    return _("Frist der Ersterfassung.")


def _rule(plan: ControlPlan) -> str:
    """The rule's own reason for the inputs as they are now."""
    proposal = propose_interval(
        rule_set=rule_values(plan.rule_set),
        phase=plan.phase,
        condition=plan.condition,
        expectation=plan.expectation,
        in_care=False,
    )
    return proposal.reason.text(_)


def _day(day: date | None) -> str:
    """A date as people write it."""
    return date_format(day, "DATE_FORMAT") if day else "–"


def _months(months: int | None) -> str:
    """12 Monate."""
    count = months or 0
    return ngettext("%(count)s Monat", "%(count)s Monate", count) % {"count": count}
