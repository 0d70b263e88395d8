"""Questions about many inspections, measures and due dates; the day is always handed in."""

from datetime import date, datetime
from typing import Any, Self

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from inspections.rules.overdue import berlin_day


class RuleSetQuerySet(QuerySet[Any]):
    """Versions of the rule."""

    def valid_on(self, day: date) -> Any:
        """The version that holds on ``day``; the oldest one for days before all of them; None if none."""
        found = self.filter(valid_from__lte=day).order_by("-valid_from", "-version").first()
        return found or self.order_by("valid_from", "version").first()

    def after(self, rule_set: Any) -> Self:
        """Versions that come after ``rule_set``, now or on a later day."""
        same_day = Q(valid_from=rule_set.valid_from, version__gt=rule_set.version)
        return self.filter(Q(valid_from__gt=rule_set.valid_from) | same_day)

    def in_force_since(self, moment: datetime, *, day: date) -> Self:
        """Versions that were in force at some time from ``moment`` to ``day``, in their order."""
        known = self.filter(valid_from__lte=day).order_by("valid_from", "version")
        then = known.filter(created_at__lte=moment, valid_from__lte=berlin_day(moment)).last()
        return known.filter(pk=then.pk) | known.after(then) if then else known


class MeasureQuerySet(QuerySet[Any]):
    """Measures."""

    def open(self) -> Self:
        """Measures that still have to be done."""
        return self.filter(state="open")

    def with_deadline(self) -> Self:
        """Annotate ``effective_deadline``: own deadline, else the tree's next regular inspection."""
        return self.annotate(
            effective_deadline=Coalesce(F("deadline_on"), F("tree__control_plan__due_on"))
        )

    def overdue(self, *, on: date) -> Self:
        """Open measures whose deadline is before ``on``."""
        return self.open().with_deadline().filter(effective_deadline__lt=on)


class ControlPlanQuerySet(QuerySet[Any]):
    """Due dates."""

    def needed(self, *, on: date) -> Self:
        """Plans of trees that need control on ``on``: duty, standing, and not exempt that day."""
        return self.filter(required=True).filter(
            Q(exempt_until__isnull=True) | Q(exempt_until__lt=on)
        )

    def overdue(self, *, on: date) -> Self:
        """Needed plans whose due day is over; the day after the due day is the first."""
        return self.needed(on=on).filter(due_on__lt=on)

    def due_by(self, *, day: date, on: date) -> Self:
        """Needed plans that fall due up to and including ``day``."""
        return self.needed(on=on).filter(due_on__lte=day)
