"""Administrators' pages about people: accounts, roles, units, new passwords, inspectors' identities."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baumkataster.errors import Refused
from baumkataster.models import InspectorIdentity, Role, Unit, User
from baumkataster.permissions import DOORS, Door, signed_in
from baumkataster.second_factors import has_second_factor
from baumkataster.services.people import (
    add_identity,
    change_person,
    create_person,
    reset_password,
    reset_second_factor,
)
from baumkataster.web.doors import door
from baumkataster.web.forms import day_field, show_problems

PAGE = 50
#: In the session: whom an administrator last looked for.
SEARCHED = "people_searched"


class PersonForm(forms.ModelForm):
    """Who somebody is and what they are here for."""

    units = forms.ModelMultipleChoiceField(
        Unit.objects.all(),
        required=False,
        label=gettext_lazy("Reviere"),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        """Without password: it is made by the product and handed over."""

        model = User
        fields = (
            "username",
            "first_name",
            "last_name",
            "email",
            "phone",
            "organisation",
            "role",
            "is_active",
        )
        help_texts = {
            "username": gettext_lazy("Damit meldet sich die Person an."),
            "is_active": gettext_lazy("Ohne Haken kann sich die Person nicht mehr anmelden."),
        }
        labels = {"is_active": gettext_lazy("kann sich anmelden")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        if self.instance.pk and not self.instance._state.adding:
            self.fields["units"].initial = self.instance.units.all()

    def _post_clean(self) -> None:
        """The deed checks the row itself, so that form and API say the same."""


class IdentityForm(forms.ModelForm):
    """A new version of who an inspector is."""

    valid_from = day_field(gettext_lazy("Gilt ab"))
    certificate_valid_until = day_field(gettext_lazy("Zertifikat gültig bis"), required=False)

    class Meta:
        """What an inspection will name."""

        model = InspectorIdentity
        fields = (
            "name",
            "qualification",
            "certificate_number",
            "certificate_valid_until",
            "valid_from",
        )

    def _post_clean(self) -> None:
        """The deed checks the row itself."""


@require_safe
@door(Door.MANAGE_USERS)
def start(request: HttpRequest) -> HttpResponseBase:
    """What there is to manage."""
    return render(request, "people/start.html")


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.MANAGE_USERS)
def users(request: HttpRequest) -> HttpResponseBase:
    """All people, by role and part of the name; names are posted, so that no log of addresses has them."""
    if request.method == "POST":
        request.session[SEARCHED] = request.POST.get("q", "").replace("\0", "").strip()[:80]
        role = request.POST.get("rolle", "")
        query = f"?rolle={role}" if role in Role.values else ""
        return redirect(reverse("users") + query)
    people = User.objects.prefetch_related("units").order_by("-is_active", "last_name", "username")
    role, text = request.GET.get("rolle", ""), request.session.get(SEARCHED, "")
    if role in Role.values:
        people = people.filter(role=role)
    if text:
        people = people.filter(
            Q(username__icontains=text)
            | Q(first_name__icontains=text)
            | Q(last_name__icontains=text)
            | Q(organisation__icontains=text)
        )
    context = {
        "page": Paginator(people, PAGE).get_page(request.GET.get("seite")),
        "roles": Role.choices,
        "role": role,
        "text": text,
    }
    return render(request, "people/users.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.MANAGE_USERS)
def new_user(request: HttpRequest) -> HttpResponseBase:
    """Make an account; its first password is shown in the answer and never again."""
    form = PersonForm(request.POST or None, initial={"is_active": True})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        units = values.pop("units")
        try:
            person, password = create_person(by=signed_in(request.user), values=values, units=units)
        except Refused as refused:
            show_problems(form, refused)
        else:
            context = {"person": person, "password": password, "is_new": True}
            return render(request, "people/password.html", context)
    return render(request, "people/user_new.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.MANAGE_USERS)
def user(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One person: data, what the role may do, and the versions of their qualification."""
    person = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        units = values.pop("units")
        try:
            change_person(by=signed_in(request.user), person_id=pk, values=values, units=units)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Gespeichert."))
            return redirect("user", pk)
    return _show(request, pk, form=form)


@require_POST
@door(Door.MANAGE_USERS)
def new_identity(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Add a version of the qualification; the ones before stay."""
    get_object_or_404(User, pk=pk)
    form = IdentityForm(request.POST)
    if form.is_valid():
        try:
            add_identity(by=signed_in(request.user), person_id=pk, **form.cleaned_data)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("Der Nachweis ist eingetragen."))
            return redirect("user", pk)
    return _show(request, pk, identity_form=form, status=400)


@never_cache
@require_POST
@door(Door.MANAGE_USERS)
def new_password(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Give a person a new password, shown in the answer and never again."""
    person = get_object_or_404(User, pk=pk)
    password = reset_password(by=signed_in(request.user), person_id=pk)
    context = {"person": person, "password": password, "is_new": False}
    return render(request, "people/password.html", context)


@require_POST
@door(Door.MANAGE_USERS)
def reset_factor(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Forget a person's second factor: phone and codes are lost."""
    get_object_or_404(User, pk=pk)
    reset_second_factor(by=signed_in(request.user), person_id=pk)
    messages.success(request, _("Der zweite Faktor ist zurückgesetzt."))
    return redirect("user", pk)


def _show(
    request: HttpRequest,
    pk: UUID,
    *,
    form: PersonForm | None = None,
    identity_form: IdentityForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The page of one person with its two forms."""
    person = get_object_or_404(User, pk=pk)
    today = timezone.localdate()
    initial = {"name": person.get_full_name(), "valid_from": today}
    context = {
        "person": person,
        "form": form or PersonForm(instance=person),
        "identity_form": identity_form or IdentityForm(initial=initial),
        "identities": person.identities.order_by("-valid_from", "-recorded_at"),
        "inspects": person.role in DOORS[Door.INSPECT],
        "today": today,
        "has_factor": has_second_factor(person),
    }
    return render(request, "people/user.html", context, status=status)
