"""Who may record: what ends a session, a person or a right holds at the very next entry."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from baumkataster.models import InspectorIdentity, Unit, User
from inspections.models import FieldEntry, Inspection
from tests.database import field_rows as field
from tests.factories import load_reference_data, make_tree, make_user
from tests.interfaces.test_api_inspections import entry

pytestmark = pytest.mark.django_db
FORM, FIELD = "/api/v1/inspections/", "/api/v1/field/entries/"


@pytest.fixture
def arborist() -> Any:
    load_reference_data()
    return make_user("arborist")


def session_ends(user: User) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def session_is_gone(user: User) -> None:
    Session.objects.all().delete()


def session_is_forged(user: User) -> None:
    Session.objects.update(session_data="x" * 40)


def account_is_locked(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def password_is_new(user: User) -> None:
    user.set_password("ein-anderes-Passwort")
    user.save()


def role_is_another(user: User) -> None:
    User.objects.filter(pk=user.pk).update(role="contractor")


def second_factor_is_missing(user: User) -> None:
    """Nothing in the database; the setting is changed in the test."""


ENDS = [
    (session_ends, 401), (session_is_gone, 401), (session_is_forged, 401),
    (account_is_locked, 401), (password_is_new, 401), (role_is_another, 403),
    (second_factor_is_missing, 403),
]  # fmt: skip


@pytest.mark.parametrize(("end", "status"), ENDS)
@pytest.mark.parametrize("path", [FORM, FIELD])
def test_who_was_let_in_once_is_asked_again(
    arborist: Any, settings: Any, path: str, end: Callable[[User], None], status: int
) -> None:
    client = Client()
    client.force_login(arborist)

    def post() -> Any:
        tree = make_tree(phase="mature")
        body = entry(tree)
        if path == FIELD:
            made = timezone.now().isoformat()
            body = {"entries": [field.inspection(arborist, tree, made_at=made)]}
        return client.post(path, body, content_type="application/json")

    assert post().status_code in {200, 201}
    end(arborist)
    if end is second_factor_is_missing:
        settings.MFA_REQUIRED_ROLES = frozenset({"arborist"})
    assert post().status_code == status
    assert Inspection.objects.count() == 1
    assert FieldEntry.objects.count() == (path == FIELD)


def test_without_the_token_of_the_form_nothing_is_recorded(arborist: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(arborist)
    answer = client.post(FORM, entry(make_tree()), content_type="application/json")
    assert answer.status_code == 403 and not Inspection.objects.exists()


def test_a_qualification_that_ran_out_is_said_before_the_form_is_looked_at(arborist: Any) -> None:
    newest = InspectorIdentity.objects.filter(user=arborist).latest("valid_from")
    today = timezone.localdate()
    InspectorIdentity.objects.create(
        user=arborist,
        name=newest.name,
        qualification=newest.qualification,
        certificate_number="2",
        valid_from=today,
        certificate_valid_until=today - timedelta(days=1),
    )
    client = Client()
    client.force_login(arborist)
    answer = client.post(FORM, {"nonsense": 1}, content_type="application/json")
    assert answer.status_code == 403 and "abgelaufen" in answer.json()["detail"]


def test_a_manager_of_a_relation_still_chooses_among_its_own() -> None:
    unit = Unit.objects.create(code="R1", name="Revier 1")
    stranger = make_user("arborist")
    assert User.objects.get(pk=stranger.pk) == stranger
    with pytest.raises(User.DoesNotExist):
        unit.members.get(pk=stranger.pk)
