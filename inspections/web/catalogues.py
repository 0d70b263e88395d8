"""Administrators' pages for the catalogues: words, help, order, attributes; codes never change."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from baumkataster.errors import Refused
from baumkataster.permissions import Door, signed_in
from baumkataster.web.doors import door
from baumkataster.web.forms import show_problems
from inspections.models import (
    CatalogueEntry,
    ControlLimit,
    InspectionKind,
    MeasureKind,
    Symptom,
    Urgency,
    Zone,
)
from inspections.services.catalogues import add_entry, change_entry
from inspections.web.replannings import APPLY, QUEUED_ONCE, give_to_worker

#: Word in the address -> model.
CATALOGUES: dict[str, type[CatalogueEntry]] = {
    "kontrollarten": InspectionKind,
    "baumbereiche": Zone,
    "schadsymptome": Symptom,
    "massnahmen": MeasureKind,
    "dringlichkeiten": Urgency,
    "grenzen": ControlLimit,
}


def form_class(model: type[CatalogueEntry]) -> type[forms.ModelForm]:
    """A form for one catalogue; measure kinds that a symptom proposes are chosen, not typed."""
    helps: dict[str, type[forms.Widget] | forms.Widget] = {
        name: forms.Textarea(attrs={"rows": 2}) for name in ("help_de", "help_en")
    }
    made: type[forms.ModelForm] = forms.modelform_factory(
        model, form=EntryForm, exclude=("code", "proposes"), widgets=helps
    )
    return made


class EntryForm(forms.ModelForm):
    """One entry; the code is asked only for a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            code = forms.CharField(
                label=gettext_lazy("Schlüssel"),
                max_length=30,
                help_text=gettext_lazy("Buchstaben, Ziffern und _. Er wird nie geändert."),
            )
            self.fields = {"code": code, **self.fields}
        elif isinstance(self.instance, Symptom):
            self.fields["zone"].disabled = True
        if isinstance(self.instance, Symptom):
            kinds = MeasureKind.objects.order_by("position")
            self.fields["proposes"] = forms.MultipleChoiceField(
                label=gettext_lazy("schlägt vor"),
                required=False,
                choices=[(kind.code, kind.name) for kind in kinds],
                initial=self.instance.proposes,
                widget=forms.CheckboxSelectMultiple,
            )

    def _post_clean(self) -> None:
        """The deed checks the row itself."""


@require_safe
@door(Door.MANAGE_CATALOGUES)
def catalogues(request: HttpRequest) -> HttpResponseBase:
    """All catalogues and how many entries they have."""
    rows = [
        {
            "slug": slug,
            "name": model._meta.verbose_name_plural,
            "count": model._default_manager.count(),
            "active": model._default_manager.filter(active=True).count(),
        }
        for slug, model in CATALOGUES.items()
    ]
    return render(request, "administration/catalogues.html", {"catalogues": rows})


@require_safe
@door(Door.MANAGE_CATALOGUES)
def catalogue(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The entries of one catalogue."""
    model = _model(slug)
    rows: Any = model._default_manager.order_by("position", "code")
    if model is Symptom:
        rows = rows.select_related("zone").order_by("zone__position", "position", "code")
    context = {"slug": slug, "title": model._meta.verbose_name_plural, "entries": rows}
    return render(request, "administration/catalogue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.MANAGE_CATALOGUES)
def entry(request: HttpRequest, slug: str, code: str = "") -> HttpResponseBase:
    """Add an entry, or change one."""
    model = _model(slug)
    row = get_object_or_404(model, pk=code) if code else model()
    form = form_class(model)(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, model, code, dict(form.cleaned_data))
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Gespeichert."))
            return redirect("catalogue_page", slug)
    context = {
        "slug": slug,
        "title": model._meta.verbose_name_plural,
        "form": form,
        "code": code,
        "name": row.name if code else "",
    }
    return render(request, "administration/entry.html", context)


def _save(
    request: HttpRequest, model: type[CatalogueEntry], code: str, values: dict[str, Any]
) -> None:
    """One call of one deed; a change that due dates depend on is given to the worker."""
    if not code:
        add_entry(by=signed_in(request.user), model=model, code=values.pop("code"), values=values)
        return
    change_entry(
        by=signed_in(request.user),
        day=timezone.localdate(),
        now=timezone.now(),
        model=model,
        code=code,
        values=values,
    )
    if model is MeasureKind:
        give_to_worker(APPLY, QUEUED_ONCE)


def _model(slug: str) -> type[CatalogueEntry]:
    """The catalogue that the address names."""
    if slug not in CATALOGUES:
        raise Http404
    return CATALOGUES[slug]
