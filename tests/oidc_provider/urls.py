"""Addresses of the provider: its OIDC, its sign-in, and two by which tests prepare it."""

import json

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from oauth2_provider.models import Application

from tests.oidc_provider import CLIENT, PASSWORD, SECRET


def person(request: HttpRequest) -> HttpResponse:
    """Make or change a person."""
    values = json.loads(request.body)
    user, _ = get_user_model().objects.get_or_create(username=values["username"])
    for name in ("first_name", "last_name", "email"):
        setattr(user, name, values.get(name, getattr(user, name)))
    user.is_staff = values.get("verified", False)
    user.set_password(PASSWORD)
    user.save()
    user.groups.set(
        [Group.objects.get_or_create(name=name)[0] for name in values.get("groups", [])]
    )
    return HttpResponse()


def client(request: HttpRequest) -> HttpResponse:
    """Make the client known."""
    back = json.loads(request.body)["back"]
    Application.objects.update_or_create(
        client_id=CLIENT,
        defaults={
            "name": "Baumkataster",
            "client_secret": SECRET,
            "client_type": "confidential",
            "authorization_grant_type": "authorization-code",
            "redirect_uris": " ".join(f"{root}/accounts/oidc/zurueck/" for root in back),
            "post_logout_redirect_uris": " ".join(f"{root}/accounts/login/" for root in back),
            "algorithm": "RS256",
            "skip_authorization": True,
        },
    )
    return HttpResponse()


urlpatterns = [
    path("_person/", person),
    path("_client/", client),
    path("login/", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
