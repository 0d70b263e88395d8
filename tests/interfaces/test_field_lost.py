"""A tablet asks which of its delivered entries are not here: a backup was put back."""

import json
from typing import Any
from uuid import uuid4

import pytest

from inspections.models import PhotoUpload
from tests import factories as make
from tests.database import field_rows as field
from tests.interfaces.api_client import ApiClient

pytestmark = pytest.mark.django_db


def test_only_what_is_not_here_of_this_person_is_named() -> None:
    make.load_reference_data()
    make.make_city()
    anna, bert = make.make_user("arborist"), make.make_user("arborist")
    tree = make.make_tree()
    text = field.inspection(anna, tree)
    api = ApiClient(anna)
    assert api.post("/field/entries/", {"entries": [text]}).status_code == 200
    here, photo = json.loads(text)["id"], uuid4()
    PhotoUpload.objects.create(
        pk=photo, tree=tree.pk, person=anna, length=1, sha256="0" * 64, type="image/jpeg"
    )
    gone = [str(uuid4()), str(uuid4())]

    def ask(asking: ApiClient, **keys: list[str]) -> Any:
        return asking.post("/field/lost/", {"entries": [], "photos": []} | keys)

    found = ask(api, entries=[here, gone[0]], photos=[str(photo), gone[1]]).json()
    assert found == {"entries": [gone[0]], "photos": [gone[1]]}
    assert ask(ApiClient(bert), entries=[here]).json()["entries"] == [here]
    assert ask(api, entries=["x"]).status_code == 400
    assert ask(api, entries=gone * 251).status_code == 400


def test_the_session_names_the_database() -> None:
    make.make_city()
    api = ApiClient(make.make_user("arborist"))
    first = api.json("/field/session/")["database"]
    assert first and api.json("/field/session/")["database"] == first
