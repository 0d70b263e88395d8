"""Inspections, measures, photos, card and history over the API."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from baumkataster.models import Photo
from inspections.models import Inspection, Measure
from inspections.services import order_measure
from tests.factories import (
    load_reference_data,
    make_city,
    make_identity,
    make_tree,
    make_user,
    record,
    replan_all,
)
from tests.interfaces.api_client import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reference(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    load_reference_data()
    make_city()


@pytest.fixture
def arborist() -> Any:
    return make_user("arborist")


@pytest.fixture
def api(arborist: Any) -> ApiClient:
    return ApiClient(arborist)


def entry(tree: Any, **values: Any) -> dict[str, Any]:
    """A regular inspection of a minute ago with one finding and one measure."""
    finding = str(uuid4())
    return {
        "id": str(uuid4()),
        "tree": str(tree.pk),
        "kind": "regular",
        "inspected_at": (timezone.now() - timedelta(minutes=1)).isoformat(),
        "leaf_state": "bare",
        "condition": "sound",
        "phase": "mature",
        "result": "safe",
        "vitality": "1",
        "findings": [{"id": finding, "zone": "K", "symptom": "K01", "severity": 2}],
        "measures": [{"kind": "deadwood", "urgency": "3", "finding": finding}],
    } | values


def test_recording_once_even_if_sent_twice(api: ApiClient, arborist: Any) -> None:
    tree = make_tree()
    sent = entry(tree)
    first = api.post("/inspections/", sent)
    assert first.status_code == 201, first.content
    second = api.post("/inspections/", sent)
    assert second.status_code == 200
    body = first.json()
    assert body["created"] and not second.json()["created"]
    assert body["inspection"]["inspector_name"] == arborist.get_full_name()
    identity = Inspection.objects.get(pk=sent["id"]).inspector
    assert identity.certificate_number
    assert body["inspection"]["inspector_certificate"] == identity.certificate_number
    assert body["inspection"]["set_months"] == 24
    assert body["inspection"]["findings"][0]["symptom_name"] == "Ast abgebrochen"
    assert body["due_on"] == body["inspection"]["next_due_on"]
    assert Inspection.objects.count() == 1 and Measure.objects.count() == 1
    assert str(Measure.objects.get().pk) == body["measures"][0]
    other = api.post("/inspections/", sent | {"result": "unsafe"})
    assert other.status_code == 400 and "non_field" in other.json()["errors"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id": "1"}, "id"),
        ({"kind": "nothing"}, "kind"),
        ({"inspected_at": "gestern"}, "inspected_at"),
        ({"inspected_at": "2099-01-01T10:00:00Z"}, "inspected_at"),
        ({"leaf_state": "green"}, "leaf_state"),
        ({"findings": [{"zone": "K", "symptom": "K01", "severity": 9}]}, "findings.0.severity"),
        ({"findings": [{"zone": "S", "symptom": "K01", "severity": 1}]}, "findings.0"),
        ({"findings": "viele"}, "findings"),
        ({"set_months": 99}, "set_months"),
        ({"set_months": 6}, "interval_reason"),
        ({"limits": ["\x00"]}, "limits.0"),
        ({"inspected_by": str(uuid4())}, "inspected_by"),
    ],
)
def test_refusals_stand_at_their_field(api: ApiClient, wrong: dict[str, Any], field: str) -> None:
    answer = api.post("/inspections/", entry(make_tree(), measures=[]) | wrong)
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["errors"], answer.json()


def test_unknown_tree(api: ApiClient) -> None:
    assert api.post("/inspections/", entry(make_tree()) | {"tree": str(uuid4())}).status_code == 404


def test_nobody_inspects_without_a_valid_qualification(arborist: Any) -> None:
    supervisor, tree = make_user("supervisor"), make_tree()
    api = ApiClient(supervisor)
    refused = api.post("/inspections/", entry(tree, inspected_by=str(arborist.pk)))
    assert refused.status_code == 403
    assert "kein Qualifikationsnachweis" in refused.json()["detail"]
    card = api.json(f"/trees/{tree.pk}/card/")
    assert card["may"]["inspect"] is False
    assert "kein Qualifikationsnachweis" in card["may_not"]["inspect"]
    yesterday = timezone.localdate() - timedelta(days=1)
    make_identity(supervisor, certificate_valid_until=yesterday)
    refused = api.post("/inspections/", entry(tree))
    assert refused.status_code == 403 and "abgelaufen" in refused.json()["detail"]
    make_identity(supervisor, valid_from=yesterday)
    assert api.post("/inspections/", entry(tree)).status_code == 201
    assert Inspection.objects.count() == 1


def test_the_proposal_says_why(api: ApiClient) -> None:
    tree = make_tree()
    answer = api.post(
        "/inspections/proposal/",
        {"tree": str(tree.pk), "phase": "aging", "condition": "damaged", "expectation": "lower"},
    )
    body = answer.json()
    assert answer.status_code == 200 and body["months"] == 12 and "12" in body["reason"]
    unknown = api.post(
        "/inspections/proposal/", {"tree": str(tree.pk), "phase": "", "condition": ""}
    )
    assert unknown.json()["reason_code"] == "unknown"
    assert api.post("/inspections/proposal/", {"tree": "x"}).status_code == 400


def test_measures_are_done_cancelled_replaced_with_versions(arborist: Any) -> None:
    api, today = ApiClient(make_user("supervisor")), str(timezone.localdate())
    tree = make_tree()
    order = {"id": str(uuid4()), "tree": str(tree.pk), "kind": "deadwood", "urgency": "3"}
    first = api.post("/measures/", order)
    assert first.status_code == 201 and first["ETag"] == '"1"', first.content
    assert api.post("/measures/", order).status_code == 200
    key = first.json()["id"]
    done = {"done_on": today, "done_by": "Firma Ast"}
    assert api.post(f"/measures/{key}/complete/", done).status_code == 428
    assert api.post(f"/measures/{key}/complete/", {"done_on": "x"}, 1).status_code == 400
    answer = api.post(f"/measures/{key}/complete/", done, 1)
    assert answer.status_code == 200 and answer.json()["state"] == "done"
    again = api.post(f"/measures/{key}/complete/", done, 1)
    assert again.status_code == 400 and "schon erledigt" in again.json()["errors"]["non_field"][0]
    keys = [api.post("/measures/", order | {"id": str(uuid4())}).json()["id"] for _ in range(2)]
    stale = api.post(f"/measures/{keys[0]}/cancel/", {"reason": "doppelt"}, 7)
    assert stale.status_code == 412 and stale.json()["current"]["state"] == "open"
    cancelled = api.post(f"/measures/{keys[0]}/cancel/", {"reason": "doppelt"}, 1)
    assert cancelled.json()["state"] == "cancelled"
    instead = {"kind": "felling", "urgency": "2", "reason": "schlimmer geworden"}
    new = api.post(f"/measures/{keys[1]}/replace/", instead, 1)
    assert new.status_code == 201 and new.json()["kind"] == "felling"
    assert Measure.objects.get(pk=keys[1]).replaced_by_id == Measure.objects.get(kind="felling").pk
    assert api.json("/measures/", {"state": "open"})["count"] == 1
    assert api.get("/measures/", {"state": "faul"}).status_code == 400


def test_care_is_recorded(api: ApiClient) -> None:
    tree = make_tree(phase="youth")
    today = str(timezone.localdate())
    care = {"kind": "young_care", "done_on": today, "done_by": "Bauhof"}
    answer = api.post(f"/trees/{tree.pk}/care/", care)
    assert answer.status_code == 201 and answer.json()["state"] == "done"
    control = api.json(f"/trees/{tree.pk}/card/")["control"]
    assert control["state"] == "none" and "Jungbaumpflege" in control["reason"]


def picture(side: int = 40) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "green").save(buffer, "JPEG")
    return SimpleUploadedFile("baum.jpg", buffer.getvalue(), "image/jpeg")


def test_photos_are_for_signed_in_people_only(api: ApiClient) -> None:
    tree, key = make_tree(), str(uuid4())
    sent = {"id": key, "tree": str(tree.pk), "caption": "Stammfuß"}
    first = api.client.post("/api/v1/photos/", sent | {"file": picture()})
    assert first.status_code == 201, first.content
    assert api.client.post("/api/v1/photos/", sent | {"file": picture()}).status_code == 200
    assert Photo.objects.count() == 1
    address = first.json()["url"]
    shown = api.client.get(address)
    assert shown.status_code == 200 and shown["Content-Type"] == "image/jpeg"
    assert "private" in shown["Cache-Control"] and shown.getvalue()[:2] == b"\xff\xd8"
    assert api.client.get(first.json()["thumb_url"]).status_code == 200
    assert Client().get(address).status_code == 302
    stranger = Client()
    stranger.force_login(make_user("contractor"))
    assert stranger.get(address).status_code == 404
    text = SimpleUploadedFile("x.jpg", b"kein Bild", "image/jpeg")
    refused = api.client.post("/api/v1/photos/", {"tree": str(tree.pk), "file": text})
    assert refused.status_code == 400 and "file" in refused.json()["errors"]
    card = api.json(f"/trees/{tree.pk}/card/")
    assert [(p["id"], p["caption"]) for p in card["photos"]] == [(key, "Stammfuß")]


def test_contractors_complete_their_own_work_with_a_photo(arborist: Any) -> None:
    firm, tree = make_user("contractor"), make_tree()
    today = timezone.localdate()
    order = {"by": arborist, "day": today, "tree_id": tree.pk, "kind": "deadwood", "urgency": "3"}
    own = order_measure(contractor_id=firm.pk, **order)
    other = order_measure(**order)
    api = ApiClient(firm)
    photo = api.client.post("/api/v1/photos/", {"tree": str(tree.pk), "file": picture()}).json()
    done = {"done_on": str(today), "done_by": "Firma", "photo": photo["id"]}
    assert api.post(f"/measures/{other.pk}/complete/", done, 1).status_code == 404
    assert api.post(f"/measures/{own.pk}/complete/", done, 1).status_code == 200
    own.refresh_from_db()
    assert str(own.done_photo_id) == photo["id"]
    assert api.post(f"/measures/{own.pk}/cancel/", {"reason": "x"}, 2).status_code == 403


def test_the_card_has_all_and_asks_a_fixed_number_of_questions(
    api: ApiClient, arborist: Any
) -> None:
    tree = make_tree(number="12")
    replan_all(timezone.localdate())
    before = api.json(f"/trees/{tree.pk}/card/")
    assert before["control"]["state"] == "never" and before["last_inspection"] is None
    first = api.post("/inspections/", entry(tree)).json()
    with CaptureQueriesContext(connection) as few:
        card = api.json(f"/trees/{tree.pk}/card/")
    assert set(card) >= {
        "tree", "place", "district", "unit", "species", "control", "last_inspection",
        "inspections", "inherited", "measures", "photos", "may",
    }  # fmt: skip
    assert card["tree"]["number"] == "12" and card["tree"]["version"] >= 1
    assert card["control"]["state"] == "ok" and "24 Monate" in card["control"]["reason"]
    assert card["control"]["days_over"] == 0
    assert card["last_inspection"]["id"] == first["inspection"]["id"]
    assert card["measures"][0]["state"] == "open" and card["may"]["inspect"] is True
    correction = entry(tree, corrects=first["inspection"]["id"], correction_reason="Tippfehler")
    second = api.post("/inspections/", correction | {"measures": []})
    assert second.status_code == 201, second.content
    for _ in range(3):
        order_measure(
            by=arborist, day=timezone.localdate(), tree_id=tree.pk, kind="felling", urgency="2"
        )
    with CaptureQueriesContext(connection) as many:
        card = api.json(f"/trees/{tree.pk}/card/")
    assert card["last_inspection"]["id"] == second.json()["inspection"]["id"]
    corrected = {row["id"]: row["corrected_by"] for row in card["inspections"]}
    assert corrected[first["inspection"]["id"]] == second.json()["inspection"]["id"]
    assert len(many) == len(few) <= 24


def test_history_in_readable_words(api: ApiClient, arborist: Any) -> None:
    tree = make_tree()
    api.patch(f"/trees/{tree.pk}/", {"phase": "aging", "house_number": "3 a"}, 1)
    tree.refresh_from_db()
    today = str(timezone.localdate())
    fell = {"felled_on": today, "reason": "Sturmschaden"}
    assert api.post(f"/trees/{tree.pk}/fell/", fell, tree.version).status_code == 200
    rows = api.json(f"/trees/{tree.pk}/history/")
    newest = rows[0]
    assert newest["by"] == arborist.get_full_name() and newest["reason"] == "Sturmschaden"
    assert {c["label"]: (c["old"], c["new"]) for c in newest["changes"]}["Status"] == (
        "Bestand",
        "gefällt",
    )
    changes = [c for row in rows for c in row["changes"]]
    assert {"field": "house_number", "label": "Hausnummer", "old": None, "new": "3 a"} in changes
    assert {
        "field": "phase", "label": "Entwicklungsphase", "old": "Reifephase",
        "new": "Alterungsphase",
    } in changes  # fmt: skip
    made = next(r for r in rows if (r["about"], r["op"]) == ("Baum", "insert"))["changes"]
    position = next(c for c in made if c["field"] == "geom")
    assert " / " in position["new"]
    species = [c["new"] for c in made if c["field"] == "species"]
    assert species == ["Tilia cordata (Winter-Linde)"]


def test_inspections_and_findings_as_features(api: ApiClient, arborist: Any) -> None:
    tree = make_tree()
    api.post("/inspections/", entry(tree))
    record(make_tree(), arborist)
    assert api.json("/inspections/")["count"] == 2
    one = api.json("/inspections/", {"tree": str(tree.pk)})["features"]
    assert len(one) == 1 and one[0]["geometry"]["type"] == "Point"
    findings = api.json("/findings/", {"symptom": "K01"})["features"]
    assert [row["properties"]["tree"] for row in findings] == [str(tree.pk)]
    assert api.json("/findings/", {"zone": "S"})["count"] == 0
    assert api.get("/inspections/", {"since": "gestern"}).status_code == 400
    key = one[0]["id"]
    assert api.client.delete(f"/api/v1/inspections/{key}/").status_code == 405
    assert api.patch(f"/inspections/{key}/", {"result": "unsafe"}, 1).status_code == 405
