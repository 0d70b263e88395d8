"""Makes new versions of the city's rule and says beforehand what they would move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import User
from baumkataster.services.checking import save_checked
from inspections.models import RuleSet
from inspections.rules.intervals import matrix_problems
from inspections.services.replanning import count_differing, replan

#: Longest deadline of an initial survey, in months.
LONGEST_INITIAL = 60


@dataclass(frozen=True, kw_only=True)
class NewRule:
    """What became of a new version."""

    rule_set: RuleSet
    #: Trees whose due date moved (or would move on the first day).
    moved: int


class _Enough(Exception):
    """Ends a preview: everything that it wrote is taken back."""


def make_rule_set(*, by: User, day: date, values: Mapping[str, Any]) -> NewRule:
    """Add a version; where it holds today, all due dates are recomputed in the same transaction.

    A version that holds later moves the due dates on its first day, with the daily run.

    Raises:
        Refused: by field; ``matrix`` for the table of intervals.
    """
    with authored(by=by, reason=str(values.get("title", ""))):
        rule_set = _insert(by, day, values)
        moved = replan(day=day)
    return NewRule(rule_set=rule_set, moved=moved)


def preview_rule_set(*, by: User, day: date, values: Mapping[str, Any]) -> int:
    """How many trees' plans the version would change on its first day; nothing stays written.

    Raises:
        Refused: as make_rule_set.
    """
    moved = 0
    try:
        with transaction.atomic():
            rule_set = _insert(by, day, values)
            moved = count_differing(day=max(day, rule_set.valid_from))
            raise _Enough
    except _Enough:
        return moved


def _insert(by: User, day: date, values: Mapping[str, Any]) -> RuleSet:
    """Check and add the row under the next version."""
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
    save_checked(rule_set)
    return rule_set
