"""Administrators' pages for rule sets: versions are read, a new one is made from an earlier one."""

from itertools import product
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from baumkataster.errors import Refused
from baumkataster.models import Expectation, Phase, PlaceKind
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from baumkataster.web.forms import day_field, show_problems
from inspections.models import Condition, Replanning, RuleSet
from inspections.rules.intervals import (
    CONDITIONS,
    DEFAULT_INITIAL_MONTHS,
    DEFAULT_MATRIX,
    EXPECTATIONS,
    PHASES,
)
from inspections.services.rule_sets import make_rule_set, preview_rule_set
from inspections.web.replannings import give_to_worker, shown

CELLS = [".".join(parts) for parts in product(PHASES, CONDITIONS, EXPECTATIONS)]
#: The only cells that may be empty: young sound trees in care.
MAY_BE_EMPTY = {"youth.sound.lower", "youth.sound.higher"}


def cell_label(cell: str) -> str:
    """The words of one cell."""
    phase, condition, expectation = cell.split(".")
    words = (Phase(phase).label, Condition(condition).label, Expectation(expectation).label)
    return ", ".join(str(word) for word in words)


def months_field(label: Any, *, low: int, high: int, required: bool = True) -> forms.IntegerField:
    """A number of months."""
    return forms.IntegerField(label=label, min_value=low, max_value=high, required=required)


class RuleSetForm(forms.Form):
    """A new version; the cells are named m.phase.condition.expectation, deadlines i.kind."""

    title = forms.CharField(label=gettext_lazy("Bezeichnung"), max_length=160)
    basis = forms.CharField(
        label=gettext_lazy("Grundlage"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Dienstanweisung und Ausgabe, der dieses Regelwerk folgt."),
    )
    valid_from = day_field(gettext_lazy("gilt ab"))
    default_months = months_field(gettext_lazy("Intervall bei fehlender Angabe"), low=1, high=60)
    tolerance_months = months_field(gettext_lazy("Toleranz (Monate)"), low=0, high=12)
    youth_care_months = months_field(gettext_lazy("Jungbaumpflege gilt (Monate)"), low=1, high=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for cell in CELLS:
            required = cell not in MAY_BE_EMPTY
            field = months_field(cell_label(cell), low=1, high=60, required=required)
            self.fields[f"m.{cell}"] = field
        for kind in PlaceKind:
            self.fields[f"i.{kind}"] = months_field(kind.label, low=0, high=60)

    def cells(self) -> list[dict[str, Any]]:
        """Rows of the table: phase and condition, then a field for each expectation."""
        return [
            {
                "phase": Phase(phase).label,
                "condition": Condition(condition).label,
                "fields": [self[f"m.{phase}.{condition}.{e}"] for e in EXPECTATIONS],
            }
            for phase, condition in product(PHASES, CONDITIONS)
        ]

    def deadlines(self) -> list[Any]:
        """Fields of the initial survey."""
        return [self[f"i.{kind}"] for kind in PlaceKind]

    def plain(self) -> list[Any]:
        """All other fields."""
        return [field for field in self if not field.name.startswith(("m.", "i."))]

    def values(self) -> dict[str, Any]:
        """What the deed takes."""
        data = self.cleaned_data
        return {
            **{name: value for name, value in data.items() if not name.startswith(("m.", "i."))},
            "matrix": {cell: data[f"m.{cell}"] for cell in CELLS},
            "initial_months": {str(kind): data[f"i.{kind}"] for kind in PlaceKind},
        }


def starting_values(old: RuleSet | None) -> dict[str, Any]:
    """What the form starts with: the version it is made from, or the model service instruction."""
    initial: dict[str, Any] = {"valid_from": timezone.localdate()}
    for name, otherwise in (
        ("title", _("Regelkontrolle")),
        ("basis", ""),
        ("default_months", 12),
        ("tolerance_months", 3),
        ("youth_care_months", 36),
    ):
        initial[name] = getattr(old, name) if old else otherwise
    matrix = old.matrix if old else DEFAULT_MATRIX
    deadlines = old.initial_months if old else DEFAULT_INITIAL_MONTHS
    initial |= {f"m.{cell}": matrix.get(cell) for cell in CELLS}
    fallback = initial["default_months"]
    return initial | {f"i.{kind}": deadlines.get(str(kind), fallback) for kind in PlaceKind}


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
    moved: int | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if "save" in request.POST:
                made = make_rule_set(
                    by=signed_in(request.user),
                    day=day,
                    now=timezone.now(),
                    values=form.values(),
                )
                give_to_worker()
                return redirect("rule_set", made.pk)
            moved = preview_rule_set(by=signed_in(request.user), day=day, values=form.values())
        except Refused as refused:
            show_problems(form, refused)
    context = {
        "form": form,
        "old": old,
        "moved": moved,
        "expectations": [Expectation(e).label for e in EXPECTATIONS],
    }
    return render(request, "administration/rule_set_new.html", context)
