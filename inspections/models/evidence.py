"""Inspections, findings and inherited controls: proof in court, added and never changed (§ 823 BGB)."""

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.models import EVIDENCE, Expectation, Guard, InspectorIdentity, Phase, Photo, Tree
from inspections.models.catalogues import InspectionKind, Symptom, Zone
from inspections.models.rulesets import RuleSet


class LeafState(models.TextChoices):
    """Belaubungszustand: three regular controls running alternate leafy and bare."""

    LEAFY = "leafy", _("belaubt")
    BARE = "bare", _("unbelaubt")
    FLUSHING = "flushing", _("Laubaustrieb")
    AUTUMN = "autumn", _("Herbstfärbung")
    EVERGREEN = "evergreen", _("immergrün")


class Vitality(models.TextChoices):
    """Roloff: 0–3, S = larger cut in the last 5 years, K = topped, no rating possible."""

    V0 = "0", _("0 – Exploration")
    V1 = "1", _("1 – Degeneration")
    V2 = "2", _("2 – Stagnation")
    V3 = "3", _("3 – Resignation")
    S = "S", _("S – stärkerer Schnitt, keine Einstufung")
    K = "K", _("K – gekappt, keine Einstufung")


class Condition(models.TextChoices):
    """Zustand in exactly two classes (Musterdienstanweisung 2021, table 1)."""

    SOUND = "sound", _("gesund oder leicht geschädigt")
    DAMAGED = "damaged", _("stärker geschädigt")


class Result(models.TextChoices):
    """Whether the tree is safe for traffic."""

    SAFE = "safe", _("verkehrssicher")
    LIMITED = "limited", _("eingeschränkt verkehrssicher")
    UNSAFE = "unsafe", _("nicht verkehrssicher")


class Inspection(models.Model):
    """One control of one tree, with all that a court asks; a correction names the record it corrects."""

    guard = EVIDENCE

    #: Made by the device, so that sending twice changes nothing.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    tree = models.ForeignKey(Tree, models.PROTECT, related_name="inspections")
    kind = models.ForeignKey(InspectionKind, models.PROTECT, verbose_name=_("Kontrollart"))
    #: Expressly also a regular inspection (an additional one done as completely).
    also_regular = models.BooleanField(_("gilt auch als Regelkontrolle"), default=False)
    #: Whether it sets the regular date, fixed at record time: kind.counts_as_regular or also_regular.
    sets_regular_date = models.BooleanField()
    inspected_at = models.DateTimeField(_("kontrolliert am"))
    #: inspected_at as a day in Europe/Berlin.
    inspected_on = models.DateField()
    received_at = models.DateTimeField(_("eingegangen am"), db_default=Now())
    inspected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="inspections"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="recorded_inspections"
    )
    inspector = models.ForeignKey(InspectorIdentity, models.PROTECT)
    #: Name and kind of the device or program that made the record.
    device = models.CharField(_("Gerät"), max_length=160)
    leaf_state = models.CharField(_("Belaubung"), max_length=9, choices=LeafState)
    weather = models.CharField(_("Wetter"), max_length=80, blank=True, db_default="")
    #: Codes of ControlLimit.
    limits = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("Grenzen der Kontrolle"),
        default=list,
        blank=True,
    )
    limits_note = models.CharField(_("Erläuterung"), max_length=300, blank=True, db_default="")
    vitality = models.CharField(_("Vitalität"), max_length=1, choices=Vitality, blank=True)
    condition = models.CharField(_("Zustand"), max_length=7, choices=Condition)
    phase = models.CharField(_("Entwicklungsphase"), max_length=6, choices=Phase)
    result = models.CharField(_("Ergebnis"), max_length=7, choices=Result)
    note = models.TextField(_("Bemerkung"), blank=True, db_default="")
    # --- the tree as seen ---
    seen_number = models.CharField(max_length=40)
    seen_place = models.CharField(max_length=160)
    seen_position = models.PointField(srid=settings.SRID)
    seen_species = models.CharField(max_length=200)
    seen_girth_cm = models.PositiveSmallIntegerField(null=True)
    seen_girth_height_cm = models.PositiveSmallIntegerField(null=True)
    seen_height_m = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    seen_expectation = models.CharField(max_length=6, choices=Expectation)
    # --- the rule ---
    rule_set = models.ForeignKey(RuleSet, models.PROTECT)
    #: Null: the rule asks for no separate control (youth phase in care).
    proposed_months = models.PositiveSmallIntegerField(_("vorgeschlagenes Intervall"), null=True)
    set_months = models.PositiveSmallIntegerField(_("festgelegtes Intervall"), null=True)
    interval_reason = models.CharField(_("Begründung"), max_length=300, blank=True, db_default="")
    #: What was done on the spot (road closed …); asked for with every measure "at once" in the field.
    immediate_action = models.CharField(
        _("Sofortmaßnahme"), max_length=300, blank=True, default="", db_default=""
    )
    #: "Ohne neuen Befund": everything was taken over from the inspection before.
    carried_over = models.BooleanField(_("ohne neuen Befund"), default=False, db_default=False)
    #: The regular due date that this record led to when it was received; null: sets none.
    next_due_on = models.DateField(_("nächste Regelkontrolle"), null=True)
    # --- correction ---
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    correction_reason = models.CharField(max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = _("Kontrolle")
        verbose_name_plural = _("Kontrollen")
        ordering = ["-inspected_at", "-received_at"]
        indexes = [
            # Answers "which inspection was the newest on that day" without a look at the rows.
            models.Index(
                fields=["tree", "-inspected_on", "-received_at", "-id"],
                include=["sets_regular_date", "condition", "proposed_months", "set_months"],
                name="inspection_newest_of_tree",
            ),
            models.Index(fields=["inspected_on"], name="inspection_day"),
        ]
        constraints = [
            models.CheckConstraint(
                name="inspection_interval_change_needs_reason",
                condition=models.Q(set_months=models.F("proposed_months"))
                | models.Q(set_months__isnull=True, proposed_months__isnull=True)
                | ~models.Q(interval_reason=""),
            ),
            models.CheckConstraint(
                name="inspection_interval_range",
                condition=models.Q(set_months__isnull=True)
                | models.Q(set_months__gte=1, set_months__lte=60),
            ),
            models.CheckConstraint(
                name="inspection_correction_needs_reason",
                condition=models.Q(corrects__isnull=True) | ~models.Q(correction_reason=""),
            ),
            models.CheckConstraint(
                name="inspection_not_before_trees_were_recorded",
                condition=models.Q(inspected_on__gte="1970-01-01"),
            ),
            models.CheckConstraint(
                name="inspection_words_known",
                condition=models.Q(
                    condition__in=Condition.values,
                    phase__in=Phase.values,
                    result__in=Result.values,
                    leaf_state__in=LeafState.values,
                    vitality__in=["", *Vitality.values],
                    seen_expectation__in=Expectation.values,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seen_place} {self.seen_number} {self.inspected_on:%d.%m.%Y}"


class Finding(models.Model):
    """One symptom that an inspection states, newly seen or carried over from the one before."""

    guard = EVIDENCE

    class Observation(models.TextChoices):
        """Whether the eye saw it this time or the record was taken along."""

        SEEN = "seen", _("gesehen")
        CARRIED_OVER = "carried_over", _("übernommen")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    zone = models.ForeignKey(Zone, models.PROTECT)
    symptom = models.ForeignKey(Symptom, models.PROTECT)
    #: 1 gering, 2 mittel, 3 hoch.
    severity = models.PositiveSmallIntegerField(_("Ausmaß"))
    note = models.CharField(_("Bemerkung"), max_length=300, blank=True, db_default="")
    observation = models.CharField(max_length=12, choices=Observation)
    #: The finding of an earlier inspection that this one carries on.
    continues = models.ForeignKey("self", models.PROTECT, null=True, related_name="continued_by")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("Befund")
        verbose_name_plural = _("Befunde")
        ordering = ["inspection", "position"]
        constraints = [
            models.CheckConstraint(
                name="finding_severity_range",
                condition=models.Q(severity__gte=1, severity__lte=3),
            ),
            models.CheckConstraint(
                name="finding_observation_known",
                condition=models.Q(observation__in=["seen", "carried_over"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symptom} ({self.severity})"


class FindingEnd(models.Model):
    """An inspection states that a finding of an earlier one is no longer there."""

    guard = EVIDENCE

    class How(models.TextChoices):
        """What became of it."""

        GONE = "gone", _("nicht mehr vorhanden")
        REPAIRED = "repaired", _("behoben")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="endings")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="ended_by")
    how = models.CharField(max_length=8, choices=How)

    class Meta:
        verbose_name = _("Ende eines Befunds")
        verbose_name_plural = _("Enden von Befunden")
        constraints = [
            models.UniqueConstraint(name="finding_end_once", fields=["inspection", "finding"]),
            models.CheckConstraint(
                name="finding_end_known", condition=models.Q(how__in=["gone", "repaired"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding} – {self.how}"


class FindingPhoto(models.Model):
    """Binds a photo to the finding that it shows."""

    guard = EVIDENCE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="photo_links")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="finding_links")

    class Meta:
        verbose_name = _("Foto eines Befunds")
        verbose_name_plural = _("Fotos von Befunden")
        constraints = [
            models.UniqueConstraint(name="finding_photo_once", fields=["finding", "photo"])
        ]

    def __str__(self) -> str:
        return f"{self.finding} – {self.photo}"


class InheritedControl(models.Model):
    """Last and next control as an earlier system knew them; kept with its source, never our inspection."""

    #: Tracked, so that undoing an import can prove which ones it brought.
    guard = Guard(protection="append_only")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    tree = models.ForeignKey(Tree, models.PROTECT, related_name="inherited_controls")
    source = models.CharField(_("Quelle"), max_length=160)
    last_on = models.DateField(_("letzte Kontrolle"), null=True)
    next_on = models.DateField(_("nächste Kontrolle"), null=True)
    #: The source's own words (inspector, result …).
    details = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("übernommene Kontrolle")
        verbose_name_plural = _("übernommene Kontrollen")
        ordering = ["-recorded_at"]
        indexes = [models.Index(fields=["tree", "-recorded_at"])]
        constraints = [
            models.CheckConstraint(
                name="inherited_control_has_a_day",
                condition=models.Q(last_on__isnull=False) | models.Q(next_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tree} ({self.source})"
