"""Units (Reviere): seen by those who lead, changed by administrators."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from baumkataster.errors import Refused
from baumkataster.models import Role, Unit, User
from baumkataster.permissions import Door, signed_in
from baumkataster.services.people import save_unit
from baumkataster.web.doors import door
from baumkataster.web.forms import show_problems

#: Who can lead a unit or stand in.
LEADERS = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.ARBORIST)


class UnitForm(forms.ModelForm):
    """A unit and its people."""

    members = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True).exclude(role=Role.CONTRACTOR),
        required=False,
        label=gettext_lazy("Mitglieder"),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        """All columns."""

        model = Unit
        fields = ("code", "name", "supervisor", "deputy")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaders = User.objects.filter(is_active=True, role__in=LEADERS)
        for name in ("supervisor", "deputy"):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = leaders
        if not self.instance._state.adding:
            self.fields["members"].initial = self.instance.members.all()

    def _post_clean(self) -> None:
        """The deed checks the row itself."""


@require_safe
@door(Door.VIEW_UNITS)
def units(request: HttpRequest) -> HttpResponseBase:
    """All units with their people and how much they look after."""
    rows = Unit.objects.select_related("supervisor", "deputy").prefetch_related("members")
    rows = rows.annotate(place_count=Count("places", distinct=True)).order_by("code")
    return render(request, "people/units.html", {"units": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.MANAGE_UNITS)
def unit(request: HttpRequest, pk: UUID | None = None) -> HttpResponseBase:
    """Make or change a unit."""
    row = get_object_or_404(Unit, pk=pk) if pk else Unit()
    form = UnitForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        members = values.pop("members")
        try:
            save_unit(by=signed_in(request.user), unit=row, values=values, members=members)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Gespeichert."))
            return redirect("units")
    return render(request, "people/unit.html", {"form": form, "unit": None if pk is None else row})
