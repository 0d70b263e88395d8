"""Editable catalogues: kinds, zones, symptoms, measure kinds, urgencies, limits; codes never change."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import Guard


def name_column() -> str:
    """The column with the name in the reader's language, for queries."""
    return "name_en" if get_language() == "en" else "name_de"


class CatalogueEntry(models.Model):
    """A word that records refer to by code; its text may be improved, its code never renumbered."""

    guard = Guard(frozen_columns=("code",))

    code = models.CharField(_("Schlüssel"), max_length=30, primary_key=True)
    name_de = models.CharField(_("Name (deutsch)"), max_length=120)
    name_en = models.CharField(_("Name (englisch)"), max_length=120)
    help_de = models.CharField(_("Hilfe (deutsch)"), max_length=400, blank=True, db_default="")
    help_en = models.CharField(_("Hilfe (englisch)"), max_length=400, blank=True, db_default="")
    position = models.PositiveSmallIntegerField(_("Reihenfolge"), default=0, db_default=0)
    active = models.BooleanField(_("wählbar"), default=True, db_default=True)

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return str(getattr(self, name_column()))


class InspectionKind(CatalogueEntry):
    """Kontrollart."""

    counts_as_regular = models.BooleanField(
        _("setzt den Regeltermin"),
        default=False,
        help_text=_("Nur Ersterfassung und Regelkontrolle setzen den nächsten Regeltermin."),
    )

    class Meta(CatalogueEntry.Meta):
        verbose_name = _("Kontrollart")
        verbose_name_plural = _("Kontrollarten")


class Zone(CatalogueEntry):
    """Part of the tree or its surroundings that is looked at."""

    class Meta(CatalogueEntry.Meta):
        verbose_name = _("Baumbereich")
        verbose_name_plural = _("Baumbereiche")


class MeasureKind(CatalogueEntry):
    """Art der Maßnahme."""

    class Cutting(models.TextChoices):
        """How heavily a measure cuts; felling and heavy cuts meet § 39 BNatSchG."""

        NONE = "none", _("kein Schnitt")
        CARE = "care", _("Pflegeschnitt")
        HEAVY = "heavy", _("starker Schnitt")
        FELLING = "felling", _("Fällung")

    cutting = models.CharField(
        _("Schnitt"), max_length=8, choices=Cutting, default=Cutting.NONE, db_default="none"
    )
    habitat_relevant = models.BooleanField(_("Artenschutz prüfen"), default=False, db_default=False)
    young_tree_care = models.BooleanField(_("Jungbaumpflege"), default=False, db_default=False)
    needs_detailed = models.BooleanField(
        _("eingehende Untersuchung"), default=False, db_default=False
    )

    class Meta(CatalogueEntry.Meta):
        verbose_name = _("Art der Maßnahme")
        verbose_name_plural = _("Arten der Maßnahmen")


class Symptom(CatalogueEntry):
    """Schadsymptom in one zone."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="symptoms")
    #: Only an order of display; the expert rates.
    severity_hint = models.PositiveSmallIntegerField(_("Gewicht (Hinweis)"), default=1)
    species_protection = models.BooleanField(
        _("Hinweis auf Artenschutz"), default=False, db_default=False
    )
    #: Codes of measure kinds that the form offers first.
    proposes = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("schlägt vor"),
        default=list,
        db_default=[],
        blank=True,
    )

    class Meta(CatalogueEntry.Meta):
        verbose_name = _("Schadsymptom")
        verbose_name_plural = _("Schadsymptome")


class Urgency(CatalogueEntry):
    """Dringlichkeit of a measure (GALK-Musterdienstanweisung 2021: five classes)."""

    #: Null with until_next_regular.
    deadline_days = models.PositiveSmallIntegerField(_("Frist (Tage)"), null=True, blank=True)
    immediate = models.BooleanField(_("unverzüglich"), default=False, db_default=False)
    until_next_regular = models.BooleanField(
        _("bis zur nächsten Regelkontrolle"), default=False, db_default=False
    )

    class Meta(CatalogueEntry.Meta):
        verbose_name = _("Dringlichkeit")
        verbose_name_plural = _("Dringlichkeiten")
        constraints = [
            models.CheckConstraint(
                name="urgency_has_one_deadline",
                condition=models.Q(deadline_days__isnull=False, until_next_regular=False)
                | models.Q(deadline_days__isnull=True, until_next_regular=True),
            )
        ]


class ControlLimit(CatalogueEntry):
    """Grenze der Kontrolle: what kept the inspector from seeing all."""

    needs_follow_up = models.BooleanField(_("Nachkontrolle nötig"), default=False, db_default=False)

    class Meta(CatalogueEntry.Meta):
        verbose_name = _("Grenze der Kontrolle")
        verbose_name_plural = _("Grenzen der Kontrolle")
