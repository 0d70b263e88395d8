"""Settings of the ways to sign in (password, second factor, OIDC provider); read by settings.py."""

import hashlib
import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from baumkataster import environment

# --- own passwords ---
#: Off: people sign in by OIDC only, but for the accounts of BREAK_GLASS.
PASSWORD_SIGN_IN = environment.flag("BAUM_PASSWORD_SIGN_IN", default=True)
#: Administrators' sign-in names for the day on which the provider is down.
BREAK_GLASS = environment.words("BAUM_BREAK_GLASS", "")

# --- second factor ---
#: Roles whose people set up a second factor before anything else.
MFA_REQUIRED_ROLES = environment.words("BAUM_MFA_REQUIRED_ROLES", "")
MFA_ADAPTER = "baumkataster.web.sign_in_adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Baumkataster"
#: A phone's clock may be wrong by half a minute.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "baumkataster.web.second_factor.CodeForm",
    "reauthenticate": "baumkataster.web.second_factor.ConfirmCodeForm",
    "activate_totp": "baumkataster.web.second_factor.NewCodeForm",
    "add_webauthn": "baumkataster.web.second_factor.NewPasskeyForm",
}

# --- allauth: only what is wired in web/urls.py; no sign-up, no e-mail addresses of its own ---
ACCOUNT_ADAPTER = "baumkataster.web.sign_in_adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_FORMS = {"reauthenticate": "baumkataster.web.second_factor.ConfirmPasswordForm"}
SOCIALACCOUNT_ADAPTER = "baumkataster.web.sign_in_adapters.ProviderAccounts"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10

# --- the city's OIDC provider (Keycloak, Entra ID, …) ---
#: Issuer, as it stands in the provider's own /.well-known/openid-configuration.
OIDC_URL = os.environ.get("BAUM_OIDC_URL", "").rstrip("/")
OIDC_NAME = os.environ.get("BAUM_OIDC_NAME", "") or _("Anmeldedienst der Stadt")
OIDC_CLIENT_ID = os.environ.get("BAUM_OIDC_CLIENT_ID", "")
OIDC_SECRET = environment.secret("BAUM_OIDC_SECRET")
OIDC_SCOPES = environment.words("BAUM_OIDC_SCOPES", "openid,profile,email")
#: Where the groups or roles stand in the token: a name, or a path with dots.
OIDC_ROLE_CLAIM = os.environ.get("BAUM_OIDC_ROLE_CLAIM", "groups")
#: Their word -> our role; the first that a person has counts.
OIDC_ROLES = environment.pairs("BAUM_OIDC_ROLES")
#: How an account that was here before finds its person at the first sign-in: no, email, username.
OIDC_LINK = os.environ.get("BAUM_OIDC_LINK", "no")
#: Whether people with a role but without account get one.
OIDC_CREATE = environment.flag("BAUM_OIDC_CREATE", default=True)
#: Whether the provider itself asks for a second factor, so that we need not.
OIDC_MFA = environment.flag("BAUM_OIDC_MFA")
#: Further addresses to which the provider leads on (AD FS behind Keycloak …).
OIDC_HOSTS = environment.words("BAUM_OIDC_HOSTS", "")
if OIDC_LINK not in {"no", "email", "username"}:
    raise ImproperlyConfigured(f"BAUM_OIDC_LINK={OIDC_LINK!r}: erlaubt sind no, email, username.")
#: Subjects of another issuer are other people.
OIDC_PROVIDER = "oidc-" + hashlib.sha256(OIDC_URL.encode()).hexdigest()[:16]
#: Origins that a form of ours may lead to (Chromium looks at redirects after a form, too).
OIDC_FORM_ORIGINS = (
    ["{0.scheme}://{0.netloc}".format(urlsplit(OIDC_URL)), *OIDC_HOSTS] if OIDC_URL else []
)
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": OIDC_PROVIDER,
                "name": "OIDC",
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_SECRET,
                "settings": {"server_url": OIDC_URL, "scope": OIDC_SCOPES},
            }
        ],
    }
}
