"""The one city of an installation: its settings, base maps, districts and drawn features."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.functions import RandomUUID
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import Guard


class CitySettings(models.Model):
    """Settings that the administrator changes in the product itself; exactly one row."""

    guard = Guard()

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("Name der Stadt"), max_length=120)
    #: Amtlicher Gemeindeschlüssel, 8 digits.
    municipality_key = models.CharField(_("Gemeindeschlüssel"), max_length=8, blank=True)
    outline = models.MultiPolygonField(_("Gemeindegebiet"), srid=settings.SRID, null=True)
    contact = models.TextField(_("Kontakt"), blank=True)
    is_demo = models.BooleanField(_("Erfundene Demostadt"), default=False)
    public_geojson = models.BooleanField(_("GeoJSON ohne Anmeldung"), default=False)
    public_csv = models.BooleanField(_("CSV ohne Anmeldung"), default=False)
    public_wfs = models.BooleanField(_("WFS ohne Anmeldung"), default=False)
    #: Which service instruction and edition the city works by (printed on reports).
    service_instruction = models.CharField(_("Dienstanweisung"), max_length=200, blank=True)
    #: Tablets ask for the PIN after so many minutes without a touch; 0: never.
    field_pin_minutes = models.PositiveSmallIntegerField(
        _("PIN auf Tablets nach (Minuten)"), default=0, db_default=0
    )
    #: Whether entries carry seconds per card and metres to the tree (works council).
    field_measures_work = models.BooleanField(
        _("Zeit je Baum und Entfernung zum Baum mitschreiben"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("Einstellungen der Stadt")
        verbose_name_plural = _("Einstellungen der Stadt")
        constraints = [
            models.CheckConstraint(name="city_settings_one_row", condition=models.Q(id=1))
        ]

    def __str__(self) -> str:
        return self.name


class BaseMapKind(models.TextChoices):
    """How a base map is delivered."""

    XYZ = "xyz", _("Kacheln (XYZ)")
    WMS = "wms", _("WMS")
    DEMO = "demo", _("Eigene Zeichnung")
    NONE = "none", _("ohne Hintergrund")


class BaseMap(models.Model):
    """A background map that a user can choose; hosts must also stand in BAUM_BASE_MAP_HOSTS."""

    guard = Guard(protection="free")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    name = models.CharField(_("Name"), max_length=80, unique=True)
    kind = models.CharField(_("Art"), max_length=10, choices=BaseMapKind)
    url = models.CharField(_("Adresse"), max_length=500, blank=True)
    layers = models.CharField(_("WMS-Ebenen"), max_length=200, blank=True)
    attribution = models.CharField(_("Quellenvermerk"), max_length=300, blank=True)
    max_zoom = models.PositiveSmallIntegerField(_("größte Zoomstufe"), default=19)
    #: Whether the source's terms allow tablets to keep its tiles.
    offline_allowed = models.BooleanField(_("Mitnahme erlaubt"), default=False)
    position = models.PositiveSmallIntegerField(_("Reihenfolge"), default=0)
    active = models.BooleanField(_("wählbar"), default=True)

    class Meta:
        verbose_name = _("Hintergrundkarte")
        verbose_name_plural = _("Hintergrundkarten")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class District(models.Model):
    """Ortsteil; trees get theirs by polygon."""

    guard = Guard()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    code = models.CharField(_("Schlüssel"), max_length=20, blank=True)
    name = models.CharField(_("Name"), max_length=120, unique=True)
    geom = models.MultiPolygonField(_("Fläche"), srid=settings.SRID)

    class Meta:
        verbose_name = _("Ortsteil")
        verbose_name_plural = _("Ortsteile")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class BaseFeatureKind(models.TextChoices):
    """What a drawn feature of the own base map is."""

    WATER = "water", _("Gewässer")
    GREEN = "green", _("Grünfläche")
    BUILDING = "building", _("Gebäude")
    PATH = "path", _("Weg")
    ROAD = "road", _("Straße")
    MAIN_ROAD = "main_road", _("Hauptstraße")
    RAIL = "rail", _("Bahn")


class BaseFeature(models.Model):
    """A line or polygon of the own base map (/grundkarte/), for cities without an external one."""

    guard = Guard(protection="free", tracked=False)

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=BaseFeatureKind)
    name = models.CharField(max_length=120, blank=True, db_default="")
    geom = models.GeometryField(srid=settings.SRID)

    class Meta:
        verbose_name = _("Element der Grundkarte")
        verbose_name_plural = _("Elemente der Grundkarte")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}".strip()
