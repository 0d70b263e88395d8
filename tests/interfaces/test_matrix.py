"""The whole table of roles and doors, and every address of the product behind its door."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from baumkataster.models import Role, Tree, User
from baumkataster.permissions import DOORS, Door, may
from inspections.models import ControlPlan, Measure
from inspections.services import order_measure
from tests.factories import (
    load_reference_data,
    make_city,
    make_identity,
    make_tree,
    make_user,
    replan_all,
)

pytestmark = pytest.mark.django_db

ARBORIST, PLANNER, SUPERVISOR, CONTRACTOR, ADMINISTRATOR = "APSCX"
ROLES = {
    ARBORIST: Role.ARBORIST,
    PLANNER: Role.PLANNER,
    SUPERVISOR: Role.SUPERVISOR,
    CONTRACTOR: Role.CONTRACTOR,
    ADMINISTRATOR: Role.ADMINISTRATOR,
}
#: A arborist, P planner, S supervisor, C contractor, X administrator, – nobody has it but those.
MATRIX = {
    "public": "APSCX",
    "own_account": "APSCX",
    "application_passwords": "APS-X",
    "view_map": "APSCX",
    "view_tree": "APSCX",
    "view_inspections": "APS-X",
    "view_history": "APS-X",
    "plant": "APS-X",
    "correct": "APS-X",
    "move": "APS-X",
    "fell": "APS-X",
    "correct_place": "-PS-X",
    "inspect": "A-S-X",
    "correct_inspection": "A-S-X",
    "order_measure": "APS-X",
    "complete_measure": "APSCX",
    "cancel_measure": "--S-X",
    "record_care": "APS-X",
    "upload_photo": "APSCX",
    "view_report": "APS-X",
    "view_units": "--S-X",
    "export": "-PS-X",
    "import_data": "-P--X",
    "manage_users": "----X",
    "manage_units": "----X",
    "manage_catalogues": "----X",
    "manage_rulesets": "----X",
    "manage_city": "----X",
    "field": "APS-X",
    "review_field": "--S-X",
    "manage_devices": "----X",
    "plan_tours": "A-S-X",
    "technical_admin": "----X",
}
#: Every address by its route: the door for reading (GET) and, where it differs, for each method.
#: "open" answers to anybody; "setting" has a switch of the city and its own tests (exports, WFS).
ADDRESSES: dict[str, dict[str, str]] = {
    "": {"GET": "open"},
    "sprache/": {"POST": "open"},
    "healthz": {"GET": "open"},
    "accounts/login/": {"GET": "open"},
    "accounts/logout/": {"POST": "open"},
    "accounts/oidc/": {"POST": "open"},
    "accounts/oidc/zurueck/": {"GET": "open"},
    "accounts/bestaetigen/": {"GET": "own_account"},
    "accounts/zweiter-faktor/": {"GET": "own_account"},
    "accounts/zweiter-faktor/code/": {"GET": "open"},
    "accounts/zweiter-faktor/bestaetigen/": {"GET": "own_account"},
    "accounts/zweiter-faktor/app/": {"GET": "own_account"},
    "accounts/zweiter-faktor/app/entfernen/": {"GET": "own_account"},
    "accounts/zweiter-faktor/ersatzcodes/": {"GET": "own_account"},
    "accounts/zweiter-faktor/ersatzcodes/neu/": {"GET": "own_account"},
    "accounts/passkeys/": {"GET": "own_account"},
    "accounts/passkeys/neu/": {"GET": "own_account"},
    "accounts/passkeys/anmelden/": {"GET": "open"},
    "accounts/passkeys/bestaetigen/": {"GET": "own_account"},
    "accounts/passkeys/<int:pk>/entfernen/": {"GET": "own_account"},
    "accounts/password/": {"GET": "own_account"},
    "accounts/password/done/": {"GET": "own_account"},
    "accounts/anwendungspasswoerter/": {
        "GET": "application_passwords",
        "POST": "application_passwords",
    },
    "accounts/anwendungspasswoerter/<uuid:pk>/widerrufen/": {"POST": "application_passwords"},
    "verwaltung/": {"GET": "manage_users"},
    "verwaltung/personen/": {"GET": "manage_users"},
    "verwaltung/personen/neu/": {"GET": "manage_users", "POST": "manage_users"},
    "verwaltung/personen/<uuid:pk>/": {"GET": "manage_users", "POST": "manage_users"},
    "verwaltung/personen/<uuid:pk>/nachweis/": {"POST": "manage_users"},
    "verwaltung/personen/<uuid:pk>/passwort/": {"POST": "manage_users"},
    "verwaltung/personen/<uuid:pk>/zweiter-faktor/": {"POST": "manage_users"},
    "verwaltung/zugriffe/": {"GET": "manage_users"},
    "verwaltung/zugriffe.csv": {"GET": "manage_users"},
    "metrics": {"GET": "setting"},
    "verwaltung/anwendungspasswoerter/": {"GET": "manage_users"},
    "verwaltung/anwendungspasswoerter/<uuid:pk>/widerrufen/": {"POST": "manage_users"},
    "verwaltung/reviere/": {"GET": "view_units"},
    "verwaltung/reviere/neu/": {"GET": "manage_units", "POST": "manage_units"},
    "verwaltung/reviere/<uuid:pk>/": {"GET": "manage_units", "POST": "manage_units"},
    "verwaltung/stadt/": {"GET": "manage_city", "POST": "manage_city"},
    "verwaltung/hintergrundkarten/neu/": {"GET": "manage_city", "POST": "manage_city"},
    "verwaltung/hintergrundkarten/<uuid:pk>/": {"GET": "manage_city", "POST": "manage_city"},
    "verwaltung/hintergrundkarten/<uuid:pk>/entfernen/": {"POST": "manage_city"},
    "verwaltung/kataloge/": {"GET": "manage_catalogues"},
    "verwaltung/kataloge/<slug:slug>/": {"GET": "manage_catalogues"},
    "verwaltung/kataloge/<slug:slug>/neu/": {"GET": "manage_catalogues"},
    "verwaltung/kataloge/<slug:slug>/eintrag/<slug:code>/": {"GET": "manage_catalogues"},
    "verwaltung/regelwerke/": {"GET": "manage_rulesets"},
    "verwaltung/regelwerke/neu/": {"GET": "manage_rulesets", "POST": "manage_rulesets"},
    "verwaltung/regelwerke/wirkung/<uuid:pk>/": {"GET": "manage_rulesets"},
    "verwaltung/regelwerke/wirkung/<uuid:pk>/stand/": {"GET": "manage_rulesets"},
    "verwaltung/regelwerke/<uuid:pk>/": {"GET": "manage_rulesets"},
    "verwaltung/regelwerke/<uuid:pk>/neu/": {"GET": "manage_rulesets", "POST": "manage_rulesets"},
    "verwaltung/regelwerke/<uuid:pk>/stand/": {"GET": "manage_rulesets"},
    "verwaltung/regelwerke/<uuid:pk>/erneut/": {"POST": "manage_rulesets"},
    "fotos/<uuid:pk>/": {"GET": "view_tree"},
    "fotos/<uuid:pk>/vorschau/": {"GET": "view_tree"},
    "karte/": {"GET": "view_map"},
    "tiles/trees/<int:z>/<int:x>/<int:y>.mvt": {"GET": "view_map"},
    "grundkarte/<int:z>/<int:x>/<int:y>.mvt": {"GET": "view_map"},
    "feld/": {"GET": "field"},
    "feld/<slug:language>/": {"GET": "field"},
    "feld/sw.js": {"GET": "open"},
    "feld/manifest.webmanifest": {"GET": "open"},
    "berichte/ueberfaellig/summen/": {"GET": "view_report"},
    "berichte/dateien/": {"GET": "view_report"},
    "berichte/dateien/neu/": {"POST": "view_report"},
    "berichte/dateien/<uuid:pk>/": {"GET": "view_report"},
    "berichte/dateien/<uuid:pk>/stand/": {"GET": "view_report"},
    "berichte/dateien/<uuid:pk>/datei/": {"GET": "view_report"},
    "touren/": {"GET": "plan_tours"},
    "touren/neu/": {"GET": "plan_tours", "POST": "plan_tours"},
    "touren/<uuid:pk>/": {"GET": "plan_tours", "POST": "plan_tours"},
    "touren/<uuid:pk>/abschliessen/": {"POST": "plan_tours"},
    "klaerung/": {"GET": "review_field"},
    "klaerung/ausgang/": {"GET": "review_field", "POST": "review_field"},
    "klaerung/widerspruch/<uuid:pk>/": {"POST": "review_field"},
    "klaerung/<uuid:pk>/": {"GET": "review_field"},
    "klaerung/<uuid:pk>/uebernehmen/": {"POST": "review_field"},
    "klaerung/<uuid:pk>/ablehnen/": {"POST": "review_field"},
    "verwaltung/geraete/": {"GET": "manage_devices"},
    "verwaltung/geraete/<uuid:pk>/": {"GET": "manage_devices"},
    "verwaltung/geraete/<uuid:pk>/name/": {"POST": "manage_devices"},
    "verwaltung/geraete/<uuid:pk>/sperren/": {"POST": "manage_devices"},
    "verwaltung/geraete/<uuid:pk>/freigeben/": {"POST": "manage_devices"},
    "berichte/ueberfaellig/": {"GET": "view_report"},
    "berichte/ueberfaellig.csv": {"GET": "view_report"},
    "berichte/ueberfaellig.xlsx": {"GET": "view_report"},
    "export/": {"GET": "export"},
    "export/trees.geojson": {"GET": "setting"},
    "export/trees.csv": {"GET": "setting"},
    "export/trees.gpkg": {"GET": "export"},
    "wfs": {"GET": "setting"},
    "import/": {"GET": "import_data"},
    "import/neu/": {"POST": "import_data"},
    "import/<uuid:run_id>/stand.json": {"GET": "import_data"},
    "import/<uuid:run_id>/vorschau/": {"GET": "import_data"},
    "import/<uuid:run_id>/meldungen/": {"GET": "import_data"},
    "import/<uuid:run_id>/widersprueche/": {"GET": "import_data", "POST": "import_data"},
    "import/<uuid:run_id>/verschwunden/": {"GET": "import_data"},
    "import/<uuid:run_id>/pruefen/": {"POST": "import_data"},
    "import/<uuid:run_id>/eintragen/": {"POST": "import_data"},
    "import/<uuid:run_id>/anhalten/": {"POST": "import_data"},
    "import/<uuid:run_id>/verwerfen/": {"POST": "import_data"},
    "import/<uuid:run_id>/zuruecknehmen/": {"GET": "import_data", "POST": "import_data"},
    "import/<uuid:run_id>/": {"GET": "import_data"},
    "import/<uuid:run_id>/probleme.csv": {"GET": "import_data"},
    "api/v1/schema/": {"GET": "view_map"},
    "api/v1/docs/": {"GET": "view_map"},
    "api/v1/catalogues/": {"GET": "view_map"},
    "api/v1/search/": {"GET": "view_map"},
    "api/v1/trees/": {"GET": "view_tree", "POST": "plant"},
    "api/v1/trees/state-counts/": {"GET": "view_tree"},
    "api/v1/trees/<uuid:pk>/": {"GET": "view_tree", "PATCH": "correct"},
    "api/v1/trees/<uuid:pk>/card/": {"GET": "view_tree"},
    "api/v1/trees/<uuid:pk>/history/": {"GET": "view_history"},
    "api/v1/trees/<uuid:pk>/care/": {"POST": "record_care"},
    "api/v1/trees/<uuid:pk>/move/": {"POST": "move"},
    "api/v1/trees/<uuid:pk>/fell/": {"POST": "fell"},
    "api/v1/trees/<uuid:pk>/vanish/": {"POST": "fell"},
    "api/v1/trees/<uuid:pk>/replace/": {"POST": "plant"},
    "api/v1/inspections/": {"GET": "view_inspections", "POST": "inspect"},
    "api/v1/inspections/proposal/": {"POST": "inspect"},
    "api/v1/inspections/<uuid:pk>/": {"GET": "view_inspections"},
    "api/v1/findings/": {"GET": "view_inspections"},
    "api/v1/findings/<uuid:pk>/": {"GET": "view_inspections"},
    "api/v1/measures/": {"GET": "view_tree", "POST": "order_measure"},
    "api/v1/measures/<uuid:pk>/": {"GET": "view_tree"},
    "api/v1/measures/<uuid:pk>/complete/": {"POST": "complete_measure"},
    "api/v1/measures/<uuid:pk>/cancel/": {"POST": "cancel_measure"},
    "api/v1/measures/<uuid:pk>/replace/": {"POST": "cancel_measure"},
    "api/v1/places/": {"GET": "view_tree"},
    "api/v1/places/<uuid:pk>/": {"GET": "view_tree", "PATCH": "correct_place"},
    "api/v1/sites/": {"GET": "view_tree"},
    "api/v1/sites/<uuid:pk>/": {"GET": "view_tree"},
    "api/v1/groups/": {"GET": "view_inspections"},
    "api/v1/groups/<uuid:pk>/": {"GET": "view_inspections"},
    "api/v1/districts/": {"GET": "view_tree"},
    "api/v1/districts/<uuid:pk>/": {"GET": "view_tree"},
    "api/v1/species/": {"GET": "view_tree"},
    "api/v1/species/<uuid:pk>/": {"GET": "view_tree"},
    "api/v1/units/": {"GET": "view_inspections"},
    "api/v1/contractors/": {"GET": "order_measure"},
    "api/v1/base-maps/": {"GET": "view_map"},
    "api/v1/photos/": {"GET": "view_tree", "POST": "upload_photo"},
    "api/v1/field/session/": {"GET": "field"},
    "api/v1/field/devices/": {"POST": "field"},
    "api/v1/field/entries/": {"POST": "field"},
    "api/v1/field/photos/": {"POST": "field"},
    "api/v1/field/photos/<uuid:pk>/": {"GET": "field", "PATCH": "field"},
    "api/v1/field/areas/size/": {"POST": "field"},
    "api/v1/field/areas/changes/": {"POST": "field"},
    "api/v1/field/lost/": {"POST": "field"},
    "api/v1/field/trees/": {"POST": "field"},
    "api/v1/field/reference/": {"GET": "field"},
    "api/v1/field/tours/": {"GET": "field"},
}
#: Answers of somebody who stands outside or whose role does not open the door.
CLOSED_PAGES, CLOSED_API = {302, 401}, {401}


def routes(resolver: Any = None, prefix: str = "") -> list[str]:
    """Every address of the product as it is written in the url lists."""
    found: list[str] = []
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += routes(entry, route)
        elif isinstance(entry, URLPattern):
            found.append(route)
    return found


def test_the_matrix_is_exactly_this_table() -> None:
    assert {str(door) for door in Door} == set(MATRIX) == {str(door) for door in DOORS}
    for door, row in MATRIX.items():
        assert DOORS[Door(door)] == {ROLES[letter] for letter in row if letter != "-"}, door


@pytest.mark.parametrize("role", list(Role))
def test_may_follows_the_table_for_signed_in_active_people(role: Role) -> None:
    user = User(username="x", role=role)
    letter = next(key for key, value in ROLES.items() if value == role)
    assert {str(d) for d in Door if may(user, d)} == {
        d for d, row in MATRIX.items() if letter in row
    }
    user.is_active = False
    assert [d for d in Door if may(user, d)] == [Door.PUBLIC]


def test_every_address_has_its_door() -> None:
    admin = {route for route in routes() if route.startswith("admin/")}
    assert set(routes()) - admin == set(ADDRESSES)


def filled(route: str, tree: Tree, measure: Measure) -> str:
    """An address with keys that exist where a door must be reached before a 404."""
    key = {"trees": tree.pk, "measures": measure.pk}.get(
        route.split("/")[2] if "api" in route else ""
    )
    text = re.sub(r"<uuid:\w+>", str(key or uuid4()), route)
    text = text.replace("<int:pk>", "1")
    text = text.replace("<slug:slug>", "baumbereiche").replace("<slug:code>", "K")
    text = text.replace("<slug:language>", "de")
    text = re.sub(r"tiles/trees/.*", "tiles/trees/12/2141/1329.mvt", text)
    return "/" + re.sub(r"grundkarte/.*", "grundkarte/12/2141/1329.mvt", text)


def ask(client: Client, method: str, address: str) -> int:
    """The status of a request with an empty body."""
    kind = {} if method == "GET" else {"content_type": "application/json", "data": "{}"}
    if "/api/" not in address:
        kind = {}
    status: int = getattr(client, method.lower())(address, **kind).status_code
    return status


def signed_in(visitor: User | None, sessions: list[str]) -> Client:
    """A fresh browser with the visitor's last session, or with a new one if that was ended."""
    client = Client()
    if visitor is None:
        return client
    if sessions and Session.objects.filter(session_key=sessions[-1]).exists():
        client.cookies[django_settings.SESSION_COOKIE_NAME] = sessions[-1]
    else:
        client.force_login(visitor)
        sessions.append(client.cookies[django_settings.SESSION_COOKIE_NAME].value)
    return client


@pytest.mark.parametrize("who", [*Role, None])
def test_every_role_at_every_address(who: Role | None, settings: Any, tmp_path: Any) -> None:
    """Open doors answer with anything but "no" (empty bodies are refused as 400, unknown keys as
    404, missing versions as 428); closed ones with 403, or 401 and the way to the sign-in."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    load_reference_data()
    make_city()
    tree = make_tree()
    arborist = make_user("arborist")
    firm = make_user("contractor")
    day = timezone.localdate()
    replan_all(day)
    measure = order_measure(
        by=arborist, day=day, tree_id=tree.pk, kind="deadwood", urgency="3", contractor_id=firm.pk
    )
    people = {Role.CONTRACTOR: firm, Role.ARBORIST: arborist}
    visitor = None if who is None else people.get(who) or make_user(who)
    if visitor is not None and who != Role.ARBORIST:
        make_identity(visitor)
    wrong: list[str] = []
    sessions: list[str] = []
    for route, methods in ADDRESSES.items():
        for method, door in methods.items():
            if door == "setting" or route in {"accounts/logout/", "sprache/"}:
                continue
            client = signed_in(visitor, sessions)
            status = ask(client, method, filled(route, tree, measure))
            if not as_expected(status, route, door, visitor):
                wrong.append(f"{method} {route} -> {status} for {who} at {door}")
    assert not wrong, "\n".join(wrong)
    assert ControlPlan.objects.count() == 1


def as_expected(status: int, route: str, door: str, visitor: User | None) -> bool:
    """Whether an answer's status is what the table says."""
    if status >= 500 and route != "healthz":
        return False
    if door == "open" or (visitor is not None and may(visitor, Door(door))):
        return status not in {401, 403, 405}
    if visitor is None and route == "api/v1/docs/":
        return status == 302
    if visitor is None:
        return status in (CLOSED_API if route.startswith("api/") else CLOSED_PAGES)
    return status == 403


@pytest.mark.parametrize("who", [*Role, None])
def test_the_technical_administration_is_for_administrators(who: Role | None) -> None:
    make_city()
    client = Client()
    if who is not None:
        client.force_login(make_user(who))
    for path in ("/admin/", "/admin/login/", "/admin/baumkataster/tree/", "/admin/jsi18n/"):
        answer = client.get(path, follow=False)
        if who == Role.ADMINISTRATOR:
            assert answer.status_code == 200 or path == "/admin/login/"
        else:
            assert "Tabellen" not in answer.content.decode()
            assert answer.status_code in {302, 403}
            follow = client.get(path, follow=True)
            ends = follow.redirect_chain[-1][0] if follow.redirect_chain else path
            assert follow.status_code == 403 or ends.startswith("/accounts/login/")


def test_staff_flag_alone_opens_nothing() -> None:
    """Django's flag without the role is a mistake, not a key."""
    make_city()
    client = Client()
    client.force_login(make_user("planner", is_staff=True, is_superuser=True))
    assert client.get("/admin/", follow=True).status_code == 403
