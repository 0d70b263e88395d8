"""What a version of the rule would do, asked for before it is saved; counted by request or worker."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from baumkataster.models import Guard
from inspections.models.rulesets import RuleSet


class RulePreview(models.Model):
    """How many due dates a version would move that nobody has saved; forgotten after a month.

    It says when it was counted: trees go on changing, and so does the rule.
    """

    guard = Guard(protection="free", tracked=False)

    class State(models.TextChoices):
        """Life of a preview."""

        WAITING = "waiting", _("wartet")
        RUNNING = "running", _("wird gezählt")
        DONE = "done", _("fertig")
        FAILED = "failed", _("nicht gelungen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    #: What make_rule_set would take, days as text.
    values = models.JSONField()
    #: The version that the form started from.
    made_from = models.ForeignKey(RuleSet, models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        max_length=7, choices=State, default=State.WAITING, db_default=State.WAITING
    )
    asked_at = models.DateTimeField()
    #: The count is true of this moment.
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    #: Newest version that was saved when the count began; 0 if none. Hosts may disagree about the time.
    counted_after = models.PositiveIntegerField(default=0, db_default=0)
    #: Trees that would get another date.
    moved = models.PositiveIntegerField(null=True)
    #: Some dates that it was compared with still followed an earlier rule.
    unsettled = models.BooleanField(default=False, db_default=False)
    #: How often it was begun: one that kills its worker again and again is given up.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("Wirkung einer Fassung")
        verbose_name_plural = _("Wirkungen von Fassungen")
        constraints = [
            models.CheckConstraint(
                name="rule_preview_done_has_count",
                condition=~models.Q(state="done")
                | models.Q(moved__isnull=False, started_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.state}"

    @property
    def is_busy(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in {self.State.WAITING, self.State.RUNNING}
