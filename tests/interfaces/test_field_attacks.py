"""What tries to break the field app's addresses and the office's review: nothing ends in a 500."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from inspections.models import FieldEntry
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
