"""The versioned rule set: interval matrix, tolerance and deadlines, valid from a day on."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import EVIDENCE
from inspections.querysets import RuleSetQuerySet


class RuleSet(models.Model):
    """One version of the city's rule; a change is a new version, because inspections name theirs.

    Valid on a day is the version with the latest ``valid_from`` not after it (then the newest).
    """

    guard = EVIDENCE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    version = models.PositiveIntegerField(_("Fassung"), unique=True)
    title = models.CharField(_("Bezeichnung"), max_length=160)
    #: Service instruction and edition that it follows.
    basis = models.CharField(_("Grundlage"), max_length=300, blank=True)
    valid_from = models.DateField(_("gilt ab"))
    #: "phase.condition.expectation" -> months; null = no separate control if young trees are cared for.
    matrix = models.JSONField(_("Kontrollintervalle"))
    #: Months when an input is unknown.
    default_months = models.PositiveSmallIntegerField(
        _("Intervall bei fehlender Angabe"), default=12
    )
    tolerance_months = models.PositiveSmallIntegerField(_("Toleranz (Monate)"), default=3)
    youth_care_months = models.PositiveSmallIntegerField(
        _("Jungbaumpflege gilt (Monate)"), default=36
    )
    #: Kind of place -> months until the initial survey of a tree that was never inspected.
    initial_months = models.JSONField(_("Frist der Ersterfassung"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("Regelwerk")
        verbose_name_plural = _("Regelwerke")
        ordering = ["-valid_from", "-version"]
        constraints = [
            models.CheckConstraint(
                name="ruleset_months_plausible",
                condition=models.Q(default_months__gte=1, default_months__lte=60)
                & models.Q(tolerance_months__lte=12)
                & models.Q(youth_care_months__gte=1, youth_care_months__lte=120),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"
