"""A person's own account: sign-in (throttled by axes), sign-out, password, application passwords."""

from datetime import date
from typing import Any
from uuid import UUID

from allauth.account.utils import perform_login
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baumkataster.errors import Refused
from baumkataster.models import READING, ApplicationPassword, Scope
from baumkataster.permissions import Door, signed_in
from baumkataster.services.people import create_application_password, revoke_application_password
from baumkataster.web.doors import door
from baumkataster.web.forms import day_field, show_problems
from baumkataster.web.oidc import ID_TOKEN, sign_out_at_provider
from baumkataster.web.sign_in_adapters import may_use_own_sign_in

PAGE = 50


class SignInForm(AuthenticationForm):
    """Name and password, for those who need not come by the provider."""

    def confirm_login_allowed(self, user: Any) -> None:
        """Besides Django's own conditions."""
        super().confirm_login_allowed(user)
        if not may_use_own_sign_in(user):
            raise ValidationError(
                _("Mit diesem Konto melden Sie sich bitte über den Anmeldedienst an.")
            )


class SignIn(views.LoginView):
    """First step of a sign-in; the second factor follows where there is one."""

    form_class = SignInForm

    def form_valid(self, form: AuthenticationForm) -> Any:
        """The password is right: on to the code, or in."""
        return perform_login(
            self.request,
            form.get_user(),
            email_verification="none",
            redirect_url=self.get_success_url(),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which ways in there are."""
        asked = self.request.method == "POST" or "notfall" in self.request.GET
        own = settings.PASSWORD_SIGN_IN or asked
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {
            "provider": settings.OIDC_NAME if settings.OIDC_URL else "",
            "own_sign_in": own,
            "emergency": bool(settings.BREAK_GLASS) and not own,
        }


class SignOut(views.LogoutView):
    """Out here, and at the provider if that was the way in."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """End the session first: the provider may not answer."""
        id_token = request.session.get(ID_TOKEN, "") if settings.OIDC_URL else ""
        answer = super().post(request, *args, **kwargs)
        return (sign_out_at_provider(request, id_token) if id_token else None) or answer


login = door(Door.PUBLIC)(SignIn.as_view())
logout = door(Door.PUBLIC)(SignOut.as_view())
password_change = door(Door.OWN_ACCOUNT)(views.PasswordChangeView.as_view())
password_change_done = door(Door.OWN_ACCOUNT)(views.PasswordChangeDoneView.as_view())


class ApplicationPasswordForm(forms.Form):
    """What the password is for, how long, and from where."""

    name = forms.CharField(
        label=gettext_lazy("Wofür"),
        max_length=80,
        help_text=gettext_lazy("Das Programm und das Gerät, zum Beispiel: QGIS am Arbeitsplatz."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Wozu"),
        choices=Scope.choices,
        initial=[str(scope) for scope in READING],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nie mehr, als Ihre Rolle darf."),
    )
    expires_on = day_field(gettext_lazy("Gilt bis"), required=False)
    networks = forms.CharField(
        label=gettext_lazy("Nur von diesen Adressen"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Zum Beispiel 10.1.2.3 oder 10.1.0.0/16; leer: von überall."),
    )

    def clean_expires_on(self) -> date | None:
        """A day that is still to come."""
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and day < timezone.localdate():
            raise ValidationError(_("Dieser Tag ist schon vorbei."))
        return day


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
        "today": timezone.localdate(),
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


@require_safe
@door(Door.MANAGE_USERS)
def all_application_passwords(request: HttpRequest) -> HttpResponseBase:
    """Everybody's passwords that still open something, newest first."""
    rows = (
        ApplicationPassword.objects.select_related("user")
        .filter(revoked_at__isnull=True)
        .order_by("-created_at")
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("seite"))
    context = {"page": page, "today": timezone.localdate()}
    return render(request, "people/all_application_passwords.html", context)


@require_POST
@door(Door.MANAGE_USERS)
def revoke_of_person(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Make anybody's password useless."""
    try:
        revoke_application_password(by=signed_in(request.user), password_id=pk, now=timezone.now())
        messages.success(request, _("Das Anwendungspasswort ist widerrufen."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("all_application_passwords")
