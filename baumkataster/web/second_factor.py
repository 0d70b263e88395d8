"""Second factor: allauth's views behind our doors, forms in our words, and who must set one up."""

from collections.abc import Callable
from typing import Any

from allauth.account.forms import ReauthenticateForm as PasswordForm
from allauth.account.views import reauthenticate as reauthenticate_by_password
from allauth.mfa.base import views as base
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import views as passkeys
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from baumkataster.models import User
from baumkataster.permissions import Door
from baumkataster.second_factors import lacks_second_factor
from baumkataster.web.doors import door
from baumkataster.web.oidc import ID_TOKEN

#: Addresses that stay open to those who still have to set up their second factor.
OPEN = frozenset(
    [
        *("login", "account_login", "logout", "healthz", "set_language", "oidc_login"),
        *("oidc_callback", "account_reauthenticate", "field_worker", "field_manifest"),
    ]
)
#: What an interface says beside its sentence; the field app knows by it where to lead a person.
MISSING = "second_factor_missing"
CODE = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autofocus": True,
    "maxlength": 20,
}


class _OneCode(forms.Form):
    """Names the field as we do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = gettext_lazy("Code")
        field.help_text = gettext_lazy("Sechs Ziffern der Code-App oder einer Ihrer Ersatzcodes.")
        field.widget = forms.TextInput(attrs=CODE)


class CodeForm(_OneCode, AuthenticateForm):
    """The second step of a sign-in."""


class ConfirmCodeForm(_OneCode, ReauthenticateForm):
    """Asked again before a factor is changed."""


class NewCodeForm(_OneCode, ActivateTOTPForm):
    """Proof that the app knows the key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = gettext_lazy("Die sechs Ziffern, die die App jetzt zeigt.")


class ConfirmPasswordForm(PasswordForm):
    """The password, asked again before a factor is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = forms.CharField(
            label=gettext_lazy("Passwort"),
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )


class NewPasskeyForm(AddWebAuthnForm):
    """A name for the new passkey; each can sign in alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = gettext_lazy("Name")
        self.fields["name"].help_text = gettext_lazy(
            "Zum Beispiel: Diensthandy, Schlüssel am Bund."
        )
        self.fields.pop("passwordless", None)


def _own(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """For signed-in people, never kept by browsers."""
    return never_cache(door(Door.OWN_ACCOUNT)(view))


def _public(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """A step on the way in."""
    return never_cache(door(Door.PUBLIC)(view))


overview = _own(base.index)
authenticate = _public(base.authenticate)
passkey_sign_in = _public(passkeys.login_webauthn)
confirm_code = _own(base.reauthenticate)
confirm_password = _own(reauthenticate_by_password)
confirm_passkey = _own(passkeys.reauthenticate_webauthn)
new_code_app = _own(totp.activate_totp)
remove_code_app = _own(totp.deactivate_totp)
recovery_codes = _own(codes.view_recovery_codes)
new_recovery_codes = _own(codes.generate_recovery_codes)
passkey_list = _own(passkeys.list_webauthn)
new_passkey = _own(passkeys.add_webauthn)
remove_passkey = _own(passkeys.remove_webauthn)


class SecondFactorRequired:
    """Middleware: whose role needs a second factor sets it up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on; the decision needs the address's name and is made in process_view."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """None lets the request through."""
        if not settings.MFA_REQUIRED_ROLES or not isinstance(request.user, User):
            return None
        name = getattr(request.resolver_match, "url_name", None) or ""
        if name in OPEN or name.startswith("mfa_") or not lacks_second_factor(request.user):
            return None
        if settings.OIDC_MFA and request.session.get(ID_TOKEN):
            return None
        sentence = _("Ihre Rolle braucht einen zweiten Faktor. Bitte richten Sie ihn jetzt ein.")
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": sentence, "code": MISSING}, status=403)
        messages.warning(request, sentence)
        return redirect("mfa_index")
