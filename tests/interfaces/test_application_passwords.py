"""Application passwords: what each purpose opens for each role, until when, from where."""

import base64
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from baumkataster.models import ApplicationPassword, Role, Scope, User
from baumkataster.permissions import DOORS, SCOPE_DOORS, Door, may, narrow
from baumkataster.services.people import create_application_password
from tests.factories import load_reference_data, make_city, make_user

pytestmark = pytest.mark.django_db
#: Addresses, one per door that programs use.
DOOR_OF = {
    ("GET", "/api/v1/trees/"): Door.VIEW_TREE,
    ("GET", "/api/v1/inspections/"): Door.VIEW_INSPECTIONS,
    ("GET", "/export/trees.geojson"): Door.EXPORT,
    ("GET", "/export/trees.gpkg"): Door.EXPORT,
    ("GET", "/tiles/trees/15/17131/10688.mvt"): Door.VIEW_MAP,
    ("GET", "/grundkarte/15/17131/10688.mvt"): Door.VIEW_MAP,
    ("GET", "/wfs?SERVICE=WFS&REQUEST=GetCapabilities"): Door.EXPORT,
    ("POST", "/api/v1/inspections/proposal/"): Door.INSPECT,
    ("POST", "/api/v1/trees/"): Door.PLANT,
}


@pytest.fixture(autouse=True)
def city() -> None:
    cache.clear()
    load_reference_data()
    make_city()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def ask(method: str, path: str, secret: str, **more: str) -> int:
    kind = {"content_type": "application/json", "data": "{}"} if method == "POST" else {}
    send = getattr(Client(), method.lower())
    return send(path, headers=bearer(secret), **kind, **more).status_code


@pytest.mark.parametrize("role", [Role.ARBORIST, Role.PLANNER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("scope", list(Scope))
def test_a_purpose_opens_its_doors_and_no_more_than_the_role(role: Role, scope: Scope) -> None:
    person = make_user(role)
    _row, secret = create_application_password(by=person, name="x", scopes=[scope])
    for (method, path), door in DOOR_OF.items():
        status = ask(method, path, secret)
        opens = role in DOORS[door] and door in SCOPE_DOORS[scope]
        if method == "POST" and scope != Scope.RECORD:
            opens = False
        assert (status not in {401, 403}) == opens, (role, scope, path, status)


def test_doors_of_every_role_and_purpose() -> None:
    for role in Role:
        for scope in Scope:
            person = User(username="x", role=role)
            narrow(person, [scope])
            assert {d for d in Door if may(person, d)} == {
                d for d in SCOPE_DOORS[scope] if role in DOORS[d] or d is Door.PUBLIC
            } | {Door.PUBLIC}
    assert not SCOPE_DOORS[Scope.RECORD] & {Door.MANAGE_USERS, Door.FELL, Door.IMPORT_DATA}


def test_who_loses_the_role_loses_the_doors() -> None:
    person = make_user("planner")
    _row, secret = create_application_password(by=person, name="x")
    assert ask("GET", "/export/trees.csv", secret) == 200
    User.objects.update(role="arborist")
    assert ask("GET", "/export/trees.csv", secret) == 403
    User.objects.update(role="contractor")
    assert ask("GET", "/api/v1/trees/", secret) == 401
    User.objects.update(role="planner", is_active=False)
    assert ask("GET", "/export/trees.csv", secret) == 401


def test_it_ends_with_its_day_and_holds_only_from_its_addresses() -> None:
    person, today = make_user("planner"), timezone.localdate()
    row, secret = create_application_password(
        by=person, name="x", expires_on=today, networks="10.1.0.0/16, 2001:db8::1"
    )
    path = "/api/v1/trees/"
    assert ask("GET", path, secret, REMOTE_ADDR="10.1.2.3") == 200
    assert ask("GET", path, secret, REMOTE_ADDR="2001:db8::1") == 200
    assert ask("GET", path, secret, REMOTE_ADDR="10.2.2.3") == 401
    ApplicationPassword.objects.filter(pk=row.pk).update(expires_on=today - timedelta(days=1))
    assert ask("GET", path, secret, REMOTE_ADDR="10.1.2.3") == 401


def test_bearer_and_basic_open_the_same() -> None:
    person = make_user("planner")
    _row, secret = create_application_password(by=person, name="x")
    token = base64.b64encode(f"{person.username}:{secret}".encode()).decode()
    basic = Client().get("/api/v1/trees/", headers={"Authorization": f"Basic {token}"})
    assert basic.status_code == 200 and ask("GET", "/api/v1/trees/", secret) == 200
    for wrong in ("", "x", secret[:-1]):
        assert ask("GET", "/api/v1/trees/", wrong) == 401


def test_the_page_makes_what_was_ticked() -> None:
    person = make_user("planner")
    client = Client()
    client.force_login(person)
    path = "/accounts/anwendungspasswoerter/"
    late = {"name": "QGIS", "scopes": ["export"], "expires_on": "2020-01-01"}
    assert "schon vorbei" in client.post(path, late).content.decode()
    wrong = {"name": "QGIS", "scopes": ["export"], "networks": "haus"}
    assert "Adressen oder Netze" in client.post(path, wrong).content.decode()
    assert client.post(path, {"name": "QGIS"}).status_code == 200
    assert not ApplicationPassword.objects.exists()
    good = {"name": "QGIS", "scopes": ["export", "map"], "networks": "10.0.0.5"}
    text = client.post(path, good).content.decode()
    row = ApplicationPassword.objects.get()
    assert (row.scopes, row.networks) == (["export", "map"], "10.0.0.5/32")
    assert "Dateien und WFS ausgeben" in text and "nur von 10.0.0.5/32" in text


def test_administrators_see_all_and_revoke() -> None:
    person = make_user("planner", last_name="Birnbaum")
    row, secret = create_application_password(by=person, name="QGIS Planung")
    office = Client()
    office.force_login(make_user("administrator"))
    page = office.get("/verwaltung/anwendungspasswoerter/").content.decode()
    assert "Birnbaum" in page and "QGIS Planung" in page and row.secret_hash not in page
    assert office.post(f"/verwaltung/anwendungspasswoerter/{row.pk}/widerrufen/").status_code == 302
    assert ask("GET", "/api/v1/trees/", secret) == 401
