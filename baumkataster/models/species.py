"""Species: what a tree can be, with the limits that make a measurement plausible."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from baumkataster.guards import Guard


class LeafType(models.TextChoices):
    """Whether a tree is seen bare in winter; presets the leaf state of an inspection."""

    DECIDUOUS = "deciduous", _("Laubbaum")
    EVERGREEN_BROADLEAF = "evergreen_broadleaf", _("immergrüner Laubbaum")
    CONIFER = "conifer", _("Nadelbaum")


class Species(models.Model):
    """A botanical taxon down to the cultivar; the list is the city's to edit."""

    guard = Guard()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    genus = models.CharField(_("Gattung"), max_length=60)
    #: Written × before the epithet.
    hybrid = models.BooleanField(_("Hybride"), default=False, db_default=False)
    species = models.CharField(
        pgettext_lazy("Taxon", "Art"), max_length=60, blank=True, db_default=""
    )
    infraspecific = models.CharField(_("Unterart"), max_length=80, blank=True, db_default="")
    cultivar = models.CharField(_("Sorte"), max_length=80, blank=True, db_default="")
    #: The whole name as it is written: Tilia cordata 'Greenspire'.
    botanical_name = models.CharField(_("botanischer Name"), max_length=200, unique=True)
    german_name = models.CharField(_("deutscher Name"), max_length=160)
    leaf_type = models.CharField(_("Laub"), max_length=20, choices=LeafType)
    #: Years of standing after which the ageing phase is proposed (domain: 50, 65, 80).
    phase_limit_years = models.PositiveSmallIntegerField(_("Alterungsphase ab (Jahre)"), default=65)
    max_height_m = models.PositiveSmallIntegerField(_("größte Höhe (m)"), null=True, blank=True)
    max_girth_cm = models.PositiveSmallIntegerField(
        _("größter Stammumfang (cm)"), null=True, blank=True
    )
    max_crown_m = models.PositiveSmallIntegerField(
        _("größter Kronendurchmesser (m)"), null=True, blank=True
    )
    #: Key in the GBIF backbone taxonomy, where the city looked it up.
    gbif_key = models.PositiveIntegerField(_("GBIF-Schlüssel"), null=True, blank=True)
    synonyms = ArrayField(models.CharField(max_length=200), default=list, db_default=[], blank=True)
    active = models.BooleanField(_("wählbar"), default=True, db_default=True)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Baumart")
        verbose_name_plural = _("Baumarten")
        ordering = ["botanical_name"]
        constraints = [
            models.CheckConstraint(
                name="species_leaf_type_known",
                condition=models.Q(leaf_type__in=LeafType.values),
            ),
            models.CheckConstraint(
                name="species_phase_limit_plausible",
                condition=models.Q(phase_limit_years__gte=15, phase_limit_years__lte=300),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.botanical_name} ({self.german_name})"
