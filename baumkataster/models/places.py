"""Where trees stand: places (Objekt: street, park, school …) and sites (Standort) with their numbers."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.functions import RandomUUID
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import Guard
from baumkataster.models.city import District
from baumkataster.models.people import Unit


class PlaceKind(models.TextChoices):
    """Kind of a place; the rule set gives initial-survey deadlines by it."""

    STREET = "street", _("Straße")
    PARK = "park", _("Grünanlage")
    SCHOOL = "school", _("Schule")
    DAYCARE = "daycare", _("Kita")
    PLAYGROUND = "playground", _("Spielplatz")
    CEMETERY = "cemetery", _("Friedhof")
    SPORTS = "sports", _("Sportanlage")
    BUILDING = "building", _("Gebäude")
    FOREST = "forest", _("Wald")
    COMPENSATION = "compensation", _("Ausgleichsfläche")
    OTHER = "other", _("Sonstiges")
    NONE = "none", _("ohne Objekt")


class Expectation(models.TextChoices):
    """Berechtigte Sicherheitserwartung des Verkehrs (Musterdienstanweisung 2021, table 1)."""

    LOWER = "lower", _("geringere Sicherheitserwartung")
    HIGHER = "higher", _("höhere Sicherheitserwartung")


class SoilCover(models.TextChoices):
    """What covers the ground around the trunk."""

    OPEN = "open", _("offen")
    PLANTED = "planted", _("bepflanzt")
    GRASS = "grass", _("Rasen")
    GRATE = "grate", _("Baumrost")
    PAVED = "paved", _("befestigt")


class Place(models.Model):
    """A street or ground of the city; gives its trees their number range, unit and safety expectation."""

    guard = Guard(versioned=True)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    kind = models.CharField(_("Art"), max_length=12, choices=PlaceKind)
    name = models.CharField(_("Name"), max_length=160)
    #: Straßenschlüssel of the city or state.
    street_key = models.CharField(_("Straßenschlüssel"), max_length=20, blank=True, db_default="")
    expectation = models.CharField(_("Sicherheitserwartung"), max_length=6, choices=Expectation)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="places", verbose_name=_("Revier"))
    area = models.MultiPolygonField(_("Fläche"), srid=settings.SRID, null=True, blank=True)
    active = models.BooleanField(_("in Gebrauch"), default=True, db_default=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Objekt")
        verbose_name_plural = _("Objekte")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="place_unique_name_in_kind", fields=["kind", "name", "street_key"]
            ),
            models.CheckConstraint(
                name="place_kind_known", condition=models.Q(kind__in=PlaceKind.values)
            ),
            models.CheckConstraint(
                name="place_expectation_known",
                condition=models.Q(expectation__in=Expectation.values),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """Standort: a numbered spot that keeps its number while trees come and go; empty without a tree."""

    guard = Guard(versioned=True)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    place = models.ForeignKey(Place, models.PROTECT, related_name="sites", verbose_name=_("Objekt"))
    number = models.CharField(_("Baumnummer"), max_length=40)
    geom = models.PointField(_("Lage"), srid=settings.SRID)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, verbose_name=_("Ortsteil")
    )
    house_number = models.CharField(_("Hausnummer"), max_length=20, blank=True, db_default="")
    #: Side of the street or section, in the city's own words.
    side = models.CharField(_("Seite"), max_length=20, blank=True, db_default="")
    #: Open soil around the trunk, m².
    open_soil_m2 = models.DecimalField(
        _("Baumscheibe (m²)"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    soil_cover = models.CharField(
        _("Oberfläche der Baumscheibe"),
        max_length=8,
        choices=SoilCover,
        blank=True,
        default="",
        db_default="",
    )
    #: Gemarkung, Flur and Flurstück in the land registry's words.
    parcel = models.CharField(_("Flurstück"), max_length=60, blank=True, default="", db_default="")
    cost_centre = models.CharField(
        _("Kostenstelle"), max_length=40, blank=True, default="", db_default=""
    )
    #: What stands and lies around: bus stop, parking bay, building …
    surroundings = models.CharField(
        _("Umfeld"), max_length=200, blank=True, default="", db_default=""
    )
    #: Pipes and cables in the ground or overhead.
    utilities = models.CharField(
        _("Leitungen"), max_length=120, blank=True, default="", db_default=""
    )
    remarks = models.TextField(_("Bemerkungen"), blank=True, db_default="")
    source = models.CharField(_("Datenquelle"), max_length=80, blank=True, db_default="")
    #: Keys by which the source knows this site.
    source_keys = models.JSONField(default=dict, db_default={}, blank=True)
    #: False where a site was given up (sealed, built over).
    active = models.BooleanField(_("in Gebrauch"), default=True, db_default=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("Standort")
        verbose_name_plural = _("Standorte")
        ordering = ["place", "number"]
        constraints = [
            models.UniqueConstraint(
                name="site_number_unique_in_place",
                fields=["place", "number"],
                violation_error_message=_("Diese Nummer ist in diesem Objekt schon vergeben."),
            ),
            models.CheckConstraint(name="site_number_not_blank", condition=~models.Q(number="")),
            models.CheckConstraint(
                name="site_soil_cover_known",
                condition=models.Q(soil_cover__in=["", *SoilCover.values]),
            ),
            models.CheckConstraint(
                name="site_open_soil_plausible",
                condition=models.Q(open_soil_m2__isnull=True)
                | models.Q(open_soil_m2__gte=0, open_soil_m2__lte=10000),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.number}"
