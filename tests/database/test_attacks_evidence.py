"""Evidence that must not get lost or mixed up when somebody sends cleverly."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as installed
from django.test import RequestFactory
from PIL import Image

from baumkataster.api.authentication import FailedSignIns
from baumkataster.errors import Refused
from baumkataster.models import Photo
from baumkataster.services import add_photo
from inspections.models import MeasureKind, Symptom, Urgency
from inspections.services import FindingEntry, MeasureEntry, order_measure, record_inspection
from tests.factories import load_reference_data, make_city, make_entry, make_tree, make_user
from tests.interfaces.api_client import ApiClient

pytestmark = pytest.mark.django_db
RECEIVED = datetime(2026, 6, 1, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def reference() -> None:
    load_reference_data()
    make_city()


def finding(**values: Any) -> FindingEntry:
    symptom = Symptom.objects.filter(active=True).first()
    defaults = {"zone": symptom.zone_id, "symptom": symptom.pk, "severity": 1, "note": "erster"}
    return FindingEntry(**(defaults | values))


@pytest.mark.parametrize(
    "other",
    [
        {"note": "anders"}, {"vitality": "2"}, {"phase": "aging"}, {"leaf_state": "bare"},
        {"weather": "Regen"}, {"limits": ("ivy",)}, {"set_months": 3}, {"also_regular": True},
    ],
)  # fmt: skip
def test_another_content_under_a_known_key_is_not_answered_as_kept(other: dict[str, Any]) -> None:
    arborist = make_user()
    entry = make_entry(make_tree(), arborist, findings=(finding(),))
    record_inspection(by=arborist, entry=entry, received_at=RECEIVED)
    again = record_inspection(by=arborist, entry=entry, received_at=RECEIVED)
    assert not again.created
    with pytest.raises(Refused, match="andere Kontrolle"):
        record_inspection(by=arborist, entry=replace(entry, **other), received_at=RECEIVED)


def test_another_word_in_a_finding_is_not_answered_as_kept() -> None:
    arborist = make_user()
    entry = make_entry(make_tree(), arborist, findings=(finding(),))
    record_inspection(by=arborist, entry=entry, received_at=RECEIVED)
    other = (replace(entry.findings[0], note="zweiter"),)
    with pytest.raises(Refused, match="andere Kontrolle"):
        record_inspection(by=arborist, entry=replace(entry, findings=other), received_at=RECEIVED)


def test_a_measure_of_another_tree_does_not_swallow_an_order() -> None:
    arborist, key = make_user(), uuid4()
    words = {
        "kind": MeasureKind.objects.filter(active=True).first().pk,
        "urgency": Urgency.objects.filter(immediate=False).first().pk,
    }
    order_measure(by=arborist, day=RECEIVED.date(), tree_id=make_tree().pk, id=key, **words)
    entry = make_entry(make_tree(), arborist, measures=(MeasureEntry(id=key, **words),))
    with pytest.raises(Refused):
        record_inspection(by=arborist, entry=entry, received_at=RECEIVED)


def test_findings_beyond_the_most_are_refused_not_dropped() -> None:
    arborist, tree = make_user(), make_tree()
    one = finding()
    words = {"zone": one.zone, "symptom": one.symptom, "severity": 1}
    body = {
        "id": str(uuid4()), "tree": str(tree.pk), "kind": "regular", "vitality": "1",
        "inspected_at": "2026-06-01T09:00:00Z", "leaf_state": "leafy", "condition": "sound",
        "phase": "mature", "result": "safe", "findings": [words] * 61,
    }  # fmt: skip
    answer = ApiClient(arborist).post("/inspections/", body)
    assert answer.status_code == 400 and "findings" in answer.json()["errors"]


def test_a_camera_that_lives_in_year_one_leaves_a_readable_photo(
    settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "0001:01:01 00:00:00"
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", exif=exif)
    buffer.seek(0)
    made = add_photo(by=make_user(), tree=make_tree(), upload=buffer, received_at=RECEIVED)
    assert Photo.objects.get(pk=made.pk).taken_at == RECEIVED


def test_the_counter_of_failed_passwords_does_not_believe_the_sender() -> None:
    """Without a proxy a client could else try on for ever under invented addresses."""
    assert installed.REST_FRAMEWORK["NUM_PROXIES"] is not None
    keys = {
        FailedSignIns().get_cache_key(
            RequestFactory().get("/", headers={"X-Forwarded-For": spoofed}), SimpleNamespace()
        )
        for spoofed in ("1.1.1.1", "2.2.2.2", "")
    }
    assert len(keys) == 1
