"""What tries to break the field app's addresses and the office's review: nothing ends in a 500."""

import base64
import hashlib
import io
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from PIL import Image

from inspections.models import FieldEntry, FindingPhoto, PhotoPiece
from inspections.services import order_measure
from inspections.sync import uploads
from tests import factories as make
from tests.database import field_rows as field
from tests.interfaces.api_client import ApiClient

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def office() -> Client:
    client = Client()
    client.force_login(make.make_user("supervisor"))
    return client


@pytest.mark.parametrize("word", ["\\ud800", "\\u0000", "<script>alert(1)</script>", "=1+1"])
def test_no_word_of_a_tablet_breaks_the_review_or_runs_in_it(office, arborist, tree, word):
    text = field.inspection(arborist, tree, {"note": "?", "phase": "?"}).replace("?", word)
    field.send(arborist, text)
    for address in ("/klaerung/", f"/klaerung/{FieldEntry.objects.get().pk}/"):
        answer = office.get(address)
        assert answer.status_code == 200
        assert b"<script>alert(1)" not in answer.content


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_no_instant_of_a_tablet_breaks_the_review_or_the_next_request(
    api, office, arborist, tree, moment
):
    text = field.inspection(arborist, tree, made_at=moment)
    for _again in range(2):
        answer = api.post("/field/entries/", {"entries": [text], "sent_at": moment})
        assert answer.status_code == 200
        assert answer.json()["receipts"][0]["status"] == "unsettled"
    assert office.get("/klaerung/").status_code == 200


@pytest.mark.parametrize("corner", [10**400, -(10**400), 1e308, 361])
def test_a_ring_beyond_all_numbers_is_refused(api, corner):
    area = {"kind": "polygon", "ring": [[corner, 51], [9.1, 51], [9.1, 51.1]]}
    assert api.post("/field/areas/size/", {"area": area}).status_code == 400


def test_a_cursor_of_any_form_sends_everything_anew(api, tree):
    area = {"kind": "filter"}
    life = api.post("/field/areas/changes/", {"area": area, "cursor": None}).json()["cursor"]
    ahead = f"{life.rpartition('.')[0]}.{2**63}"
    for cursor in ("", ".", "x", "-.-", f"{uuid4()}.1", ahead, life + "0000000"):
        answer = api.post("/field/areas/changes/", {"area": area, "cursor": cursor})
        assert (answer.status_code, answer.json()["reset"]) == (200, True), cursor


PIECE = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


def jpeg(shade: int = 100) -> bytes:
    """A small plain picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), (shade, 90, 30)).save(buffer, "JPEG")
    return buffer.getvalue()


def announce(api: ApiClient, person: Any, tree: Any, content: bytes, **values: Any) -> Any:
    """Say that a photo comes; its key and the answer."""
    key = str(uuid4())
    meta = {
        "id": key,
        "tree": str(tree.pk),
        "person": str(person.pk),
        "sha256": hashlib.sha256(content).hexdigest(),
    } | values
    header = ",".join(
        f"{name} {base64.b64encode(str(v).encode()).decode()}" for name, v in meta.items()
    )
    headers = TUS | {"Upload-Length": str(len(content)), "Upload-Metadata": header}
    answer = api.client.post(
        "/api/v1/field/photos/", b"", content_type="text/plain", headers=headers
    )
    assert answer.status_code == 201, answer.content
    return key


def piece(api: ApiClient, key: str, offset: int, content: bytes) -> int:
    """Send bytes."""
    return api.client.patch(
        f"/api/v1/field/photos/{key}/",
        content,
        content_type=PIECE,
        headers=TUS | {"Upload-Offset": str(offset)},
    ).status_code


def receipt(api: ApiClient, key: str) -> dict[str, Any]:
    """What the server says of a photo."""
    found: dict[str, Any] = api.client.get(f"/api/v1/field/photos/{key}/", headers=TUS).json()
    return found


def test_uploads_that_never_end_fill_nothing_and_lose_nothing(api, arborist, tree, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_STARTED", 3)
    content = jpeg()
    keys = []
    for _n in range(8):
        keys.append(announce(api, arborist, tree, content))
        assert piece(api, keys[-1], 0, content[:100]) == 204
    assert PhotoPiece.objects.count() <= 4
    assert receipt(api, keys[-1])["offset"] == 100
    assert piece(api, keys[0], 100, content[100:]) == 409
    assert receipt(api, keys[0])["offset"] == 0
    assert piece(api, keys[0], 0, content) == 204
    assert receipt(api, keys[0])["status"] == "received"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "+010000-01-01T00:00:00Z", "x"])
def test_a_camera_s_nonsense_date_keeps_no_photo_on_the_tablet(api, arborist, tree, moment):
    content = jpeg()
    key = announce(api, arborist, tree, content, taken_at=moment)
    assert piece(api, key, 0, content) == 204
    assert receipt(api, key)["status"] == "received"


def test_nobody_hangs_a_photo_at_another_person_s_finding(api, arborist, tree):
    seen = field.finding()
    text = field.inspection(arborist, tree, {"findings": [seen], "result": "limited"})
    assert field.statuses(field.send(arborist, text)) == ["accepted"]
    planner = make.make_user("planner")
    door, content = ApiClient(planner), jpeg()
    key = announce(door, planner, tree, content, finding=seen["id"])
    assert piece(door, key, 0, content) == 204
    assert receipt(door, key)["status"] == "unsettled"
    assert not FindingPhoto.objects.exists()
    own = announce(api, arborist, tree, jpeg(200), finding=seen["id"])
    assert piece(api, own, 0, jpeg(200)) == 204
    assert (receipt(api, own)["status"], FindingPhoto.objects.count()) == ("received", 1)


def test_nobody_proves_another_person_s_work(api, arborist, tree):
    measure = order_measure(
        by=arborist, day=field.NOW.date(), tree_id=tree.pk, kind="deadwood", urgency="2"
    )
    body = {"measure": str(measure.pk), "done_on": "2026-11-27", "done_by": "Bauhof", "note": ""}
    text = field.entry("measure_done", arborist, tree, body)
    assert field.statuses(field.send(arborist, text)) == ["accepted"]
    planner = make.make_user("planner")
    door, content = ApiClient(planner), jpeg()
    key = announce(door, planner, tree, content, measure=measure.pk)
    assert piece(door, key, 0, content) == 204
    measure.refresh_from_db()
    assert (receipt(door, key)["status"], measure.done_photo) == ("unsettled", None)
    own = announce(api, arborist, tree, jpeg(200), measure=measure.pk, entry=field.id_of(text))
    assert piece(api, own, 0, jpeg(200)) == 204
    measure.refresh_from_db()
    assert str(measure.done_photo_id) == own
