"""/touren/: the office plans which trees somebody looks at on a day; the tablet takes them along."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baumkataster.errors import Refused
from baumkataster.models import District, Place, Role, Tree, Unit, User
from baumkataster.permissions import DOORS, Door, signed_in
from baumkataster.querysets import TreeQuerySet
from baumkataster.web.doors import door
from baumkataster.web.forms import day_field, show_problems
from inspections.filters import TreeFilter, apply
from inspections.rules.routes import MAX_STOPS
from inspections.services.tours import close_tour, plan_tour, rename_tour, tours_of
from inspections.sql_state import state_expression

#: Trees that a tour may hold.
STATUSES = ("planned", "planted", "standing", "unverified")
#: So many places are named in the preview.
NAMED = 8


class ChoiceForm(forms.Form):
    """Which trees; an empty field asks for nothing."""

    district = forms.ModelChoiceField(
        District.objects.all(),
        required=False,
        label=gettext_lazy("Ortsteil"),
        empty_label=gettext_lazy("alle"),
    )
    unit = forms.ModelChoiceField(
        Unit.objects.all(),
        required=False,
        label=gettext_lazy("Revier"),
        empty_label=gettext_lazy("alle"),
    )
    place = forms.CharField(
        required=False,
        max_length=160,
        label=gettext_lazy("Objekt"),
        widget=forms.TextInput(attrs={"list": "places", "autocomplete": "off"}),
    )
    due_until = day_field(gettext_lazy("fällig bis"), required=False)

    def clean_place(self) -> list[Place]:
        """Places of that name; several kinds of places may share one."""
        name = self.cleaned_data["place"].strip()
        found = list(Place.objects.filter(name__iexact=name)) if name else []
        if name and not found:
            raise forms.ValidationError(_("Ein Objekt mit diesem Namen gibt es nicht."))
        return found

    def trees(self) -> TreeQuerySet:
        """The trees of the choice as they are today."""
        values = self.cleaned_data
        asked = TreeFilter(
            districts=(values["district"].pk,) if values["district"] else (),
            units=(values["unit"].pk,) if values["unit"] else (),
            places=tuple(place.pk for place in values["place"]),
            statuses=STATUSES,
            due_until=values["due_until"],
        )
        trees: TreeQuerySet = Tree.objects.all()
        return apply(trees, asked, day=timezone.localdate())


class TourForm(forms.Form):
    """What a tour is called, when it is walked and by whom."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    planned_on = day_field(gettext_lazy("Tag"), required=False)
    assignee = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("zuständig"),
        empty_label=gettext_lazy("niemand Bestimmtes"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assignee"]
        field.queryset = User.objects.filter(is_active=True, role__in=DOORS[Door.FIELD])


@require_safe
@door(Door.PLAN_TOURS)
def tours(request: HttpRequest) -> HttpResponseBase:
    """Open tours, the own ones first."""
    person = signed_in(request.user)
    leads = person.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
    return render(request, "field/tours.html", {"tours": tours_of(person), "leads": leads})


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.PLAN_TOURS)
def new_tour(request: HttpRequest) -> HttpResponseBase:
    """First the choice with its number of trees (its fields stand in the address), then the tour."""
    choice = ChoiceForm(request.GET or None)
    form = TourForm(request.POST or None)
    trees = choice.trees() if choice.is_bound and choice.is_valid() else None
    if request.method == "POST" and trees is not None and form.is_valid():
        keys = trees.order_by().values_list("pk", flat=True)[: MAX_STOPS + 1]
        try:
            tour = plan_tour(by=signed_in(request.user), tree_ids=list(keys), **form.cleaned_data)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Die Tour „%(name)s“ ist angelegt.") % {"name": tour.name})
            return redirect("tours")
    context = {
        "choice": choice,
        "form": form,
        "preview": _preview(trees),
        "places": Place.objects.filter(active=True).values_list("name", flat=True).distinct(),
    }
    return render(request, "field/tour_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.PLAN_TOURS)
def tour(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One tour: its trees in the order of the walk, its name, day and person."""
    row = _theirs(request, pk)
    initial = {"name": row.name, "planned_on": row.planned_on, "assignee": row.assignee}
    form = TourForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            rename_tour(by=signed_in(request.user), tour_id=pk, **form.cleaned_data)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Gespeichert."))
            return redirect("tour", pk)
    trees = Tree.objects.filter(tour_stops__tour=row).with_place()
    day = timezone.localdate()
    stops = trees.annotate(state=state_expression(day)).order_by("tour_stops__position")
    return render(request, "field/tour.html", {"tour": row, "form": form, "stops": stops})


@require_POST
@door(Door.PLAN_TOURS)
def close(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Take a tour off the lists."""
    row = _theirs(request, pk)
    close_tour(by=signed_in(request.user), tour_id=pk, at=timezone.now())
    messages.success(request, _("Die Tour „%(name)s“ ist abgeschlossen.") % {"name": row.name})
    return redirect("tours")


def _theirs(request: HttpRequest, pk: UUID) -> Any:
    """An open tour that concerns the visitor."""
    return get_object_or_404(tours_of(signed_in(request.user)), pk=pk)


def _preview(trees: TreeQuerySet | None) -> dict[str, Any] | None:
    """How many trees a choice has, and where most of them stand."""
    if trees is None:
        return None
    by_place = trees.order_by().values("site__place__name").annotate(trees=Count("pk"))
    rows = list(by_place.order_by("-trees", "site__place__name"))
    count = sum(row["trees"] for row in rows)
    return {
        "count": count,
        "most": MAX_STOPS,
        "too_many": count > MAX_STOPS,
        "fits": 0 < count <= MAX_STOPS,
        "places": [{"name": r["site__place__name"], "trees": r["trees"]} for r in rows[:NAMED]],
        "more": max(0, len(rows) - NAMED),
    }
