"""Makes new versions of the city's rule."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import User
from baumkataster.services.checking import ensure_clean, save_checked
from inspections.models import RuleSet
from inspections.rules.intervals import matrix_problems
from inspections.services.replanning_city import ask_replanning

#: Longest deadline of an initial survey, in months.
LONGEST_INITIAL = 60


def make_rule_set(*, by: User, day: date, now: datetime, values: Mapping[str, Any]) -> RuleSet:
    """Add a version, and ask for the due dates by it from its first day on.

    From then on whatever is recorded follows the version; the worker brings all other due dates under
    it (replanning_city.py), the daily run where no worker did.

    Raises:
        Refused: by field; ``matrix`` for the table of intervals.
    """
    with authored(by=by, reason=str(values.get("title", ""))):
        rule_set = checked_rule_set(by=by, day=day, values=values)
        save_checked(rule_set)
        ask_replanning(rule_set=rule_set, now=now)
    return rule_set


def checked_rule_set(*, by: User, day: date, values: Mapping[str, Any]) -> RuleSet:
    """The next version as it would be saved; it is not.

    Raises:
        Refused: as make_rule_set.
    """
    problems: dict[str, list[str]] = {}
    if sentences := [problem.text(_) for problem in matrix_problems(values["matrix"])]:
        problems["matrix"] = sentences
    wrong = [m for m in values["initial_months"].values() if not 0 <= m <= LONGEST_INITIAL]
    if wrong:
        problems["initial_months"] = [_("Die Frist der Ersterfassung ist 0 bis 60 Monate.")]
    if values["valid_from"] < day and RuleSet.objects.exists():
        problems["valid_from"] = [
            _("Ein neues Regelwerk gilt frühestens ab heute: frühere Kontrollen nennen das ihre.")
        ]
    if problems:
        raise Refused(problems)
    newest = RuleSet.objects.aggregate(newest=Max("version"))["newest"] or 0
    rule_set = RuleSet(version=newest + 1, created_by=by, **values)
    ensure_clean(rule_set)
    return rule_set
