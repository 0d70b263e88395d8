"""A person's own account: sign-in (throttled by axes), sign-out, password, application passwords."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import views
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from baumkataster.errors import Refused
from baumkataster.permissions import Door, signed_in
from baumkataster.services.people import create_application_password, revoke_application_password
from baumkataster.web.doors import door
from baumkataster.web.forms import show_problems

login = door(Door.PUBLIC)(views.LoginView.as_view())
logout = door(Door.PUBLIC)(views.LogoutView.as_view())
password_change = door(Door.OWN_ACCOUNT)(views.PasswordChangeView.as_view())
password_change_done = door(Door.OWN_ACCOUNT)(views.PasswordChangeDoneView.as_view())


class ApplicationPasswordForm(forms.Form):
    """What the password is for."""

    name = forms.CharField(
        label=gettext_lazy("Wofür"),
        max_length=80,
        help_text=gettext_lazy("Das Programm und das Gerät, zum Beispiel: QGIS am Arbeitsplatz."),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.APPLICATION_PASSWORDS)
def application_passwords(request: HttpRequest) -> HttpResponseBase:
    """List of one's own passwords; a new one is shown in the answer and never again."""
    form = ApplicationPasswordForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _password, secret = create_application_password(
                by=signed_in(request.user), **form.cleaned_data
            )
            form = ApplicationPasswordForm()
        except Refused as refused:
            show_problems(form, refused)
    context: dict[str, Any] = {
        "form": form,
        "secret": secret,
        "passwords": signed_in(request.user).application_passwords.order_by("-created_at"),
        "root": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "people/application_passwords.html", context)


@require_POST
@door(Door.APPLICATION_PASSWORDS)
def revoke(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Make one of one's own passwords useless."""
    try:
        revoke_application_password(by=signed_in(request.user), password_id=pk, now=timezone.now())
        messages.success(request, _("Das Anwendungspasswort ist widerrufen."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("application_passwords")
