"""Administrators' pages for rule sets: versions are read, a new one is made from an earlier one."""

from itertools import product
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from baumkataster.errors import Refused
from baumkataster.models import Expectation, Phase, PlaceKind
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from baumkataster.web.forms import show_problems
from inspections.models import Condition, Replanning, RuleSet
from inspections.rules.intervals import CONDITIONS, EXPECTATIONS, PHASES
from inspections.services.rule_previews import ask_preview
from inspections.services.rule_sets import make_rule_set
from inspections.web import replannings, rule_previews
from inspections.web.replannings import give_to_worker, shown
from inspections.web.rule_forms import RuleSetForm, starting_values


@require_safe
@door(Door.MANAGE_RULESETS)
def rule_sets(request: HttpRequest) -> HttpResponseBase:
    """All versions; one is in force."""
    context = {
        "rule_sets": RuleSet.objects.select_related("created_by", "replanning"),
        "current": RuleSet.objects.valid_on(timezone.localdate()),
    }
    return render(request, "administration/rule_sets.html", context)


@require_safe
@door(Door.MANAGE_RULESETS)
def rule_set(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One version as a table, and how far the due dates follow it."""
    row = get_object_or_404(RuleSet, pk=pk)
    replanning = Replanning.objects.select_related("rule_set").filter(pk=pk).first()
    table = [
        {
            "phase": Phase(phase).label,
            "condition": Condition(condition).label,
            "months": [row.matrix.get(f"{phase}.{condition}.{e}") for e in EXPECTATIONS],
        }
        for phase, condition in product(PHASES, CONDITIONS)
    ]
    deadlines = [
        (kind.label, row.initial_months.get(str(kind), row.default_months)) for kind in PlaceKind
    ]
    context = {
        "rule_set": row,
        "current": row == RuleSet.objects.valid_on(timezone.localdate()),
        "replanning": replanning,
        "progress": shown(replanning) if replanning else {},
        "table": table,
        "deadlines": deadlines,
        "expectations": [Expectation(e).label for e in EXPECTATIONS],
    }
    return render(request, "administration/rule_set.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.MANAGE_RULESETS)
def new_rule_set(request: HttpRequest, pk: UUID | None = None) -> HttpResponseBase:
    """Make a version: first see how many trees it moves, then put it in force."""
    day = timezone.localdate()
    old = get_object_or_404(RuleSet, pk=pk) if pk else RuleSet.objects.valid_on(day)
    form = RuleSetForm(request.POST or None, initial=starting_values(old))
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, form) if "save" in request.POST else _ask(request, form, old)
        except Refused as refused:
            show_problems(form, refused)
    context = {
        "form": form,
        "old": old,
        "expectations": [Expectation(e).label for e in EXPECTATIONS],
    }
    return render(request, "administration/rule_set_new.html", context)


def _save(request: HttpRequest, form: RuleSetForm) -> HttpResponseBase:
    made = make_rule_set(
        by=signed_in(request.user),
        day=timezone.localdate(),
        now=timezone.now(),
        values=form.values(),
    )
    give_to_worker(replannings.APPLY, replannings.QUEUED_ONCE)
    return redirect("rule_set", made.pk)


def _ask(request: HttpRequest, form: RuleSetForm, old: RuleSet | None) -> HttpResponseBase:
    """Its effect, on a page that can be kept; a small city is counted by then."""
    asked = ask_preview(
        by=signed_in(request.user),
        day=timezone.localdate(),
        now=timezone.now(),
        values=form.values(),
        made_from=old,
    )
    if asked.is_busy:
        give_to_worker(rule_previews.COUNT, rule_previews.QUEUED_ONCE)
    return redirect("rule_preview", asked.pk)
