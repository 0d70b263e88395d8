"""Tours: trees in the order in which somebody walks them on a day; planned in the office, taken along."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.models import Guard, Tree


class Tour(models.Model):
    """A walk through the city; a closed one is kept, because tablets may still hold it."""

    guard = Guard()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    name = models.CharField(_("Name"), max_length=120)
    #: Null: on any day.
    planned_on = models.DateField(_("geplant für"), null=True, blank=True)
    #: Null: whoever takes it along.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tours",
        verbose_name=_("zuständig"),
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="made_tours")
    created_at = models.DateTimeField(_("angelegt am"), db_default=Now(), editable=False)
    closed_at = models.DateTimeField(_("abgeschlossen am"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("Tour")
        verbose_name_plural = _("Touren")
        ordering = ["planned_on", "name", "id"]
        constraints = [models.CheckConstraint(name="tour_has_a_name", condition=~models.Q(name=""))]

    def __str__(self) -> str:
        return self.name


class TourStop(models.Model):
    """One tree of a tour and its place in the order, from 1 on."""

    guard = Guard(protection="append_only", tracked=False)

    id = models.BigAutoField(primary_key=True)
    tour = models.ForeignKey(Tour, models.PROTECT, related_name="stops")
    tree = models.ForeignKey(Tree, models.PROTECT, related_name="tour_stops")
    position = models.PositiveSmallIntegerField(_("Reihenfolge"))

    class Meta:
        verbose_name = _("Baum einer Tour")
        verbose_name_plural = _("Bäume einer Tour")
        ordering = ["tour", "position"]
        constraints = [
            models.UniqueConstraint(name="tour_stop_tree_once", fields=["tour", "tree"]),
            models.UniqueConstraint(name="tour_stop_position_once", fields=["tour", "position"]),
            models.CheckConstraint(
                name="tour_stop_position_from_one", condition=models.Q(position__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tour} {self.position}"
