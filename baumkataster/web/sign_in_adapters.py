"""What allauth asks this product: who may sign in how, which words it says; named in settings_sign_in.py."""

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from baumkataster.errors import Refused
from baumkataster.models import User
from baumkataster.rules.claims import role_of
from baumkataster.services.provider_people import person_of_provider

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: What allauth wants to say after a deed; it says nothing else.
SAID = {
    "mfa/messages/totp_activated.txt": gettext_lazy("Die Code-App ist eingerichtet."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("Die Code-App ist entfernt."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("Der Passkey ist eingerichtet."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("Der Passkey ist entfernt."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy(
        "Bewahren Sie die Ersatzcodes gut auf: sie helfen, wenn Telefon oder Schlüssel fehlen."
    ),
}


def may_use_own_sign_in(user: User) -> bool:
    """Whether a person may come in without the provider: by password or passkey."""
    return settings.PASSWORD_SIGN_IN or user.username in settings.BREAK_GLASS


class Accounts(DefaultAccountAdapter):
    """Sign-in ends here, whichever way it came."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": gettext_lazy("Das Passwort stimmt nicht."),
        "too_many_login_attempts": gettext_lazy(
            "Zu viele falsche Eingaben. Bitte warten Sie fünf Minuten."
        ),
        "rate_limited": gettext_lazy("Zu viele falsche Eingaben. Bitte warten Sie fünf Minuten."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the administration or by the provider."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Keep out who is deactivated, and who has to come by the provider."""
        by_provider = bool((kwargs.get("signal_kwargs") or {}).get("sociallogin"))
        if user.is_active and (by_provider or may_use_own_sign_in(user)):
            return None
        messages.error(request, gettext("Bitte melden Sie sich über den Anmeldedienst an."))
        return HttpResponseRedirect(reverse("login"))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Django's own sign-in, always by the backend that reads our people."""
        login(request, user, backend=BACKEND)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Our sentences instead of allauth's."""
        sentence = message or SAID.get(message_template or "")
        if sentence:
            messages.add_message(request, level, str(sentence), extra_tags=extra_tags)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that web/proxies.py has put there; empty on a Unix socket without proxy."""
        return request.META.get("REMOTE_ADDR", "") or "socket"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again before a factor is changed, where there is anything to ask by."""
        return bool(get_reauthentication_flows(self.request.user))


class SecondFactors(DefaultMFAAdapter):
    """Codes and passkeys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "Das stimmt nicht oder wurde schon benutzt. Bitte noch einmal versuchen."
        )
    }

    def encrypt(self, text: str) -> str:
        """A copy of the database alone opens no account."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The other way."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        """What the code app shows."""
        return str(user.username)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Proposal for a passkey's name."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the public address, not to whatever host a request names."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        entity["name"] = "Baumkataster"
        if settings.PUBLIC_URL:
            entity["id"] = urlsplit(settings.PUBLIC_URL).hostname or entity["id"]
        return entity


def _cipher() -> Fernet:
    """Keyed by the installation's secret key, which is backed up apart from the database."""
    key = hashlib.sha256(b"second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class ProviderAccounts(DefaultSocialAccountAdapter):
    """People of the city's OIDC provider."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> Any:
        """The one provider of the settings; no table is asked."""
        if not settings.OIDC_URL:
            return []
        return super().list_apps(None, provider=provider, client_id=client_id)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Accounts are made in pre_social_login or not at all."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """From the provider's word to one of our people, or to a sentence why not."""
        claims = sociallogin.claims
        role = role_of(claims, path=settings.OIDC_ROLE_CLAIM, roles=settings.OIDC_ROLES)
        try:
            sociallogin.user = person_of_provider(
                provider=sociallogin.account.provider,
                claims=claims,
                role=role,
                link=settings.OIDC_LINK,
                create=settings.OIDC_CREATE,
            )
        except Refused as refused:
            raise ImmediateHttpResponse(provider_refusal(request, str(refused), 403)) from refused

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """Cancelled, replayed, or the provider does not answer: one page, no details."""
        sentence = gettext(
            "Die Anmeldung beim Anmeldedienst ist nicht gelungen. Bitte versuchen Sie es noch einmal."
        )
        raise ImmediateHttpResponse(provider_refusal(request, sentence, 401))


def provider_refusal(request: HttpRequest, sentence: str, status: int) -> Any:
    """The page that says why somebody does not come in by the provider."""
    return render(
        request, "registration/provider_refused.html", {"sentence": sentence}, status=status
    )
