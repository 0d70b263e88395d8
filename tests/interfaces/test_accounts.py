"""Sign-in with throttling and lock-out, sessions, language, own passwords, headers, deploy check."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from baumkataster.models import ApplicationPassword, User
from baumkataster.services.people import create_application_password
from tests.factories import PASSWORD, load_reference_data, make_city, make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def city() -> None:
    cache.clear()
    make_city()


@pytest.fixture
def person() -> User:
    return make_user("planner", username="planung")


def sign_in(password: str, username: str = "planung", address: str = "10.0.0.1") -> Any:
    return Client().post(LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address)


def test_signing_in_leads_to_where_one_wanted_to_go(person: User) -> None:
    client = Client()
    asked = client.get("/verwaltung/reviere/?a=1")
    assert asked.status_code == 302 and asked["Location"].startswith(LOGIN)
    page = client.get(asked["Location"])
    assert page.status_code == 200 and "Anmelden" in page.content.decode()
    answer = client.post(LOGIN, {"username": "planung", "password": PASSWORD, "next": "/export/"})
    assert (answer.status_code, answer["Location"]) == (302, "/export/")
    assert client.get("/accounts/password/").status_code == 200
    away = Client().post(
        LOGIN, {"username": "planung", "password": PASSWORD, "next": "https://boese.example/"}
    )
    assert away["Location"] == "/"


def test_a_wrong_password_says_so_and_no_more(person: User) -> None:
    wrong, unknown = sign_in("falsch"), sign_in("falsch", username="gibtsnicht")
    assert wrong.status_code == unknown.status_code == 200

    def errors(answer: Any) -> list[str]:
        return [str(e) for e in answer.context["form"].non_field_errors()]

    assert errors(wrong) == errors(unknown) != []


def test_too_many_wrong_passwords_lock_this_address_only(person: User, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(2):
        assert sign_in("falsch").status_code == 200
    assert sign_in("falsch").status_code == 429
    locked = sign_in(PASSWORD)
    assert locked.status_code == 429 and "gesperrt" in locked.content.decode()
    assert sign_in(PASSWORD, address="10.0.0.2").status_code == 302
    assert sign_in("falsch", username="andere").status_code == 200


def test_the_lock_opens_after_its_time(person: User, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    for _ in range(2):
        sign_in("falsch")
    assert sign_in(PASSWORD).status_code == 429
    settings.AXES_COOLOFF_TIME = 0.0000001
    assert sign_in(PASSWORD).status_code == 302


def test_success_forgets_earlier_failures(person: User, settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(3):
        sign_in("falsch")
        assert sign_in("falsch").status_code == 200
        assert sign_in(PASSWORD).status_code == 302


def test_who_is_deactivated_cannot_sign_in(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert sign_in(PASSWORD).status_code == 200


def test_a_session_ends_after_its_time_and_by_signing_out(person: User, settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = 3600
    client = Client()
    answer = client.post(LOGIN, {"username": "planung", "password": PASSWORD})
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == 3600
    left = Session.objects.get().expire_date - timezone.now()
    assert 3500 < left.total_seconds() <= 3600
    assert client.get("/accounts/logout/").status_code == 405
    assert client.get("/api/v1/trees/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/api/v1/trees/").status_code == 401


def test_an_expired_session_is_over(person: User) -> None:
    client = Client()
    client.force_login(person)
    Session.objects.update(expire_date=timezone.now())
    assert client.get("/api/v1/trees/").status_code == 401


def test_writing_needs_the_token_of_the_page(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    api = client.post("/api/v1/trees/", "{}", content_type="application/json")
    assert api.status_code == 403 and "CSRF" in api.json()["detail"]
    assert client.post("/accounts/anwendungspasswoerter/", {"name": "QGIS"}).status_code == 403


def test_the_language_is_chosen_and_kept(person: User) -> None:
    load_reference_data()
    client = Client()
    client.force_login(person)
    assert '<html lang="de">' in client.get("/accounts/password/").content.decode()
    answer = client.post("/sprache/", {"language": "en", "next": "/accounts/password/"})
    assert answer["Location"] == "/accounts/password/"
    assert '<html lang="en">' in client.get("/accounts/password/").content.decode()
    zones = client.get("/api/v1/catalogues/").json()["zones"]
    assert zones[0]["name"] == zones[0]["name_en"]


def test_a_password_is_changed_and_other_devices_are_out(person: User) -> None:
    here, there = Client(), Client()
    here.force_login(person)
    there.force_login(person)
    path = "/accounts/password/"
    new = {"new_password1": "ein-neues-langes-wort", "new_password2": "ein-neues-langes-wort"}
    assert here.post(path, new | {"old_password": "falsch"}).status_code == 200
    short = {"old_password": PASSWORD, "new_password1": "kurz", "new_password2": "kurz"}
    assert "12 Zeichen" in here.post(path, short).content.decode()
    assert here.post(path, new | {"old_password": PASSWORD}).status_code == 302
    assert here.get("/api/v1/trees/").status_code == 200
    assert there.get("/api/v1/trees/").status_code == 401


def test_an_application_password_is_shown_once_and_revoked(person: User) -> None:
    client = Client()
    client.force_login(person)
    path = "/accounts/anwendungspasswoerter/"
    answer = client.post(path, {"name": "QGIS", "scopes": ["export"]})
    secret = re.search(r"<code>([a-z2-7-]+)</code>", answer.content.decode())
    assert secret and "no-store" in answer["Cache-Control"]
    assert len(secret[1].replace("-", "")) == 32
    assert secret[1] not in client.get(path).content.decode()
    row = ApplicationPassword.objects.get()
    assert row.secret_hash not in client.get(path).content.decode()
    stranger = Client()
    stranger.force_login(make_user("planner"))
    stranger.post(f"{path}{row.pk}/widerrufen/")
    row.refresh_from_db()
    assert row.revoked_at is None
    client.post(f"{path}{row.pk}/widerrufen/")
    row.refresh_from_db()
    assert row.revoked_at is not None
    assert client.post(path, {"name": ""}).status_code == 200
    assert ApplicationPassword.objects.count() == 1


def test_application_passwords_have_a_limit(person: User) -> None:
    for number in range(20):
        create_application_password(by=person, name=f"Programm {number}")
    client = Client()
    client.force_login(person)
    answer = client.post(
        "/accounts/anwendungspasswoerter/", {"name": "noch eins", "scopes": ["export"]}
    )
    assert "widerrufen Sie zuerst" in answer.content.decode()
    assert ApplicationPassword.objects.count() == 20


@pytest.mark.parametrize("path", [LOGIN, "/api/v1/trees/", "/gibtsnicht/"])
def test_every_answer_carries_the_security_headers(path: str) -> None:
    answer = Client().get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy and "unsafe-" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_pages_have_no_inline_script_style_or_handler(person: User) -> None:
    client = Client()
    client.force_login(make_user("administrator"))
    for path in (
        "/accounts/password/",
        "/accounts/anwendungspasswoerter/",
        "/verwaltung/personen/neu/",
    ):
        text = client.get(path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        for tag in re.findall(r"<script([^>]*)>", text):
            assert "src=" in tag or "nonce=" in tag or "application/json" in tag, tag


def deploy_check(**environment: str) -> subprocess.CompletedProcess[str]:
    """``manage.py check --deploy`` in a process of its own, as an installation runs it."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=os.environ
        | {"BAUM_SECRET_KEY": "x1" * 40 + "abcdefg", "BAUM_DEBUG": "0"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deploy_check_is_clean_behind_https() -> None:
    done = deploy_check(BAUM_PUBLIC_URL="https://baeume.example.org")
    assert done.returncode == 0, done.stderr
    assert "no issues (1 silenced)" in done.stdout + done.stderr


def test_the_deploy_check_would_find_what_is_missing() -> None:
    done = deploy_check(BAUM_PUBLIC_URL="http://baeume.example.org")
    assert done.returncode != 0 and "security.W" in done.stderr
