"""Puts the sentences of a refused deed beside the fields of the form that asked for it."""

from django import forms

from baumkataster.errors import NON_FIELD, Refused


def show_problems(form: forms.BaseForm, refused: Refused) -> None:
    """Add every problem to its field; what belongs to no field of the form stands above it."""
    for field, sentences in refused.problems.items():
        known = field if field != NON_FIELD and field in form.fields else None
        for sentence in sentences:
            form.add_error(known, sentence)
