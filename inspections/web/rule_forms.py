"""The form of a version of the rule: plain fields, the table of intervals, deadlines of first surveys."""

from itertools import product
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baumkataster.models import Expectation, Phase, PlaceKind
from baumkataster.web.forms import day_field
from inspections.models import Condition, RuleSet
from inspections.rules.intervals import (
    CONDITIONS,
    DEFAULT_INITIAL_MONTHS,
    DEFAULT_MATRIX,
    EXPECTATIONS,
    PHASES,
)

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
