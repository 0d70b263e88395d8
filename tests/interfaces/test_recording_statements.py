"""What one recording asks of the database: few statements, and no more for more findings."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inspections.models import Inspection
from tests.factories import load_reference_data, make_tree, make_user
from tests.interfaces.api_client import ApiClient
from tests.interfaces.test_api_inspections import entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> ApiClient:
    load_reference_data()
    return ApiClient(make_user("arborist"))


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
