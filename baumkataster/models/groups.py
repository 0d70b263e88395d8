"""Tree groups: many small or like trees recorded as one area with species shares."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.functions import RandomUUID
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import Guard
from baumkataster.models.city import District
from baumkataster.models.places import Place
from baumkataster.models.species import Species
from baumkataster.models.tree_words import Duty, Origin


class TreeGroup(models.Model):
    """Baumgruppe: many small or like trees recorded as one area with species shares."""

    guard = Guard(versioned=True)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    place = models.ForeignKey(
        Place, models.PROTECT, related_name="groups", verbose_name=_("Objekt")
    )
    number = models.CharField(_("Gruppennummer"), max_length=40)
    geom = models.PointField(_("Lage"), srid=settings.SRID)
    area = models.MultiPolygonField(_("Fläche"), srid=settings.SRID, null=True, blank=True)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, verbose_name=_("Ortsteil")
    )
    tree_count = models.PositiveIntegerField(_("Anzahl Bäume"), null=True, blank=True)
    species_as_given = models.CharField(
        _("Baumart laut Quelle"), max_length=200, blank=True, db_default=""
    )
    duty = models.CharField(
        _("Kontrollpflicht"), max_length=12, choices=Duty, default=Duty.CITY, db_default=Duty.CITY
    )
    duty_reason = models.CharField(
        _("Begründung der Kontrollpflicht"), max_length=300, blank=True, default="", db_default=""
    )
    remarks = models.TextField(_("Bemerkungen"), blank=True, db_default="")
    origin = models.CharField(_("Herkunft"), max_length=8, choices=Origin, default=Origin.SURVEY)
    source = models.CharField(_("Datenquelle"), max_length=80, blank=True, db_default="")
    source_keys = models.JSONField(default=dict, db_default={}, blank=True)
    active = models.BooleanField(_("vorhanden"), default=True, db_default=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Baumgruppe")
        verbose_name_plural = _("Baumgruppen")
        ordering = ["place", "number"]
        constraints = [
            models.UniqueConstraint(
                name="group_number_unique_in_place", fields=["place", "number"]
            ),
            models.CheckConstraint(
                name="group_count_positive",
                condition=models.Q(tree_count__isnull=True) | models.Q(tree_count__gte=1),
            ),
            models.CheckConstraint(
                name="group_duty_known", condition=models.Q(duty__in=Duty.values)
            ),
            models.CheckConstraint(
                name="group_origin_known", condition=models.Q(origin__in=Origin.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.number}"


class TreeGroupShare(models.Model):
    """Share of one species in a group."""

    guard = Guard(protection="free")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    group = models.ForeignKey(TreeGroup, models.CASCADE, related_name="shares")
    species = models.ForeignKey(Species, models.PROTECT, verbose_name=_("Baumart"))
    percent = models.PositiveSmallIntegerField(_("Anteil (%)"))

    class Meta:
        verbose_name = _("Artanteil")
        verbose_name_plural = _("Artanteile")
        constraints = [
            models.UniqueConstraint(name="group_share_once", fields=["group", "species"]),
            models.CheckConstraint(
                name="group_share_percent", condition=models.Q(percent__gte=1, percent__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.species} {self.percent} %"
