"""What the pages' forms share: sentences of a refused deed beside their fields, and dates."""

from typing import Any

from django import forms

from baumkataster.errors import NON_FIELD, Refused


def show_problems(form: forms.BaseForm, refused: Refused) -> None:
    """Add every problem to its field; what belongs to no field of the form stands above it."""
    for field, sentences in refused.problems.items():
        known = field if field != NON_FIELD and field in form.fields else None
        for sentence in sentences:
            form.add_error(known, sentence)


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    """A date that the browser lets people pick; its value travels as JJJJ-MM-TT."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget)
