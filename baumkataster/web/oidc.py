"""Sign-in and sign-out by the city's OIDC provider: authorization code with PKCE, state and nonce."""

import hmac
import logging
import secrets
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from baumkataster.permissions import Door
from baumkataster.web.doors import door
from baumkataster.web.sign_in_adapters import provider_refusal

logger = logging.getLogger(__name__)
#: In the session: what the provider has to repeat, and by what we sign out there.
NONCE, ID_TOKEN = "oidc_nonce", "oidc_id_token"


class Provider(OpenIDConnectOAuth2Adapter):
    """allauth's client with what it does not check: nonce, issuer, one subject in both answers."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Where the provider sends people back to, as it is registered there."""
        path = reverse("oidc_callback")
        return (
            settings.PUBLIC_URL + path if settings.PUBLIC_URL else request.build_absolute_uri(path)
        )

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """The person by the provider's word.

        Raises:
            OAuth2Error: an answer that is not meant for this browser or comes from somebody else.
        """
        found = super().complete_login(request, app, token, **kwargs)
        said = found.account.extra_data
        id_token, userinfo = said.get("id_token") or {}, said.get("userinfo") or {}
        nonce = request.session.pop(NONCE, "")
        if not nonce or not hmac.compare_digest(nonce, str(id_token.get("nonce", ""))):
            raise OAuth2Error("nonce")
        if str(self.openid_config["issuer"]).rstrip("/") != settings.OIDC_URL:
            raise OAuth2Error("issuer")
        if not id_token.get("sub") or userinfo.get("sub", id_token["sub"]) != id_token["sub"]:
            raise OAuth2Error("subject")
        found.claims = userinfo | id_token
        found.account.uid = str(id_token["sub"])
        # Nothing of it is kept but the subject.
        found.account.extra_data = {}
        self.raw_id_token = kwargs["response"]["id_token"]
        return found


@never_cache
@require_POST
@door(Door.PUBLIC)
def start(request: HttpRequest) -> HttpResponseBase:
    """Lead to the provider."""
    if not settings.OIDC_URL:
        raise Http404
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    nonce = request.session[NONCE] = secrets.token_urlsafe(24)
    provider = get_adapter().get_provider(request, settings.OIDC_PROVIDER)
    provider.oauth2_adapter_class = Provider
    try:
        answer: HttpResponseBase = provider.redirect(
            request, "login", next_url=wanted if safe else None, auth_params={"nonce": nonce}
        )
    except (RequestException, ValueError, KeyError):
        logger.exception("OIDC provider unreachable.")
        return provider_refusal(
            request, _("Der Anmeldedienst antwortet nicht. Bitte versuchen Sie es später."), 503
        )
    return answer


@never_cache
@require_safe
@door(Door.PUBLIC)
def callback(request: HttpRequest) -> HttpResponseBase:
    """The provider sends people back here."""
    if not settings.OIDC_URL:
        raise Http404
    adapter = Provider(request, settings.OIDC_PROVIDER)
    answer: HttpResponseBase = OAuth2CallbackView.adapter_view(adapter)(request)
    if answer.status_code == 302:
        request.session[ID_TOKEN] = getattr(adapter, "raw_id_token", "")
    return answer


def sign_out_at_provider(request: HttpRequest, id_token: str) -> HttpResponseBase | None:
    """Lead to the provider's own sign-out, which sends people back; None: it has none."""
    try:
        config = Provider(request, settings.OIDC_PROVIDER).openid_config
    except (RequestException, ValueError):
        return None
    address = config.get("end_session_endpoint")
    if not address:
        return None
    back = (settings.PUBLIC_URL or request.build_absolute_uri("/")).rstrip("/") + reverse("login")
    query = {
        "id_token_hint": id_token,
        "post_logout_redirect_uri": back,
        "client_id": settings.OIDC_CLIENT_ID,
    }
    return redirect(f"{address}?{urlencode(query)}")
