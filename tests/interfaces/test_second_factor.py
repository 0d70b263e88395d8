"""Second factor: codes of an app, recovery codes, who must have one, and what a guess is worth."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from baumkataster.models import User
from baumkataster.services.people import create_application_password
from tests.factories import PASSWORD, load_reference_data, make_city, make_user

pytestmark = pytest.mark.django_db(transaction=False)
LOGIN, OVERVIEW = "/accounts/login/", "/accounts/zweiter-faktor/"
SET_UP, CODE = "/accounts/zweiter-faktor/app/", "/accounts/zweiter-faktor/code/"


@pytest.fixture(autouse=True)
def city() -> None:
    cache.clear()
    load_reference_data()
    make_city()


@pytest.fixture
def person() -> User:
    return make_user("administrator", username="leitung")


def code_of(secret: str, step: int = 0) -> str:
    """What an app with this key shows now, or some steps of 30 s away."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def signed_in(client: Client | None = None, username: str = "leitung") -> tuple[Client, Any]:
    """A client after the first step."""
    client = client or Client()
    return client, client.post(LOGIN, {"username": username, "password": PASSWORD})


def confirmed(client: Client, path: str) -> Any:
    """A page that asks for the password once more, after that was given."""
    asked = client.get(path)
    assert asked.status_code == 302 and asked["Location"].startswith("/accounts/bestaetigen/")
    answer = client.post(asked["Location"], {"password": PASSWORD, "next": path})
    assert answer.status_code == 302
    return client.get(path)


def with_app(client: Client) -> str:
    """Set up an app as a person does; its key."""
    page = confirmed(client, SET_UP).content.decode()
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found and "data:image/svg+xml;base64," in page
    wrong = client.post(SET_UP, {"code": "000000"})
    assert wrong.status_code == 200 and not Authenticator.objects.exists()
    assert client.post(SET_UP, {"code": code_of(found[1])}).status_code == 302
    return found[1]


def test_after_an_app_is_set_up_the_password_alone_opens_nothing(person: User) -> None:
    client, first = signed_in()
    assert first["Location"] == "/"
    secret = with_app(client)
    row = Authenticator.objects.get(type="totp")
    assert secret not in str(row.data)
    other, answer = signed_in()
    assert answer["Location"] == CODE
    assert other.get("/api/v1/trees/").status_code == 401
    page = other.get(CODE)
    assert page.status_code == 200 and "Zweiter Schritt" in page.content.decode()
    assert "stimmt nicht" in other.post(CODE, {"code": "123456"}).content.decode()
    done = other.post(CODE, {"code": code_of(secret, 1)})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert other.get("/api/v1/trees/").status_code == 200


def test_a_code_is_good_once(person: User) -> None:
    client, _ = signed_in()
    secret = with_app(client)
    code = code_of(secret, 1)
    one, _ = signed_in()
    assert one.post(CODE, {"code": code}).status_code == 302
    two, _ = signed_in()
    assert two.post(CODE, {"code": code}).status_code == 200
    assert two.get("/api/v1/trees/").status_code == 401


def test_codes_cannot_be_tried_out(person: User) -> None:
    client, _ = signed_in()
    secret = with_app(client)
    for number in range(5):
        guesser, _ = signed_in()
        guesser.post(CODE, {"code": f"00000{number}"})
    last, _ = signed_in()
    right = last.post(CODE, {"code": code_of(secret, 1)})
    assert right.status_code == 200 and "Zu viele falsche" in right.content.decode()


def test_a_recovery_code_helps_once(person: User) -> None:
    client, _ = signed_in()
    with_app(client)
    page = client.get("/accounts/zweiter-faktor/ersatzcodes/").content.decode()
    codes = re.findall(r"<code>(\d{8})</code>", page)
    assert len(codes) == 10
    other, _ = signed_in()
    assert other.post(CODE, {"code": codes[0]}).status_code == 302
    again, _ = signed_in()
    assert again.post(CODE, {"code": codes[0]}).status_code == 200


def test_the_second_step_knows_where_one_wanted_to_go(person: User) -> None:
    client, _ = signed_in()
    secret = with_app(client)
    other = Client()
    other.post(LOGIN, {"username": "leitung", "password": PASSWORD, "next": "/feld/"})
    assert other.post(CODE, {"code": code_of(secret, 1)})["Location"] == "/feld/"


def test_the_lock_after_wrong_passwords_stays(person: User, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    client, _ = signed_in()
    with_app(client)
    for _number in range(2):
        answer = Client().post(LOGIN, {"username": "leitung", "password": "falsch"})
    assert answer.status_code == 429
    assert signed_in()[1].status_code == 429


def test_who_must_have_one_sets_it_up_before_anything_else(person: User, settings: Any) -> None:
    settings.MFA_REQUIRED_ROLES = ["administrator"]
    client, _ = signed_in()
    for path in ("/verwaltung/", "/karte/", "/feld/", "/accounts/anwendungspasswoerter/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, OVERVIEW), path
    api = client.get("/api/v1/trees/")
    assert api.status_code == 403 and "zweiten Faktor" in api.json()["detail"]
    assert api.json()["code"] == "second_factor_missing"
    assert client.post("/api/v1/trees/", {}).status_code == 403
    with_app(client)
    assert client.get("/verwaltung/").status_code == 200
    other = make_user("planner", username="planung")
    client, _ = signed_in(username=other.username)
    assert client.get("/karte/").status_code == 200


def test_application_passwords_need_it_too(person: User, settings: Any) -> None:
    _row, secret = create_application_password(by=person, name="QGIS")
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/trees/", headers=headers).status_code == 200
    settings.MFA_REQUIRED_ROLES = ["administrator"]
    assert Client().get("/api/v1/trees/", headers=headers).status_code == 401


def test_an_app_is_removed_only_after_asking_again(person: User) -> None:
    client, _ = signed_in()
    secret = with_app(client)
    other, _ = signed_in()
    other.post(CODE, {"code": code_of(secret, 1)})
    path = "/accounts/zweiter-faktor/app/entfernen/"
    assert other.post(path).status_code == 302
    assert Authenticator.objects.filter(type="totp").exists()
    answer = other.post(f"/accounts/bestaetigen/?next={path}", {"password": "falsch"})
    assert answer.status_code == 200 and Authenticator.objects.filter(type="totp").exists()
    other.post(f"/accounts/bestaetigen/?next={path}", {"password": PASSWORD, "next": path})
    assert not Authenticator.objects.exists()


def test_pages_of_the_second_factor_have_no_inline_script(person: User) -> None:
    client, _ = signed_in()
    with_app(client)
    for path in (OVERVIEW, "/accounts/passkeys/", "/accounts/passkeys/neu/", LOGIN):
        text = client.get(path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        for tag in re.findall(r"<script([^>]*)>", text):
            assert "src=" in tag or "nonce=" in tag or "application/json" in tag, tag


def test_the_administration_resets_a_lost_factor(person: User) -> None:
    client, _ = signed_in()
    with_app(client)
    boss = make_user("administrator")
    office = Client()
    office.force_login(boss)
    path = f"/verwaltung/personen/{person.pk}/"
    assert "Zweiten Faktor von" in office.get(path).content.decode()
    assert office.post(f"{path}zweiter-faktor/").status_code == 302
    assert not Authenticator.objects.exists()
    assert signed_in()[1]["Location"] == "/"
