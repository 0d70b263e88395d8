"""The field app's API: session, devices, entries with receipts, photos by tus, keys without a session."""

import base64
import hashlib
import io
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from PIL import Image

from baumkataster.models import CitySettings, Photo
from inspections.models import FieldDevice, FieldEntry, FieldKey, Inspection, PhotoUpload
from inspections.sync.devices import block_device
from tests import factories as make
from tests.database import field_rows as field
from tests.interfaces.api_client import ApiClient

pytestmark = pytest.mark.django_db
FIELD = "/api/v1/field"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"


@pytest.fixture(autouse=True)
def _reference(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    make.load_reference_data()
    make.make_city()


@pytest.fixture
def arborist() -> Any:
    return make.make_user("arborist")


@pytest.fixture
def tree() -> Any:
    return make.make_tree(number="417")


@pytest.fixture
def api(arborist: Any) -> ApiClient:
    return ApiClient(arborist)


def picture() -> bytes:
    """A small plain JPEG."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


def now_entry(person: Any, tree: Any, **values: Any) -> str:
    """An inspection that was made a moment ago."""
    made = (timezone.now() - timedelta(minutes=5)).isoformat()
    return field.inspection(person, tree, made_at=made, **values)


def batch(*texts: str, **values: Any) -> dict[str, Any]:
    """The body of a request to entries/."""
    defaults = {"device": None, "app": "1.0", "schema": 1, "unsent": 3, "photos_unsent": 1}
    defaults |= {"sent_at": timezone.now().isoformat(), "free_bytes": 5_000_000_000, "open": []}
    return defaults | {"entries": list(texts)} | values


def register(api: ApiClient, key: Any = None, name: str = "Nord 1") -> dict[str, Any]:
    """The answer to a registration."""
    answer = api.post("/field/devices/", {"id": str(key or uuid4()), "name": name})
    assert answer.status_code in {200, 201}, answer.content
    return dict(answer.json())


def key_header(device: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Feldgeraet {device['id']}:{device['key']}"}


def metadata(person: Any, tree: Any, content: bytes, **values: Any) -> str:
    """Upload-Metadata."""
    said = {
        "id": str(uuid4()),
        "tree": str(tree.pk),
        "person": str(person.pk),
        "device": str(uuid4()),
        "sha256": hashlib.sha256(content).hexdigest(),
        "taken_at": "2026-11-20T08:31:00.123Z",
        "type": "image/jpeg",
        "caption": "Stammfuß – Süd",
    } | values
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())


def announce(client: Client, meta: str, length: int, **headers: str) -> Any:
    return client.post(
        f"{FIELD}/photos/",
        headers={**TUS, "Upload-Metadata": meta, "Upload-Length": str(length), **headers},
    )


def patch(client: Client, where: str, offset: int, content: bytes, **headers: str) -> Any:
    checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
    said = {**TUS, "Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {checksum}", **headers}
    return client.patch(where, content, content_type=PIECE, headers=said)


def test_session_says_who_where_and_when(api: ApiClient, arborist: Any) -> None:
    CitySettings.objects.update(field_pin_minutes=5, field_measures_work=True)
    device = register(api)
    body = api.json("/field/session/", {"device": device["id"]})
    last_login = parse_datetime(body["user"].pop("last_login"))
    arborist.refresh_from_db()
    assert last_login is not None
    assert arborist.last_login is not None
    assert abs(last_login - arborist.last_login) < timedelta(milliseconds=1)
    assert body["user"] == {
        "id": str(arborist.pk),
        "name": str(arborist),
        "username": arborist.username,
        "role": "arborist",
        "may_inspect": True,
        "why_not": "",
    }
    assert body["city"] == {"name": "Teststadt", "is_demo": False}
    assert body["settings"] == {"pin_minutes": 5, "measures_work": True}
    assert body["device"] == {"id": device["id"], "name": "Nord 1", "blocked": False}
    assert body["server_time"][:10] == timezone.now().date().isoformat()
    assert api.json("/field/session/")["device"] is None
    assert "csrftoken" in api.client.cookies
    assert ApiClient().get("/field/session/").status_code == 401
    assert ApiClient(make.make_user("contractor")).get("/field/session/").status_code == 403
    planner = ApiClient(make.make_user("planner")).json("/field/session/")["user"]
    assert planner["may_inspect"] is False
    assert planner["why_not"]


def test_a_device_keeps_its_first_name_and_gets_a_key_per_person(api: ApiClient) -> None:
    key = uuid4()
    first = api.post("/field/devices/", {"id": str(key), "name": "Nord 1"})
    assert first.status_code == 201
    other = ApiClient(make.make_user("planner"))
    again = other.post("/field/devices/", {"id": str(key), "name": "Süd"})
    assert again.status_code == 200
    assert again.json()["name"] == "Nord 1"
    assert again.json()["key"] != first.json()["key"]
    assert FieldKey.objects.count() == 2
    assert first.json()["key"] not in str(FieldKey.objects.values_list("secret_hash", flat=True))
    assert api.post("/field/devices/", {"id": str(uuid4()), "name": " "}).status_code == 400
    assert api.post("/field/devices/", {"id": "x", "name": "N"}).status_code == 400


def test_entries_are_answered_one_by_one(api: ApiClient, arborist: Any, tree: Any) -> None:
    device = register(api)
    good = now_entry(arborist, tree)
    changed = field.change(arborist, tree, {"girth_cm": 140}, {"girth_cm": 150})
    foreign, broken = field.inspection(uuid4(), tree), "{"
    answer = api.post("/field/entries/", batch(good, changed, foreign, broken, device=device["id"]))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert [each["index"] for each in body["receipts"]] == [0, 1, 2, 3]
    assert [each["status"] for each in body["receipts"]] == [
        "accepted",
        "accepted",
        "foreign",
        "unsettled",
    ]
    for receipt, text in zip(body["receipts"], (good, changed, foreign, broken), strict=True):
        assert receipt["sha256"] == hashlib.sha256(text.encode()).hexdigest()
        assert receipt["known"] is False
    assert body["receipts"][0]["id"] == json.loads(good)["id"]
    assert body["receipts"][3]["id"] is None
    # The tree goes back once, with the last entry that touched it.
    assert body["receipts"][0]["trees"] == []
    (row,) = body["receipts"][1]["trees"]
    assert (row["id"], row["girth_cm"]) == (str(tree.pk), 150)
    assert row["inspections"][0]["id"] == json.loads(good)["id"]
    assert body["device"] == {"blocked": False, "name": "Nord 1"}
    seen = FieldDevice.objects.get()
    assert (seen.last_user, seen.app, seen.unsent, seen.photos_unsent) == (arborist, "1.0", 3, 1)
    assert seen.free_bytes == 5_000_000_000
    assert FieldEntry.objects.filter(device=seen).count() == 3


def test_what_was_open_is_answered_when_it_is_settled(
    api: ApiClient, arborist: Any, tree: Any
) -> None:
    key, place = uuid4(), make.make_place()
    urgent = now_entry(arborist, key)
    first = api.post("/field/entries/", batch(urgent)).json()
    assert first["receipts"][0]["status"] == "unsettled"
    ask = [json.loads(urgent)["id"], str(uuid4()), "Unsinn", None]
    planted = field.new_tree(arborist, place, key, make.point(5, 5))
    body = api.post("/field/entries/", batch(planted, open=ask)).json()
    (found,) = body["settled"]
    assert (found["id"], found["status"]) == (ask[0], "accepted")
    assert set(found) == {"id", "status", "sentence", "at"}
    stranger = ApiClient(make.make_user("arborist"))
    assert stranger.post("/field/entries/", batch(open=ask)).json()["settled"] == []


@pytest.mark.parametrize(
    "values",
    [
        {"sent_at": "gestern", "unsent": "viele", "free_bytes": -5, "app": 7, "open": "x"},
        {"sent_at": None, "unsent": 10**30, "photos_unsent": True, "open": [[]] * 600},
        {"device": "kein Schlüssel", "app": "x" * 500},
        {"device": {"id": 1}, "schema": "neu", "sent_at": 5},
    ],
)
def test_nonsense_around_an_entry_does_not_keep_it_away(
    api: ApiClient, arborist: Any, tree: Any, values: dict[str, Any]
) -> None:
    device = register(api)
    body = batch(now_entry(arborist, tree), device=device["id"])
    answer = api.post("/field/entries/", body | values)
    assert answer.status_code == 200
    assert answer.json()["receipts"][0]["status"] == "accepted"


@pytest.mark.parametrize(
    "body", [{"entries": "x"}, {"entries": [{}]}, {"entries": ["{"] * 51}, {"entries": {"0": ""}}]
)
def test_a_request_that_is_no_batch_is_refused_with_a_sentence(
    api: ApiClient, body: dict[str, Any]
) -> None:
    answer = api.post("/field/entries/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"]["entries"]
    assert not FieldEntry.objects.exists()


def test_a_clock_that_is_wrong_by_a_day_is_told(api: ApiClient, arborist: Any, tree: Any) -> None:
    ahead = (timezone.now() + timedelta(days=1)).isoformat()
    text = field.inspection(arborist, tree, made_at=ahead)
    receipt = api.post("/field/entries/", batch(text, sent_at=ahead)).json()["receipts"][0]
    assert receipt["status"] == "unsettled"
    assert "Uhr" in receipt["sentence"]
    assert "1 Tag" in receipt["sentence"]


def test_without_a_session_the_key_deposits(api: ApiClient, arborist: Any, tree: Any) -> None:
    device, text, content = register(api), now_entry(arborist, tree), picture()
    out = Client()
    kind = "application/json"
    answer = out.post(
        f"{FIELD}/entries/", batch(text), content_type=kind, headers=key_header(device)
    )
    assert answer.status_code == 200
    assert answer.json()["receipts"][0]["status"] == "deposited"
    assert answer.json()["device"]["name"] == "Nord 1"
    assert not Inspection.objects.exists()
    where = announce(out, metadata(arborist, tree, content), len(content), **key_header(device))
    assert where.status_code == 201
    sent = patch(out, where["Location"], 0, content, **key_header(device))
    assert (sent.status_code, sent["Upload-Offset"]) == (204, str(len(content)))
    receipt = out.get(where["Location"], headers=key_header(device)).json()
    assert (receipt["status"], receipt["photo"]) == ("received", None)
    # Signed in again: both are taken in.
    assert api.post("/field/entries/", batch(text)).json()["receipts"][0]["status"] == "accepted"
    assert Photo.objects.get().tree == tree
    # The key opens nothing else.
    for path in ("session/", "reference/", "tours/"):
        assert out.get(f"{FIELD}/{path}", headers=key_header(device)).status_code == 401
    for wrong in ("", "x", f"{device['id']}:falsch", f"{uuid4()}:{device['key']}"):
        header = {"Authorization": f"Feldgeraet {wrong}"}
        answer = out.post(f"{FIELD}/entries/", batch(text), content_type=kind, headers=header)
        assert answer.status_code == 401
    FieldKey.objects.update(revoked_at=timezone.now())
    answer = out.post(
        f"{FIELD}/entries/", batch(text), content_type=kind, headers=key_header(device)
    )
    assert answer.status_code == 401


def test_a_locked_person_hands_in_by_key_and_a_blocked_device_is_told(
    api: ApiClient, arborist: Any, tree: Any
) -> None:
    device, text = register(api), now_entry(arborist, tree)
    type(arborist).objects.filter(pk=arborist.pk).update(is_active=False)
    assert api.post("/field/entries/", batch(text)).status_code == 401
    out = Client()
    answer = out.post(
        f"{FIELD}/entries/",
        batch(text),
        content_type="application/json",
        headers=key_header(device),
    )
    assert answer.json()["receipts"][0]["status"] == "unsettled"
    type(arborist).objects.filter(pk=arborist.pk).update(is_active=True)
    block_device(by=make.make_user("administrator"), device_id=device["id"], at=timezone.now())
    body = ApiClient(arborist).post(
        "/field/entries/", batch(now_entry(arborist, tree), device=device["id"])
    )
    assert body.json()["device"]["blocked"] is True
    assert body.json()["receipts"][0]["status"] == "unsettled"
    assert not Inspection.objects.exists()
    assert FieldEntry.objects.count() == 2


def test_a_session_needs_the_csrf_token(arborist: Any, tree: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(arborist)
    body = json.dumps(batch(now_entry(arborist, tree)))
    send = {"content_type": "application/json", "data": body}
    assert client.post(f"{FIELD}/entries/", **send).status_code == 403
    client.get(f"{FIELD}/session/")
    token = client.cookies["csrftoken"].value
    answer = client.post(f"{FIELD}/entries/", **send, headers={"X-CSRFToken": token})
    assert answer.status_code == 200


def test_a_photo_by_tus(api: ApiClient, arborist: Any, tree: Any) -> None:
    client, content = api.client, picture()
    meta = metadata(arborist, tree, content)
    made = announce(client, meta, len(content))
    assert made.status_code == 201
    where = made["Location"]
    assert announce(client, meta, len(content))["Location"] == where
    half = len(content) // 2
    sent = patch(client, where, 0, content[:half])
    assert (sent.status_code, sent["Upload-Offset"]) == (204, str(half))
    assert sent["Tus-Resumable"] == "1.0.0"
    head = client.head(where, headers=TUS)
    assert (head["Upload-Offset"], head["Upload-Length"]) == (str(half), str(len(content)))
    assert head["Cache-Control"] == "no-store"
    assert client.get(where).json()["status"] == "receiving"
    assert patch(client, where, 0, content[:half]).status_code == 409
    assert patch(client, where, half, content[half:]).status_code == 204
    body = client.get(where).json()
    assert body == {
        "id": body["photo"],
        "length": len(content),
        "offset": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "status": "received",
        "sentence": "",
        "photo": str(Photo.objects.get().pk),
    }
    photo = client.get(f"/fotos/{body['photo']}/")
    assert b"".join(photo.streaming_content) == content
    assert Photo.objects.get().caption == "Stammfuß – Süd"
    assert announce(client, meta, len(content)).status_code == 201
    assert PhotoUpload.objects.count() == 1


def test_tus_says_no_as_the_protocol_does(api: ApiClient, arborist: Any, tree: Any) -> None:
    client, content = api.client, picture()
    meta = metadata(arborist, tree, content)
    options = client.options(f"{FIELD}/photos/")
    assert (options.status_code, options["Tus-Version"]) == (204, "1.0.0")
    assert options["Tus-Extension"] == "creation,checksum"
    assert options["Tus-Checksum-Algorithm"] == "sha256"
    assert options["Tus-Max-Size"] == str(15 * 1024 * 1024)
    for version in ("", "0.2.2"):
        answer = announce(client, meta, len(content), **{"Tus-Resumable": version})
        assert answer.status_code == 412
        assert answer["Tus-Version"] == "1.0.0"
    assert announce(client, meta, 15 * 1024 * 1024 + 1).status_code == 413
    for length in (0, "-1", "x", ""):
        assert announce(client, meta, length).status_code == 400
    for broken in ("", "id", "id %%%", meta.replace("sha256 ", "sha256x "), meta + ",tree eA=="):
        assert announce(client, broken, len(content)).status_code == 400
    where = announce(client, meta, len(content))["Location"]
    key = where.rstrip("/").rsplit("/", 1)[1]
    other = metadata(arborist, tree, b"anders", id=key)
    assert announce(client, other, len(content)).status_code == 409
    wrong = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    answer = patch(client, where, 0, content, **{"Upload-Checksum": f"sha256 {wrong}"})
    assert answer.status_code == 460
    for checksum in ("sha1 eA==", "sha256", "sha256 %%"):
        answer = patch(client, where, 0, content, **{"Upload-Checksum": checksum})
        assert answer.status_code == 400
    assert patch(client, where, 5, content).status_code == 409
    assert patch(client, where, 0, content + b"x").status_code == 413
    assert patch(client, where, 0, b"x" * (1024 * 1024 + 1)).status_code == 413
    assert patch(client, where, 0, content, **{"Upload-Offset": "-3"}).status_code == 400
    assert patch(client, where, 0, content, **{"Tus-Resumable": "2"}).status_code == 412
    answer = client.patch(where, content, content_type="image/jpeg", headers=TUS)
    assert answer.status_code == 415
    stranger = ApiClient(make.make_user("arborist")).client
    assert stranger.head(where, headers=TUS).status_code == 404
    assert stranger.get(where).status_code == 404
    assert patch(stranger, where, 0, content).status_code == 404
    assert announce(stranger, meta, len(content)).status_code == 403
    assert client.head(f"{FIELD}/photos/{uuid4()}/", headers=TUS).status_code == 404
    assert announce(Client(), meta, len(content)).status_code == 401
    assert PhotoUpload.objects.get().offset == 0


@pytest.mark.parametrize(
    ("content", "word"), [(b"kein Bild", "JPEG"), (b"\xff\xd8\xff\xe0" + bytes(99), "JPEG")]
)
def test_a_refused_photo_says_why(
    api: ApiClient, arborist: Any, tree: Any, content: bytes, word: str
) -> None:
    where = announce(api.client, metadata(arborist, tree, content), len(content))["Location"]
    assert patch(api.client, where, 0, content).status_code == 204
    body = api.client.get(where).json()
    assert body["status"] == "refused"
    assert word in body["sentence"]
    assert patch(api.client, where, 0, content).status_code == 409


def test_the_office_s_form_takes_the_same_words(api: ApiClient, arborist: Any, tree: Any) -> None:
    seen = field.finding()
    first = now_entry(arborist, tree)
    body = json.loads(first)
    body["body"] |= {"findings": [seen], "result": "limited"}
    api.post("/field/entries/", batch(json.dumps(body)))
    later = {
        "id": str(uuid4()),
        "tree": str(tree.pk),
        "kind": "additional",
        "inspected_at": timezone.now().isoformat(),
        "leaf_state": "bare",
        "condition": "sound",
        "phase": "mature",
        "result": "safe",
        "endings": [{"finding": seen["id"], "how": "gone"}],
        "immediate_action": "Ast entfernt",
        "carried_over": False,
    }
    for code in (201, 200):
        answer = api.post("/inspections/", later)
        assert answer.status_code == code, answer.content
    said = answer.json()["inspection"]
    assert said["endings"] == [
        {"finding": seen["id"], "symptom_name": said["endings"][0]["symptom_name"], "how": "gone"}
    ]
    assert (said["immediate_action"], said["carried_over"]) == ("Ast entfernt", False)
    other = api.post("/inspections/", later | {"immediate_action": "nichts"})
    assert other.status_code == 400
    for endings in (
        [{"finding": str(uuid4()), "how": "gone"}],
        [{"finding": seen["id"], "how": "verschwunden"}],
        [{"finding": seen["id"], "how": "gone"}] * 2,
    ):
        wrong = later | {"id": str(uuid4()), "endings": endings}
        assert api.post("/inspections/", wrong).status_code == 400
