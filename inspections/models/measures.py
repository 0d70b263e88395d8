"""Measures: what is to be done at a tree, how soon, and what became of it."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.models import Guard, Photo, Tree
from inspections.models.catalogues import MeasureKind, Urgency
from inspections.models.evidence import Finding, Inspection
from inspections.querysets import MeasureQuerySet


class MeasureState(models.TextChoices):
    """Life of a measure; ended ones say by whom, when and why."""

    OPEN = "open", _("offen")
    DONE = "done", _("erledigt")
    CANCELLED = "cancelled", _("verworfen")
    REPLACED = "replaced", _("ersetzt")


class Measure(models.Model):
    """One piece of work at one tree, also young-tree care that was done without an order."""

    guard = Guard(versioned=True)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    tree = models.ForeignKey(Tree, models.PROTECT, related_name="measures")
    inspection = models.ForeignKey(
        Inspection,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("Kontrolle"),
    )
    finding = models.ForeignKey(
        Finding,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("Befund"),
    )
    kind = models.ForeignKey(MeasureKind, models.PROTECT, verbose_name=_("Maßnahme"))
    #: Null only for work that was recorded as done.
    urgency = models.ForeignKey(
        Urgency, models.PROTECT, null=True, blank=True, verbose_name=_("Dringlichkeit")
    )
    ordered_on = models.DateField(_("angeordnet am"))
    #: Null: until the next regular inspection (ControlPlan.due_on), or recorded as done.
    deadline_on = models.DateField(_("Frist"), null=True, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="ordered_measures",
        verbose_name=_("angeordnet von"),
    )
    #: A contractor sees only what is theirs.
    contractor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contracted_measures",
        verbose_name=_("Auftragnehmer"),
    )
    note = models.TextField(_("Bemerkung"), blank=True, db_default="")
    state = models.CharField(
        _("Stand"), max_length=9, choices=MeasureState, default=MeasureState.OPEN, db_default="open"
    )
    done_on = models.DateField(_("erledigt am"), null=True, blank=True)
    done_by = models.CharField(_("erledigt durch"), max_length=160, blank=True, db_default="")
    done_note = models.TextField(_("Bemerkung zur Erledigung"), blank=True, db_default="")
    done_photo = models.ForeignKey(
        Photo, models.PROTECT, null=True, blank=True, verbose_name=_("Foto der Erledigung")
    )
    #: Who said so, and when the record ended (done, cancelled or replaced).
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ended_measures",
        verbose_name=_("beendet von"),
    )
    ended_at = models.DateTimeField(_("beendet am"), null=True, blank=True)
    end_reason = models.CharField(_("Begründung"), max_length=300, blank=True, db_default="")
    replaced_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("ersetzt durch"),
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("Maßnahme")
        verbose_name_plural = _("Maßnahmen")
        ordering = ["deadline_on", "ordered_on", "id"]
        indexes = [
            models.Index(
                fields=["tree"], name="measure_open_of_tree", condition=models.Q(state="open")
            ),
            models.Index(
                fields=["deadline_on"],
                name="measure_open_deadline",
                condition=models.Q(state="open"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="measure_state_known", condition=models.Q(state__in=MeasureState.values)
            ),
            models.CheckConstraint(
                name="measure_done_needs_day_and_person",
                condition=~models.Q(state="done")
                | (models.Q(done_on__isnull=False) & ~models.Q(done_by="")),
            ),
            models.CheckConstraint(
                name="measure_open_has_urgency",
                condition=~models.Q(state="open") | models.Q(urgency__isnull=False),
            ),
            models.CheckConstraint(
                name="measure_cancelled_needs_reason",
                condition=~models.Q(state="cancelled") | ~models.Q(end_reason=""),
            ),
            models.CheckConstraint(
                name="measure_replaced_names_successor",
                condition=~models.Q(state="replaced")
                | (models.Q(replaced_by__isnull=False) & ~models.Q(end_reason="")),
            ),
            models.CheckConstraint(
                name="measure_ended_says_who",
                condition=models.Q(state="open")
                | models.Q(ended_by__isnull=False, ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.tree}"
