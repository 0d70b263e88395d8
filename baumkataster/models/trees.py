"""The tree: what stands (or stood) on the city's ground."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.guards import Guard
from baumkataster.models.city import District
from baumkataster.models.people import Unit
from baumkataster.models.places import Expectation, Site
from baumkataster.models.species import Species
from baumkataster.models.tree_words import (
    STANDING_STATUSES,
    Duty,
    Origin,
    Phase,
    PositionSource,
    TreeStatus,
    YearSource,
)
from baumkataster.querysets import TreeQuerySet

#: Lowest and highest plausible value, for form and database alike (domain: bounds from Berlin's set).
RANGES: dict[str, tuple[float, float]] = {
    "position_accuracy_m": (0, 9999),
    "planted_year": (1000, 2200),
    "height_m": (0.1, 80),
    "crown_diameter_m": (0.1, 60),
    "crown_base_m": (0, 80),
    "girth_cm": (1, 2000),
    "girth_height_cm": (1, 300),
}


def _between(field: str) -> list[MinValueValidator | MaxValueValidator]:
    """Validators that say a value out of range at its field."""
    low, high = RANGES[field]
    return [MinValueValidator(low), MaxValueValidator(high)]


def _within(field: str) -> models.Q:
    """Condition: ``field`` is null or low ≤ field ≤ high."""
    low, high = RANGES[field]
    return models.Q((f"{field}__isnull", True)) | models.Q(
        (f"{field}__gte", low), (f"{field}__lte", high)
    )


class Tree(models.Model):
    """One tree in its life on one site; never deleted: felled trees stay with their proof."""

    guard = Guard(versioned=True)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    site = models.ForeignKey(Site, models.PROTECT, related_name="trees", verbose_name=_("Standort"))
    species = models.ForeignKey(
        Species, models.PROTECT, null=True, blank=True, verbose_name=_("Baumart")
    )
    #: The source's or finder's own words for the species, when it is not (exactly) in the list.
    species_as_given = models.CharField(
        _("Baumart laut Quelle"), max_length=200, blank=True, db_default=""
    )
    status = models.CharField(_("Status"), max_length=12, choices=TreeStatus)
    geom = models.PointField(_("Lage"), srid=settings.SRID)
    position_accuracy_m = models.DecimalField(
        _("Lagegenauigkeit (m)"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=_between("position_accuracy_m"),
    )
    position_source = models.CharField(
        _("Lage aus"), max_length=10, choices=PositionSource, default=PositionSource.UNKNOWN
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, verbose_name=_("Ortsteil")
    )
    #: Plakette on the trunk.
    tag = models.CharField(_("Plakette"), max_length=40, blank=True, db_default="")
    planted_on = models.DateField(_("gepflanzt am"), null=True, blank=True)
    planted_year = models.PositiveSmallIntegerField(
        _("Pflanzjahr"), null=True, blank=True, validators=_between("planted_year")
    )
    planted_year_source = models.CharField(
        _("Pflanzjahr ist"), max_length=10, choices=YearSource, blank=True, db_default=""
    )
    height_m = models.DecimalField(
        _("Höhe (m)"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=_between("height_m"),
    )
    crown_diameter_m = models.DecimalField(
        _("Kronendurchmesser (m)"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=_between("crown_diameter_m"),
    )
    crown_base_m = models.DecimalField(
        _("Kronenansatz (m)"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=_between("crown_base_m"),
    )
    girth_cm = models.PositiveSmallIntegerField(
        _("Stammumfang (cm)"), null=True, blank=True, validators=_between("girth_cm")
    )
    #: Height at which girth was measured: bylaws differ (Oldenburg 100, Berlin 130); null = unknown.
    girth_height_cm = models.PositiveSmallIntegerField(
        _("Messhöhe (cm)"), null=True, blank=True, validators=_between("girth_height_cm")
    )
    #: Girth of each stem in cm, thickest first; empty for a single stem.
    stems = ArrayField(
        models.PositiveSmallIntegerField(
            validators=[MinValueValidator(1), MaxValueValidator(2000)]
        ),
        verbose_name=_("Umfang der Stämme (cm)"),
        default=list,
        db_default=[],
        blank=True,
    )
    phase = models.CharField(
        _("Entwicklungsphase"), max_length=6, choices=Phase, blank=True, db_default=""
    )
    #: Empty: as the place.
    expectation = models.CharField(
        _("Sicherheitserwartung"), max_length=6, choices=Expectation, blank=True, db_default=""
    )
    #: Null: the place's unit.
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="trees", verbose_name=_("Revier")
    )
    duty = models.CharField(
        _("Kontrollpflicht"), max_length=12, choices=Duty, default=Duty.CITY, db_default=Duty.CITY
    )
    duty_reason = models.CharField(
        _("Begründung der Kontrollpflicht"), max_length=300, blank=True, db_default=""
    )
    owner = models.CharField(_("Eigentümer"), max_length=120, blank=True, db_default="")
    #: Codes of fixtures/catalogues/protection_kinds.json.
    protection = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("Schutzstatus"),
        default=list,
        db_default=[],
        blank=True,
    )
    felled_on = models.DateField(_("gefällt am"), null=True, blank=True)
    felling_reason = models.CharField(_("Fällgrund"), max_length=300, blank=True, db_default="")
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("Ersatz für"),
    )
    remarks = models.TextField(_("Bemerkungen"), blank=True, db_default="")
    origin = models.CharField(_("Herkunft"), max_length=8, choices=Origin, default=Origin.SURVEY)
    source = models.CharField(_("Datenquelle"), max_length=80, blank=True, db_default="")
    source_keys = models.JSONField(
        _("Schlüssel der Quelle"), default=dict, db_default={}, blank=True
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = TreeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Baum")
        verbose_name_plural = _("Bäume")
        ordering = ["site__place__name", "site__number", "id"]
        indexes = [
            models.Index(fields=["source", "source_keys"], name="tree_source_key"),
            models.Index(fields=["changed_at"], name="tree_changed_at"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="tree_one_standing_per_site",
                fields=["site"],
                condition=models.Q(status__in=["planted", "standing", "unverified"]),
                violation_error_message=_("Auf diesem Standort steht schon ein Baum."),
            ),
            models.CheckConstraint(
                name="tree_status_known", condition=models.Q(status__in=TreeStatus.values)
            ),
            models.CheckConstraint(
                name="tree_felled_needs_date",
                condition=~models.Q(status="felled") | models.Q(felled_on__isnull=False),
                violation_error_message=_("Ein gefällter Baum braucht das Datum der Fällung."),
            ),
            models.CheckConstraint(
                name="tree_standing_has_no_felling_date",
                condition=models.Q(felled_on__isnull=True)
                | models.Q(status__in=["felled", "stump", "vanished"]),
            ),
            models.CheckConstraint(
                name="tree_duty_other_needs_reason",
                condition=models.Q(duty="city")
                | (models.Q(duty__in=Duty.values) & ~models.Q(duty_reason="")),
                violation_error_message=_("Ohne Kontrollpflicht der Stadt: bitte begründen."),
            ),
            models.CheckConstraint(
                name="tree_phase_known", condition=models.Q(phase__in=["", *Phase.values])
            ),
            models.CheckConstraint(
                name="tree_expectation_known",
                condition=models.Q(expectation__in=["", *Expectation.values]),
            ),
            models.CheckConstraint(
                name="tree_position_source_known",
                condition=models.Q(position_source__in=PositionSource.values),
            ),
            models.CheckConstraint(
                name="tree_year_source_known",
                condition=models.Q(planted_year_source__in=["", *YearSource.values]),
            ),
            models.CheckConstraint(
                name="tree_origin_known", condition=models.Q(origin__in=Origin.values)
            ),
            models.CheckConstraint(name="tree_height_range", condition=_within("height_m")),
            models.CheckConstraint(name="tree_crown_range", condition=_within("crown_diameter_m")),
            models.CheckConstraint(name="tree_crown_base_range", condition=_within("crown_base_m")),
            models.CheckConstraint(name="tree_girth_range", condition=_within("girth_cm")),
            models.CheckConstraint(
                name="tree_girth_height_range", condition=_within("girth_height_cm")
            ),
            models.CheckConstraint(
                name="tree_planted_year_range", condition=_within("planted_year")
            ),
            models.CheckConstraint(
                name="tree_accuracy_range", condition=_within("position_accuracy_m")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}"

    @property
    def is_standing(self) -> bool:
        """Whether somebody could walk under it today."""
        return self.status in STANDING_STATUSES

    @property
    def effective_expectation(self) -> str:
        """The tree's own safety expectation, else its place's."""
        return self.expectation or self.site.place.expectation

    @property
    def responsible_unit(self) -> Unit:
        """The tree's own unit, else its place's."""
        return self.unit or self.site.place.unit
