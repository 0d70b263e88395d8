"""The doors of exports: who gets which file, and refusals in words."""

import base64
import json
import sqlite3
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from lxml import html

from baumkataster.api.authentication import hash_secret
from baumkataster.models import ApplicationPassword, User
from geodata import geopackage
from geodata.fields import PUBLIC
from inspections.models import ControlPlan, RuleSet
from tests.factories import load_reference_data, make_city, make_tree, make_user

pytestmark = pytest.mark.django_db
GEOJSON, CSV = "/export/trees.geojson", "/export/trees.csv"
GPKG = "/export/trees.gpkg"
SECRET = "aaaabbbb-ccccdddd-eeeeffff-gggghhhh"


@pytest.fixture(autouse=True)
def reference_data() -> None:
    cache.clear()
    load_reference_data()
    make_city()


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def basic(user: User, secret: str = SECRET) -> dict[str, str]:
    """The header that QGIS sends."""
    token = base64.b64encode(f"{user.username}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def whole(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def properties(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return [feature["properties"] for feature in json.loads(whole(answer))["features"]]


@pytest.mark.parametrize("address", [GEOJSON, CSV])
def test_doors_are_closed_to_strangers_by_default(address: str) -> None:
    make_tree()
    answer = Client().get(address)
    assert answer.status_code == 401
    assert "nur nach Anmeldung" in answer.content.decode()
    person = Client().get(address, headers={"Accept": "text/html,*/*"})
    assert person["Location"].startswith("/accounts/login/?next=/export/trees.")


@pytest.mark.parametrize(("setting", "opened"), [("public_geojson", GEOJSON), ("public_csv", CSV)])
def test_each_public_door_has_its_own_switch(setting: str, opened: str) -> None:
    make_city(**{setting: True})
    statuses = {address: Client().get(address).status_code for address in (GEOJSON, CSV)}
    assert statuses.pop(opened) == 200
    assert set(statuses.values()) == {401}


def test_strangers_get_public_columns_of_public_trees() -> None:
    make_city(public_geojson=True)
    make_tree()
    make_tree(duty="none", duty_reason="privat")
    (found,) = properties(Client().get(GEOJSON))
    assert set(found) == {column.name for column in PUBLIC} - {"id"}


@pytest.mark.parametrize(
    "query", ["state=overdue", "due_until=2026-12-31", "unit=", "mine=1", "status=felled"]
)
def test_strangers_cannot_ask_for_hidden_columns(query: str) -> None:
    make_city(public_geojson=True)
    if query == "unit=":
        query += str(make_tree().site.place.unit_id)
    answer = Client().get(f"{GEOJSON}?{query}")
    assert answer.status_code == 400
    assert "steht nur nach Anmeldung offen" in answer.content.decode()


def test_strangers_search_in_public_columns_only() -> None:
    make_city(public_geojson=True)
    make_tree(tag="PLAKETTE", remarks="Bemerkung", number="77")
    assert len(properties(Client().get(GEOJSON, {"q": "77"}))) == 1
    for text in ("PLAKETTE", "Bemerkung"):
        assert properties(Client().get(GEOJSON, {"q": text})) == []


@pytest.mark.parametrize("role", ["planner", "supervisor", "administrator"])
def test_people_of_the_office_get_due_dates(role: str) -> None:
    make_tree()
    (found,) = properties(signed_in(role).get(GEOJSON))
    assert "faellig_am" in found and "kontrollstand" in found


@pytest.mark.parametrize("role", ["arborist", "contractor"])
def test_other_roles_get_what_everybody_gets(role: str) -> None:
    make_tree()
    client = signed_in(role)
    refused = client.get(GEOJSON)
    assert refused.status_code == 403
    assert "Ihre Rolle" in refused.content.decode()
    make_city(public_geojson=True)
    (found,) = properties(client.get(GEOJSON))
    assert "faellig_am" not in found


def test_programs_sign_in_with_an_application_password() -> None:
    make_tree()
    planner = make_user("planner")
    ApplicationPassword.objects.create(user=planner, name="QGIS", secret_hash=hash_secret(SECRET))
    (found,) = properties(Client().get(GEOJSON, headers=basic(planner)))
    assert "faellig_am" in found
    wrong = Client().get(GEOJSON, headers=basic(planner, "falsch"))
    assert wrong.status_code == 401
    assert wrong["WWW-Authenticate"].startswith("Basic")


def test_a_geopackage_for_who_may_export_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    make_tree()
    answer = signed_in("planner").get(f"{GPKG}?crs=25833")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/geopackage+sqlite3"
    assert answer["Content-Disposition"].endswith('.gpkg"')
    content = whole(answer)
    assert content.startswith(b"SQLite format 3\0") and len(content) == int(
        answer["Content-Length"]
    )
    assert list(tmp_path.iterdir()) == []
    assert Client().get(GPKG).status_code == 401
    assert signed_in("arborist").get(GPKG).status_code == 403


def test_the_page_gives_files_in_every_system_and_keeps_the_selection() -> None:
    make_tree(), make_tree(status="stump")
    planner = signed_in("planner")
    page = html.fromstring(planner.get("/export/?status=stump&day=2026-01-05").content)
    (form,) = [form for form in page.forms if "crs" in form.inputs]
    assert [int(n) for n in form.inputs["crs"].value_options] == list(geopackage.SYSTEMS)
    assert form.action == "/export/trees.gpkg"
    (csv_button,) = form.xpath(".//button[@formaction]")
    for system in (25833, 4326):
        form.fields["crs"] = str(system)
        asked = dict(form.form_values())
        assert asked == {"status": "stump", "crs": str(system)}
        rows = whole(planner.get(csv_button.get("formaction"), asked)).decode("utf-8-sig")
        assert len(rows.splitlines()) == 2
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(whole(planner.get(form.action, asked)))
            found = sqlite3.connect(file.name).execute(
                "SELECT srs_id, (SELECT count(*) FROM baeume) FROM gpkg_contents"
            )
            assert found.fetchall() == [(system, 1)]
    (geojson,) = page.xpath("//a[starts-with(@href, '/export/trees.geojson')]/@href")
    assert len(properties(planner.get(geojson))) == 1
    assert "nicht die ganze Stadt" in page.text_content()
    everything = html.fromstring(planner.get("/export/", headers={"accept-language": "en"}).content)
    assert "nicht die ganze Stadt" not in everything.text_content()
    assert "ETRS89 / UTM 32N with leading 32 – EPSG:4647" in everything.text_content()


def test_a_full_disk_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(geopackage, "write", full)
    answer = signed_in("planner").get(GPKG)
    assert answer.status_code == 507
    assert "kein Platz" in answer.content.decode()


def test_a_wrong_password_is_not_answered_with_the_public_file() -> None:
    make_city(public_geojson=True)
    answer = Client().get(GEOJSON, headers=basic(make_user("planner"), "falsch"))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("address", "query", "sentence"),
    [
        (GEOJSON, "crs=25832", "GeoJSON gibt es nur in EPSG:4326"),
        (CSV, "crs=31467", "Mögliche Werte: 25832, 25833"),
        (GPKG, "crs=31467", "Mögliche Werte: 25832, 25833"),
        (GPKG, "state=rot", "Diesen Wert gibt es hier nicht: rot"),
        (CSV, "dialect=tsv", "Mögliche Werte: excel und plain"),
        (CSV, "state=rot", "Diesen Wert gibt es hier nicht: rot"),
        (CSV, "day=2026-13-01", "Bitte ein Datum"),
    ],
)
def test_senseless_wishes_are_refused_in_words(address: str, query: str, sentence: str) -> None:
    answer = signed_in("planner").get(f"{address}?{query}")
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_files_have_names_and_types() -> None:
    make_city(name="Bad Zwischenahn")
    client = signed_in("planner")
    answer = client.get(CSV, {"day": "2026-11-23"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == (
        'attachment; filename="baeume-bad-zwischenahn-2026-11-23.csv"'
    )
    assert client.get(GEOJSON)["Content-Type"] == "application/geo+json"
    assert client.head(GEOJSON).status_code == 200
    assert client.post(GEOJSON).status_code == 405


def test_the_day_decides_the_state() -> None:
    plan = {
        "required": True,
        "never": False,
        "basis": "inspection",
        "rule_set": RuleSet.objects.get(),
    }
    ControlPlan.objects.create(
        tree=make_tree(), due_on=date(2026, 11, 23), tolerance_until=date(2027, 2, 23), **plan
    )
    client = signed_in("planner")
    for day, state in {
        "2026-08-24": "in Ordnung",
        "2026-11-23": "fällig in 30 Tagen",
        "2026-11-24": "überfällig (in Toleranz)",
        "2027-02-24": "überfällig",
    }.items():
        (found,) = properties(client.get(GEOJSON, {"day": day}))
        assert found["kontrollstand"] == state
