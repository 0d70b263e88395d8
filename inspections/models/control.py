"""The due date of each tree, and what the scheduled control makes of it: flags, run records, mails."""

import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from baumkataster.models import EVIDENCE, Guard, Tree
from inspections.models.evidence import InheritedControl, Inspection
from inspections.models.measures import Measure
from inspections.models.rulesets import RuleSet
from inspections.querysets import ControlPlanQuerySet


class ControlPlan(models.Model):
    """One row per tree: the regular due date and why; lateness is computed from a day, never stored.

    Written by services.replan only (single tree and set-based give the same, tests hold it).
    """

    guard = Guard(protection="free", tracked=False)

    tree = models.OneToOneField(Tree, models.CASCADE, primary_key=True, related_name="control_plan")
    #: False: duty not the city's, or not standing; due_on is null then.
    required = models.BooleanField()
    #: "", "duty", "not_standing": why no control is needed at any day.
    not_required_reason = models.CharField(max_length=16, blank=True)
    due_on = models.DateField(null=True, db_index=True)
    #: Last day inside the tolerance.
    tolerance_until = models.DateField(null=True)
    #: Youth phase with care: no control needed up to and including this day.
    exempt_until = models.DateField(null=True)
    #: True: neither inspected by us nor inherited; due_on is the deadline of the initial survey.
    never = models.BooleanField()
    #: Months that led to due_on; null where no interval did (deadline of the initial survey …).
    interval_months = models.PositiveSmallIntegerField(null=True)
    #: Lowest interval since the basis inspection: shorter counts at once, longer at the next one.
    cap_months = models.PositiveSmallIntegerField(null=True)
    #: inspection, inherited, initial, planted, none.
    basis = models.CharField(max_length=12)
    basis_on = models.DateField(null=True)
    # The plan is joined out of the very rows that it names, and evidence is never deleted: neither a
    # constraint nor an index is needed, and they cost a third of planning a whole city.
    inspection = models.ForeignKey(
        Inspection,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    inherited = models.ForeignKey(
        InheritedControl, models.PROTECT, null=True, related_name="+", db_index=False
    )
    #: Deadline of the initial survey, an input: set by import and planting.
    initial_due_on = models.DateField(null=True)
    # --- the inputs as they were, for lists and explanations ---
    phase = models.CharField(max_length=6, blank=True)
    condition = models.CharField(max_length=7, blank=True)
    expectation = models.CharField(max_length=6, blank=True)
    care_on = models.DateField(null=True)
    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    objects = ControlPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("Kontrolltermin")
        verbose_name_plural = _("Kontrolltermine")
        indexes = [
            # The report's list, worst first: higher expectation, then the longest overdue.
            models.Index(
                models.Case(
                    models.When(expectation="lower", then=models.Value(0)),
                    default=models.Value(1),
                ).desc(),
                "due_on",
                name="plan_by_risk",
                condition=models.Q(required=True),
            ),
            # For taking an import back, which deletes what it had inherited.
            models.Index(
                fields=["inherited"],
                name="plan_of_inherited",
                condition=models.Q(inherited__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="control_plan_required_has_due_date",
                condition=models.Q(required=False, due_on__isnull=True)
                | models.Q(required=True, due_on__isnull=False, tolerance_until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tree_id}: {self.due_on}"


class ControlFlag(models.Model):
    """An open alarm for one tree's control or one measure; raised, escalated and resolved by run_controls."""

    guard = Guard(protection="no_delete", tracked=False)

    class Level(models.IntegerChoices):
        """Who must know: each level includes those before."""

        ARBORIST = 1, _("Baumkontrolle")
        SUPERVISOR = 2, _("Aufsicht")
        ADMINISTRATOR = 3, _("Verwaltung")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    tree = models.ForeignKey(Tree, models.PROTECT, related_name="flags")
    #: Null: the flag is about the regular control.
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, related_name="flags")
    level = models.PositiveSmallIntegerField(choices=Level)
    #: The day it was due.
    due_on = models.DateField()
    raised_on = models.DateField()
    #: Day on which the present level was reached.
    level_since = models.DateField()
    resolved_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("Hinweis")
        verbose_name_plural = _("Hinweise")
        ordering = ["-level", "due_on"]
        constraints = [
            models.UniqueConstraint(
                name="flag_one_open_per_tree",
                fields=["tree"],
                condition=models.Q(measure__isnull=True, resolved_on__isnull=True),
            ),
            models.UniqueConstraint(
                name="flag_one_open_per_measure",
                fields=["measure"],
                condition=models.Q(measure__isnull=False, resolved_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tree} ({self.level})"


class ControlRun(models.Model):
    """Proof that the city looked: counts per state of one day; one row a day."""

    guard = EVIDENCE

    day = models.DateField(primary_key=True)
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    #: Days since the run before that nobody ran (0 normally).
    missed_days = models.PositiveIntegerField()
    #: State -> number of trees, and "trees".
    counts = models.JSONField()
    #: Unit code -> the same counts.
    unit_counts = models.JSONField()
    overdue_measures = models.PositiveIntegerField()
    raised = models.PositiveIntegerField()
    escalated = models.PositiveIntegerField()
    resolved = models.PositiveIntegerField()
    mails = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("Kontrolllauf")
        verbose_name_plural = _("Kontrollläufe")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y}"


class ControlMail(models.Model):
    """A mail that must reach one person once: the daily digest or an immediate alarm."""

    guard = Guard(protection="no_delete", tracked=False)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID())
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    #: Day of the run, for a digest.
    day = models.DateField(null=True)
    #: The measure, for an alarm.
    measure = models.ForeignKey(Measure, models.PROTECT, null=True)
    #: A tablet's entry with such a measure that could not be taken in, for an alarm all the same.
    entry = models.ForeignKey("inspections.FieldEntry", models.PROTECT, null=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    last_error = models.CharField(max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = _("Nachricht")
        verbose_name_plural = _("Nachrichten")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                name="mail_one_digest_a_day",
                fields=["recipient", "day"],
                condition=models.Q(measure__isnull=True, entry__isnull=True),
            ),
            models.UniqueConstraint(
                name="mail_one_alarm_per_entry",
                fields=["recipient", "entry"],
                condition=models.Q(entry__isnull=False),
            ),
            models.UniqueConstraint(
                name="mail_one_alarm_per_measure",
                fields=["recipient", "measure"],
                condition=models.Q(measure__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="mail_unsent", condition=models.Q(sent_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.subject
