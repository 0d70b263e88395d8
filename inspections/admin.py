"""Inspections, due dates and runs in Django's admin: all of it evidence or computed, so to read only."""

from django.contrib import admin

from baumkataster.admin_site import ReadOnlyAdmin, site
from inspections.models import (
    ControlFlag,
    ControlLimit,
    ControlMail,
    ControlPlan,
    ControlRun,
    Finding,
    FindingPhoto,
    InheritedControl,
    Inspection,
    InspectionKind,
    Measure,
    MeasureKind,
    RuleSet,
    Symptom,
    Urgency,
    Zone,
)


@admin.register(Inspection, site=site)
class InspectionAdmin(ReadOnlyAdmin):
    """Evidence."""

    list_display = ("inspected_at", "seen_place", "seen_number", "kind", "result", "inspected_by")
    list_filter = ("kind", "result")
    list_select_related = ("kind", "inspected_by")
    search_fields = ("seen_number", "seen_place")


@admin.register(Measure, site=site)
class MeasureAdmin(ReadOnlyAdmin):
    """Measures live by deeds."""

    list_display = ("__str__", "urgency", "state", "deadline_on", "contractor")
    list_filter = ("state", "urgency")
    list_select_related = ("kind", "urgency", "contractor", "tree__site__place")


@admin.register(ControlPlan, site=site)
class ControlPlanAdmin(ReadOnlyAdmin):
    """Computed due dates."""

    list_display = ("tree_id", "required", "due_on", "tolerance_until", "basis", "basis_on")
    list_filter = ("required", "basis", "never")


@admin.register(ControlMail, site=site)
class ControlMailAdmin(ReadOnlyAdmin):
    """The outbox."""

    list_display = ("created_at", "recipient", "subject", "sent_at", "attempts", "last_error")
    list_select_related = ("recipient",)


@admin.register(ControlRun, site=site)
class ControlRunAdmin(ReadOnlyAdmin):
    """Proof that the city looked."""

    list_display = ("day", "finished_at", "missed_days", "raised", "escalated", "resolved", "mails")


@admin.register(RuleSet, site=site)
class RuleSetAdmin(ReadOnlyAdmin):
    """Versions of the rule; new ones are made on /verwaltung/regelwerke/."""

    list_display = ("version", "title", "valid_from", "created_by")
    list_select_related = ("created_by",)


site.register([Finding, FindingPhoto, InheritedControl, ControlFlag], ReadOnlyAdmin)
site.register([InspectionKind, Zone, Symptom, MeasureKind, Urgency, ControlLimit], ReadOnlyAdmin)
