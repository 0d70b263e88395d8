"""What one recording asks of the database: few statements, and no more for more findings."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inspections.models import FieldEntry, Inspection
from tests.database import field_rows as field
from tests.factories import load_reference_data, make_tree, make_user
from tests.interfaces.api_client import ApiClient
from tests.interfaces.test_api_inspections import entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def arborist() -> Any:
    load_reference_data()
    return make_user("arborist")


@pytest.fixture
def api(arborist: Any) -> ApiClient:
    return ApiClient(arborist)


def asked(caught: CaptureQueriesContext) -> list[str]:
    """Without the savepoint that stands for the transaction in tests."""
    words = ("SAVEPOINT", "RELEASE")
    return [q["sql"] for q in caught.captured_queries if not q["sql"].startswith(words)]


def finding() -> dict[str, Any]:
    return {"id": str(uuid4()), "zone": "K", "symptom": "K13", "severity": 2}


def test_the_form_asks_as_often_whatever_it_holds(api: ApiClient) -> None:
    trees = [make_tree(phase="mature") for _ in range(3)]
    api.post("/inspections/", entry(trees[0], phase="mature"))
    counts = []
    for tree, many in ((trees[1], 1), (trees[2], 12)):
        body = entry(tree, phase="mature")
        body["findings"] = [finding() for _ in range(many)]
        body["measures"] = []
        with CaptureQueriesContext(connection) as caught:
            answer = api.post("/inspections/", body)
        assert answer.status_code == 201, answer.content
        counts.append(len(asked(caught)))
        assert Inspection.objects.get(pk=body["id"]).findings.count() == many
    # Session, person, qualification, author, tree, facts, rows, due date; and two more because
    # the test has a transaction of its own, in which the author before is read and set again.
    assert counts == [10, 10], [text[:90] for text in asked(caught)]


def test_an_unknown_tree_is_not_found(api: ApiClient) -> None:
    tree = make_tree()
    body = entry(tree) | {"tree": str(uuid4())}
    assert api.post("/inspections/", body).status_code == 404
    assert not Inspection.objects.filter(received_at__lte=timezone.now()).exists()


def batch(texts: list[str]) -> dict[str, Any]:
    return {"entries": texts, "sent_at": timezone.now().isoformat()}


def seen(arborist: Any, **values: Any) -> str:
    """The text of an inspection with one finding, at a tree of its own."""
    body = {"phase": "mature", "findings": [finding()], "made_at": timezone.now()} | values
    made_at = body.pop("made_at").isoformat()
    return field.inspection(arborist, make_tree(phase="mature"), body, made_at=made_at)


def test_a_tablet_asks_as_often_for_each_entry_of_a_batch(api: ApiClient, arborist: Any) -> None:
    counts = []
    for many in (1, 1, 10, 10):
        texts = [seen(arborist) for _ in range(many)]
        with CaptureQueriesContext(connection) as caught:
            answer = api.post("/field/entries/", batch(texts))
        assert [r["status"] for r in answer.json()["receipts"]] == ["accepted"] * many
        counts.append(len(asked(caught)))
    one, ten = counts[1], counts[3]
    # One of the twelve is, again, only asked inside the test's transaction.
    assert (one, ten - one) == (18, 9 * 12 + 1), [text[:80] for text in asked(caught)]


def test_one_refused_among_ten_undoes_no_other(api: ApiClient, arborist: Any) -> None:
    texts = [seen(arborist) for _ in range(10)]
    texts[2] = seen(arborist, findings=[finding() | {"symptom": "X99"}])
    texts[5] = seen(arborist, findings=[finding() | {"severity": 9}])
    texts[7] = "{"
    receipts = api.post("/field/entries/", batch(texts)).json()["receipts"]
    refused = {2, 5, 7}
    assert [r["status"] for r in receipts] == [
        "unsettled" if index in refused else "accepted" for index in range(10)
    ]
    kept = {str(key) for key in Inspection.objects.values_list("pk", flat=True)}
    assert kept == {r["id"] for r in receipts if r["index"] not in refused}
    assert FieldEntry.objects.count() == 10
    assert [bool(r["trees"]) for r in receipts] == [index not in refused for index in range(10)]
    again = api.post("/field/entries/", batch(texts)).json()["receipts"]
    assert [(r["status"], r["known"]) for r in again] == [(r["status"], True) for r in receipts]
    assert Inspection.objects.count() == 7 and FieldEntry.objects.count() == 10
