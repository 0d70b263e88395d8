"""How far the city's due dates follow a rule set: one row per version, written by the worker."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from baumkataster.models import Guard
from inspections.models.rulesets import RuleSet


class Replanning(models.Model):
    """All due dates computed anew by one version of the rule; until it is done, old ones are shown.

    Asked for when a version is saved, and again when a catalogue changes what counts as care of young
    trees. A version without a row was there before there were trees.
    """

    guard = Guard(tracked=False)

    class State(models.TextChoices):
        """Life of a replanning."""

        WAITING = "waiting", _("wartet")
        RUNNING = "running", _("wird berechnet")
        #: All trees are planned; deeds that began under the version before are still going on.
        LOOKING = "looking", _("wird abgeschlossen")
        DONE = "done", _("fertig")
        FAILED = "failed", _("nicht gelungen")

    rule_set = models.OneToOneField(
        RuleSet, models.PROTECT, primary_key=True, related_name="replanning"
    )
    state = models.CharField(
        max_length=7, choices=State, default=State.WAITING, db_default=State.WAITING
    )
    #: When it was asked for, the first time or again: whoever computes knows by it which request it was.
    asked_at = models.DateTimeField()
    #: All trees followed this version then, for the first time.
    applied_at = models.DateTimeField(null=True)
    #: What counts as care of young trees was changed then, and not all trees follow that yet.
    care_changed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    #: Trees whose plan is not by this version yet, when it began, and how many of them are now.
    trees = models.PositiveIntegerField(default=0, db_default=0)
    planned = models.PositiveIntegerField(default=0, db_default=0)
    #: How often it was begun: one that kills its worker again and again is given up.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    #: Transactions that may have read the version before: trees of theirs are looked at afterwards.
    older = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))

    class Meta:
        verbose_name = _("Neuberechnung der Termine")
        verbose_name_plural = _("Neuberechnungen der Termine")

    def __str__(self) -> str:
        return f"{self.rule_set_id}: {self.state}"

    @property
    def is_busy(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in {self.State.WAITING, self.State.RUNNING, self.State.LOOKING}

    @property
    def is_about_care(self) -> bool:
        """Whether all trees follow the version already, and only the change of care is new to them."""
        return self.care_changed_at is not None and self.applied_at is not None

    @property
    def share(self) -> int | None:
        """Percent that is done; None while nobody can say."""
        return self.planned * 100 // self.trees if self.trees else None
