"""Sign-in by a real OIDC provider: who comes in with which role, who stays out, and what is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client

from baumkataster.models import User
from tests.factories import PASSWORD, load_reference_data, make_city, make_user
from tests.oidc_provider import CLIENT, SECRET, Provider, running_provider
from tests.oidc_provider import PASSWORD as THERE
from tests.server import free_port

pytestmark = pytest.mark.django_db
HERE = "http://testserver"
ROLES = [("Baum-Verwaltung", "administrator"), ("Baum-Kontrolle", "arborist")]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: Any) -> Iterator[Provider]:
    folder: Path = tmp_path_factory.mktemp("provider")
    with running_provider(folder, free_port()) as found:
        found.register(HERE)
        yield found


@pytest.fixture(autouse=True)
def city(settings: Any, provider: Provider) -> None:
    cache.clear()
    load_reference_data()
    make_city()
    settings.OIDC_URL, settings.OIDC_NAME = provider.issuer, "Stadtkonto"
    settings.OIDC_CLIENT_ID, settings.OIDC_ROLES = CLIENT, ROLES
    app = {
        "provider_id": settings.OIDC_PROVIDER,
        "name": "OIDC",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": provider.issuer, "scope": ["openid", "profile", "email"]},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }


def there(address: str, username: str) -> str:
    """Sign in at the provider as a browser does; the address that it sends people back to."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=20)
        token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        values = {"username": username, "password": THERE, "csrfmiddlewaretoken": token}
        values["next"] = parse_qs(urlsplit(page.url).query)["next"][0]
        answer = browser.post(page.url, values, allow_redirects=False, timeout=20)
        answer = browser.get(
            urlsplit(address)._replace(path="", query="").geturl() + answer.headers["Location"],
            allow_redirects=False,
            timeout=20,
        )
        return answer.headers["Location"]


def sign_in(username: str, client: Client | None = None, **values: str) -> tuple[Client, Any]:
    client = client or Client()
    start = client.post("/accounts/oidc/", values)
    assert start.status_code == 302, start.content.decode()
    back = there(start["Location"], username)
    assert back.startswith(f"{HERE}/accounts/oidc/zurueck/?")
    return client, client.get(back.removeprefix(HERE))


def who(client: Client) -> Any:
    return get_user(client)  # type: ignore[arg-type]


def test_who_has_a_role_comes_in_and_gets_an_account(provider: Provider) -> None:
    provider.put("kim", groups=["Baum-Kontrolle", "Kantine"], first_name="Kim", last_name="Muster")
    client, answer = sign_in("kim", next="/feld/")
    assert (answer.status_code, answer["Location"]) == (302, "/feld/")
    person = User.objects.get(username="kim")
    assert who(client) == person
    assert (person.role, str(person), person.is_staff) == ("arborist", "Kim Muster", False)
    assert not person.has_usable_password()
    account = SocialAccount.objects.get()
    assert account.extra_data == {} and account.uid
    assert client.get("/api/v1/trees/").status_code == 200
    assert Client().post("/accounts/oidc/", {"next": "https://boese.example/"}).status_code == 302


def test_the_role_follows_the_provider_at_each_sign_in(provider: Provider) -> None:
    provider.put("lou", groups=["Baum-Kontrolle"])
    sign_in("lou")
    provider.put("lou", groups=["Baum-Kontrolle", "Baum-Verwaltung"], last_name="Neu")
    sign_in("lou")
    person = User.objects.get(username="lou")
    assert (person.role, person.is_staff, person.last_name) == ("administrator", True, "Neu")
    provider.put("lou", groups=[])
    client, answer = sign_in("lou")
    assert answer.status_code == 403 and "keine Ihrer Gruppen" in answer.content.decode()
    assert not who(client).is_authenticated


def test_who_has_no_role_is_refused_and_nobody_is_made(provider: Provider) -> None:
    provider.put("fremd", groups=["Kantine"])
    before = User.objects.count()
    client, answer = sign_in("fremd")
    assert answer.status_code == 403 and User.objects.count() == before
    assert not SocialAccount.objects.exists() and not who(client).is_authenticated


def test_who_is_deactivated_stays_out(provider: Provider) -> None:
    provider.put("alt", groups=["Baum-Kontrolle"])
    sign_in("alt")
    User.objects.filter(username="alt").update(is_active=False)
    client, answer = sign_in("alt")
    assert answer.status_code == 403 and "gesperrt" in answer.content.decode()
    assert not who(client).is_authenticated


def test_an_account_that_was_here_is_taken_by_nobody_unless_set(
    provider: Provider, settings: Any
) -> None:
    old = make_user("planner", username="berta", email="berta@stadt.example")
    provider.put("berta", groups=["Baum-Kontrolle"], email="berta@stadt.example", verified=True)
    _client, answer = sign_in("berta")
    assert answer.status_code == 403 and "schon ein Konto" in answer.content.decode()
    settings.OIDC_LINK = "email"
    provider.put("berta", groups=["Baum-Kontrolle"], email="berta@stadt.example", verified=False)
    assert sign_in("berta")[1].status_code == 403
    provider.put("berta", groups=["Baum-Kontrolle"], email="Berta@stadt.example", verified=True)
    client, _answer = sign_in("berta")
    assert who(client) == old
    old.refresh_from_db()
    assert old.role == "arborist"


def test_an_account_is_linked_by_name_where_the_setting_says_so(
    provider: Provider, settings: Any
) -> None:
    old = make_user("planner", username="carla")
    settings.OIDC_LINK, settings.OIDC_CREATE = "username", False
    provider.put("carla", groups=["Baum-Kontrolle"])
    assert who(sign_in("carla")[0]) == old
    provider.put("neu", groups=["Baum-Kontrolle"])
    assert "noch kein Konto" in sign_in("neu")[1].content.decode()


def test_an_answer_for_another_browser_or_twice_is_refused(provider: Provider) -> None:
    provider.put("dora", groups=["Baum-Kontrolle"])
    client = Client()
    start = client.post("/accounts/oidc/")
    asked = parse_qs(urlsplit(start["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["state"]
    back = there(start["Location"], "dora").removeprefix(HERE)
    stranger = Client()
    assert stranger.get(back).status_code == 401 and not who(stranger).is_authenticated
    assert client.get(back).status_code == 302
    again = client.get(back)
    assert again.status_code == 401 and "nicht gelungen" in again.content.decode()


def test_a_token_made_for_another_sign_in_is_refused(provider: Provider) -> None:
    provider.put("emil", groups=["Baum-Kontrolle"])
    client = Client()
    start = client.post("/accounts/oidc/")
    back = there(start["Location"], "emil").removeprefix(HERE)
    session = client.session
    session["oidc_nonce"] = "eine-andere"
    session.save()
    assert client.get(back).status_code == 401 and not who(client).is_authenticated
    assert not User.objects.filter(username="emil").exists()


def test_cancelled_and_unreachable_are_sentences(provider: Provider, settings: Any) -> None:
    answer = Client().get("/accounts/oidc/zurueck/?error=access_denied&state=x")
    assert answer.status_code == 401 and "nicht gelungen" in answer.content.decode()
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = f"http://localhost:{free_port()}"
    answer = Client().post("/accounts/oidc/")
    assert answer.status_code == 503 and "antwortet nicht" in answer.content.decode()
    settings.OIDC_URL = ""
    assert Client().post("/accounts/oidc/").status_code == 404


def test_own_passwords_are_switched_off_but_for_emergencies(settings: Any) -> None:
    settings.PASSWORD_SIGN_IN, settings.BREAK_GLASS = False, ["notfall"]
    make_user("administrator", username="notfall")
    make_user("planner", username="planung")
    page = Client().get("/accounts/login/").content.decode()
    assert "Stadtkonto" in page and 'name="password"' not in page and "Notfallzugang" in page
    assert 'name="password"' in Client().get("/accounts/login/?notfall=1").content.decode()
    values = {"username": "planung", "password": PASSWORD}
    refused = Client().post("/accounts/login/", values)
    assert refused.status_code == 200 and "Anmeldedienst" in refused.content.decode()
    assert Client().post("/accounts/login/", values | {"username": "notfall"}).status_code == 302


def test_signing_out_signs_out_at_the_provider(provider: Provider) -> None:
    provider.put("finn", groups=["Baum-Kontrolle"])
    client, _answer = sign_in("finn")
    answer = client.post("/accounts/logout/")
    assert answer["Location"].startswith(f"{provider.issuer}/logout/?")
    assert not who(client).is_authenticated
    back = requests.get(answer["Location"], allow_redirects=False, timeout=20)
    assert back.status_code == 302 and back.headers["Location"] == f"{HERE}/accounts/login/"


def test_a_second_factor_is_asked_for_unless_the_provider_vouches(
    provider: Provider, settings: Any
) -> None:
    settings.MFA_REQUIRED_ROLES = ["arborist"]
    provider.put("gina", groups=["Baum-Kontrolle"])
    client, _answer = sign_in("gina")
    assert client.get("/karte/").status_code == 302
    assert client.get("/accounts/zweiter-faktor/app/").status_code == 200
    settings.OIDC_MFA = True
    assert client.get("/karte/").status_code == 200
