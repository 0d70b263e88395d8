"""What a recorded inspection answers, and what recording it asks of the database."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baumkataster.models import Photo
from inspections.api.inspections import InspectionSerializer, inspection_rows
from inspections.models import Finding, Inspection, Measure
from tests.factories import load_reference_data, make_city, make_tree, make_user
from tests.interfaces.api_client import ApiClient
from tests.interfaces.test_api_inspections import entry

pytestmark = pytest.mark.django_db
#: Statements of one recorded inspection, sign-in and all; each costs a way to the database.
MOST_STATEMENTS = 17


@pytest.fixture(autouse=True)
def reference() -> None:
    load_reference_data()
    make_city()


@pytest.fixture
def api() -> ApiClient:
    return ApiClient(make_user("arborist"))


def photo(tree: Any) -> str:
    """A photo of the tree."""
    values = {"file": "x.jpg", "thumbnail": "y.jpg", "sha256": uuid4().hex * 2}
    size = {"width": 1, "height": 1, "taken_at": timezone.now()}
    made = Photo.objects.create(tree=tree, uploaded_by=make_user(), **values, **size)
    return str(made.pk)


def test_the_answer_is_what_reading_it_again_says(api: ApiClient) -> None:
    tree = make_tree(height_m="12.5", girth_cm=120)
    first, second = entry(tree), entry(tree)
    first["findings"][0]["photos"] = [photo(tree)]
    second["findings"][0]["continues"] = first["findings"][0]["id"]
    second |= {"limits": ["base_overgrown"], "limits_note": "Efeu", "set_months": 12}
    second |= {"interval_reason": "so gewollt", "vitality": ""}
    for sent in (first, second):
        answer = api.post("/inspections/", sent)
        assert answer.status_code == 201, answer.content
        row = inspection_rows().get(pk=sent["id"])
        rendered = api.get(f"/inspections/{sent['id']}/").json()["properties"]
        said = answer.json()["inspection"]
        assert said.pop("id") == sent["id"]
        assert said == {name: rendered[name] for name in said}
        assert set(said) | {"id"} == set(InspectionSerializer(row).data)


def test_recording_asks_the_database_few_questions(api: ApiClient) -> None:
    sent = entry(make_tree())
    api.post("/inspections/", entry(make_tree()))
    with CaptureQueriesContext(connection) as caught:
        assert api.post("/inspections/", sent).status_code == 201
    assert len(caught) <= MOST_STATEMENTS, [query["sql"][:90] for query in caught]


@pytest.mark.parametrize(("kind", "field"), [("finding", "id"), ("measure", "id")])
def test_a_key_that_is_taken_is_refused_and_nothing_is_written(
    api: ApiClient, kind: str, field: str
) -> None:
    first, second = entry(make_tree()), entry(make_tree())
    first["measures"][0]["id"] = str(uuid4())
    assert api.post("/inspections/", first).status_code == 201
    if kind == "finding":
        second["findings"][0]["id"] = first["findings"][0]["id"]
        second["measures"] = []
    else:
        second["measures"][0]["id"] = first["measures"][0]["id"]
    answer = api.post("/inspections/", second)
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["errors"], answer.json()
    assert [model.objects.count() for model in (Inspection, Finding, Measure)] == [1, 1, 1]
