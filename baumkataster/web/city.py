"""Settings of the city: name, contact, service instruction, public doors, base maps."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from baumkataster.errors import Refused
from baumkataster.models import BaseMap, CitySettings
from baumkataster.permissions import Door, signed_in
from baumkataster.services.city import delete_base_map, save_base_map, save_city
from baumkataster.web.doors import door
from baumkataster.web.forms import show_problems


class CityForm(forms.ModelForm):
    """What the city says of itself and opens to everybody."""

    class Meta:
        """Without outline and demo: these come with the data."""

        model = CitySettings
        fields = (
            "name",
            "municipality_key",
            "contact",
            "service_instruction",
            "public_geojson",
            "public_csv",
            "public_wfs",
            "field_pin_minutes",
            "field_measures_work",
        )
        widgets = {"contact": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "contact": gettext_lazy("Steht am Fuß jeder Seite."),
            "service_instruction": gettext_lazy(
                "Name und Ausgabe der Dienstanweisung, nach der kontrolliert wird. "
                "Sie steht auf den Berichten."
            ),
            "public_geojson": gettext_lazy(
                "Nur stehende Bäume der Stadt, nur öffentliche Angaben."
            ),
            "field_pin_minutes": gettext_lazy(
                "Nach so vielen Minuten ohne Berührung fragt das Tablet nach der PIN. 0: nie."
            ),
            "field_measures_work": gettext_lazy(
                "Je Eintrag die Sekunden und die Entfernung zum Baum. Das ist eine technische "
                "Überwachung von Beschäftigten: nur mit Zustimmung des Personalrats oder "
                "Betriebsrats einschalten."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field_pin_minutes"].required = False

    def clean_field_pin_minutes(self) -> int:
        """An empty field is a tablet that never asks."""
        return self.cleaned_data["field_pin_minutes"] or 0

    def _post_clean(self) -> None:
        """The deed checks the row itself."""


class BaseMapForm(forms.ModelForm):
    """A background map."""

    class Meta:
        """All columns."""

        model = BaseMap
        fields = (
            "name",
            "kind",
            "url",
            "layers",
            "attribution",
            "max_zoom",
            "position",
            "offline_allowed",
            "active",
        )
        help_texts = {
            "url": gettext_lazy("Mit {z}, {x}, {y} bei Kacheln; ohne Abfrageteil bei WMS."),
            "offline_allowed": gettext_lazy(
                "Ob die Bedingungen der Quelle das Speichern erlauben."
            ),
        }

    def _post_clean(self) -> None:
        """The deed checks the row itself."""


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.MANAGE_CITY)
def city(request: HttpRequest) -> HttpResponseBase:
    """The settings and the list of base maps."""
    row = get_object_or_404(CitySettings, pk=1)
    form = CityForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            save_city(by=signed_in(request.user), values=form.cleaned_data)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Gespeichert."))
            return redirect("city_settings")
    context = {"form": form, "base_maps": BaseMap.objects.order_by("position", "name")}
    return render(request, "people/city.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.MANAGE_CITY)
def base_map(request: HttpRequest, pk: UUID | None = None) -> HttpResponseBase:
    """Make or change a base map."""
    row = get_object_or_404(BaseMap, pk=pk) if pk else BaseMap()
    form = BaseMapForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            save_base_map(by=signed_in(request.user), base_map=row, values=form.cleaned_data)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Gespeichert."))
            return redirect("city_settings")
    context = {
        "form": form,
        "base_map": row if pk else None,
        "hosts": settings.BASE_MAP_HOSTS,
    }
    return render(request, "people/base_map.html", context)


@require_POST
@door(Door.MANAGE_CITY)
def remove_base_map(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Take a base map away."""
    try:
        delete_base_map(by=signed_in(request.user), base_map_id=pk)
        messages.success(request, _("Die Hintergrundkarte ist entfernt."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("city_settings")
