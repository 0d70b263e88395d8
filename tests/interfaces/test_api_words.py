"""The rest of the API: search, catalogues, places, reference lists, OpenAPI, application passwords."""

import base64
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baumkataster.models import ApplicationPassword, Change, Place
from baumkataster.services.people import create_application_password, revoke_application_password
from inspections.models import ControlPlan
from tests.factories import (
    load_reference_data,
    make_city,
    make_place,
    make_species,
    make_tree,
    make_unit,
    make_user,
    record,
)
from tests.interfaces.api_client import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reference() -> None:
    cache.clear()
    load_reference_data()
    make_city()


@pytest.fixture
def planner() -> Any:
    return make_user("planner")


@pytest.fixture
def api(planner: Any) -> ApiClient:
    return ApiClient(planner)


def test_search_finds_numbers_streets_and_species(api: ApiClient) -> None:
    alley = make_place(name="Ahornallee")
    tree = make_tree(place=alley, number="0417")
    make_tree(place=make_place(name="Birkenweg"), number="0418")
    maple = make_species(botanical_name="Acer platanoides", german_name="Spitz-Ahorn")

    def found(text: str) -> list[tuple[str, str]]:
        return [(row["kind"], row["id"]) for row in api.json("/search/", {"q": text})]

    assert found("0417") == [("tree", str(tree.pk))]
    assert found("Ahornallee 0417")[0] == ("tree", str(tree.pk)) == found("0417 ahornallee")[0]
    assert "tree" not in dict(found("Birkenweg 0417"))
    assert ("place", str(alley.pk)) in found("ahornal")
    assert ("place", str(alley.pk)) in found("Ahornalee"), "a letter is missing"
    assert ("species", str(maple.pk)) in found("Spitzahorn"), "written in one word"
    assert ("species", str(maple.pk)) in found("acer")
    assert found("") == [] and found("zzzz") == []
    place = next(r for r in api.json("/search/", {"q": "Ahornallee"}) if r["kind"] == "place")
    west, south, east, north = place["bbox"]
    assert west <= place["lon"] <= east and south <= place["lat"] <= north
    assert round(place["lon"], 1) == 8.2
    assert api.get("/search/", {"q": "\0"}).status_code == 400
    assert api.get("/search/", {"q": "x" * 300}).status_code == 400


def test_search_asks_few_questions_and_only_about_what_is_visible(api: ApiClient) -> None:
    for number in range(12):
        make_tree(place=make_place(name=f"Lindenstraße {number}"), number=f"9{number}")
    with CaptureQueriesContext(connection) as captured:
        assert len(api.json("/search/", {"q": "Linden"})) >= 8
        assert len([r for r in api.json("/search/", {"q": "9"}) if r["kind"] == "tree"]) == 8
    assert len(captured) <= 14
    assert [
        r for r in ApiClient(make_user("contractor")).json("/search/", {"q": "Lindenstraße 9"})
        if r["kind"] in {"tree", "place"}
    ] == []  # fmt: skip


def test_catalogues_are_one_document_in_the_readers_language(api: ApiClient) -> None:
    body = api.json("/catalogues/")
    symptom = next(row for row in body["symptoms"] if row["code"] == "K01")
    assert symptom["zone"] == "K" and symptom["name"] == symptom["name_de"] and symptom["proposes"]
    assert {"code": "city", "name": "Stadt"} in body["duties"]
    assert body["protection_kinds"] and body["protection_kinds"][0]["name"]
    assert {row["code"] for row in body["phases"]} == {"youth", "mature", "aging"}
    urgency = next(row for row in body["urgencies"] if row["immediate"])
    assert urgency["deadline_days"] == 0 and "active" in urgency
    english = api.client.get("/api/v1/catalogues/", headers={"Accept-Language": "en"}).json()
    assert english["zones"][0]["name"] == english["zones"][0]["name_en"]


def test_a_place_is_corrected_and_its_trees_follow(api: ApiClient) -> None:
    place = make_place(expectation="higher")
    tree = make_tree(place=place)
    arborist = make_user("arborist")
    record(tree, arborist, inspected_at=timezone.now(), phase="mature")
    due = ControlPlan.objects.get(pk=tree.pk).due_on
    Place.objects.filter(pk=place.pk).update(expectation="lower")
    place.refresh_from_db()
    path = f"/places/{place.pk}/"
    assert api.patch(path, {"expectation": "higher"}).status_code == 428
    assert api.patch(path, {"expectation": "höher"}, place.version).status_code == 400
    answer = api.patch(path, {"name": "Neuer Weg", "expectation": "higher"}, place.version)
    assert answer.status_code == 200, answer.content
    assert answer.json()["properties"]["name"] == "Neuer Weg" and answer["ETag"]
    stale = api.patch(path, {"name": "Alter Weg"}, place.version)
    assert stale.status_code == 412
    assert stale.json()["conflicts"][0]["theirs"] == "Neuer Weg"
    assert ControlPlan.objects.get(pk=tree.pk).due_on == due
    changed = Change.objects.filter(table_name="baumkataster_place", row_id=str(place.pk))
    assert changed.order_by("-id").first().actor.role == "planner"


def test_lists_of_the_office(api: ApiClient) -> None:
    unit = make_unit(supervisor=make_user("supervisor"))
    unit.members.add(make_user("arborist"))
    make_species(genus="Acer", botanical_name="Acer campestre", german_name="Feld-Ahorn")
    row = next(u for u in api.json("/units/")["results"] if u["id"] == str(unit.pk))
    assert row["supervisor"]["role"] == "supervisor" and len(row["members"]) == 1
    species = api.json("/species/", {"q": "feld"})["results"]
    assert [s["german_name"] for s in species] == ["Feld-Ahorn"]
    assert api.json(f"/species/{species[0]['id']}/")["botanical_name"] == "Acer campestre"
    assert api.json("/base-maps/")["results"][0]["kind"] == "none"
    make_user("contractor", organisation="Ast GmbH")
    assert api.json("/contractors/")["results"][0]["organisation"] == "Ast GmbH"
    for path in ("/districts/", "/groups/"):
        assert api.json(path)["type"] == "FeatureCollection"


def test_the_schema_is_made_without_a_warning(tmp_path: Any, api: ApiClient) -> None:
    target = tmp_path / "schema.yml"
    call_command("spectacular", file=str(target), fail_on_warn=True, validate=True)
    text = target.read_text("utf-8")
    assert "/api/v1/trees/{id}/fell/" in text and "If-Match" in text
    assert api.get("/schema/").status_code == 200


def test_the_page_of_the_schema_has_no_inline_script(api: ApiClient) -> None:
    answer = api.get("/docs/")
    text = answer.content.decode()
    assert answer.status_code == 200 and "drf_spectacular_sidecar/swagger-ui-dist" in text
    assert "<style" not in text and " style=" not in text
    nonce = answer["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    scripts = [part.split(">")[0] for part in text.split("<script")[1:]]
    assert all(f'nonce="{nonce}"' in s or "src=" in s or "application/json" in s for s in scripts)
    source = next(s for s in scripts if "?script=" in s or "script=" in s)
    address = source.split('src="')[1].split('"')[0].replace("&amp;", "&")
    script = api.client.get(address if address.startswith("/") else "/api/v1/docs/" + address)
    assert script.status_code == 200 and b"SwaggerUIBundle" in script.content


# --- application passwords ---


def basic(user: Any, secret: str) -> dict[str, str]:
    token = base64.b64encode(f"{user.username}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def test_an_application_password_reads_and_never_writes(planner: Any) -> None:
    password, secret = create_application_password(by=planner, name="QGIS")
    headers = basic(planner, secret)
    assert secret not in str(ApplicationPassword.objects.values())
    assert Client().get("/api/v1/trees/", headers=headers).status_code == 200
    password.refresh_from_db()
    assert password.last_used_at is not None
    written = Client().post("/api/v1/trees/", {}, content_type="application/json", headers=headers)
    assert written.status_code == 403 and "nur gelesen" in written.json()["detail"]
    shouted = basic(planner, secret.upper().replace("-", ""))
    assert Client().get("/api/v1/trees/", headers=shouted).status_code == 200
    revoke_application_password(by=planner, password_id=password.pk, now=timezone.now())
    answer = Client().get("/api/v1/trees/", headers=headers)
    assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Basic")


def test_an_application_password_serves_nobody_else(planner: Any) -> None:
    secret = create_application_password(by=planner, name="QGIS")[1]
    other = make_user("planner")
    assert Client().get("/api/v1/trees/", headers=basic(other, secret)).status_code == 401
    planner.is_active = False
    planner.save()
    assert Client().get("/api/v1/trees/", headers=basic(planner, secret)).status_code == 401
    planner.is_active, planner.role = True, "contractor"
    planner.save()
    assert Client().get("/api/v1/trees/", headers=basic(planner, secret)).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "w6Q=", "bm9jb2xvbg==", "AGE6Yg==", "//8=", "é"])
def test_unreadable_headers_are_refused(token: str) -> None:
    answer = Client().get("/api/v1/trees/", headers={"Authorization": f"Basic {token}"})
    assert answer.status_code == 401 and answer.json()["detail"]


def test_guessing_is_slowed_down(planner: Any) -> None:
    secret = create_application_password(by=planner, name="QGIS")[1]
    for _ in range(30):
        wrong = Client().get("/api/v1/trees/", headers=basic(planner, "falsch"))
        assert wrong.status_code == 401
    assert Client().get("/api/v1/trees/", headers=basic(planner, "falsch")).status_code == 429
    assert Client().get("/api/v1/trees/", headers=basic(planner, secret)).status_code == 429


def test_browsers_get_no_password_window() -> None:
    answer = Client().get("/api/v1/trees/")
    assert answer.status_code == 401 and "Basic" not in answer["WWW-Authenticate"]
    assert answer.json()["detail"]
