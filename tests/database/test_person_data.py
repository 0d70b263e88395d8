"""What is kept about a person: told whole, forgotten as far as evidence allows, and documented."""

import json
from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from baumkataster.models import Change, InspectorIdentity, User
from baumkataster.services.people import change_person, create_application_password
from baumkataster.services.person_data import forget_person, relations
from inspections.models import Inspection
from tests import factories as make

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def person():
    make.load_reference_data()
    found = make.make_user("arborist", username="birnbaum", last_name="Birnbaum", phone="4711")
    make.record(make.make_tree(), found, inspected_at=timezone.now())
    create_application_password(by=found, name="QGIS von Birnbaum")
    Authenticator.objects.create(user=found, type="totp", data={"secret": "GEHEIM"})
    SocialAccount.objects.create(user=found, provider="oidc-x", uid="subject-4711")
    boss = make.make_user("administrator")
    change_person(by=boss, person_id=found.pk, values={"email": "birnbaum@stadt.example"})
    return found


def test_every_table_that_names_a_person_is_documented():
    page = (ROOT / "docs/datenschutz.md").read_text(encoding="utf-8")
    tables = {model._meta.db_table for model, _name in relations()}
    assert len(tables) > 20
    assert not {table for table in tables if f"`{table}`" not in page}


def test_a_person_learns_all_that_is_kept_and_no_secret(person):
    out = StringIO()
    call_command("person_data", "birnbaum", stdout=out)
    told = json.loads(out.getvalue())
    assert told["baumkataster_user"][0]["phone"] == "4711"
    for table in (
        "inspections_inspection.inspected_by",
        "baumkataster_inspectoridentity.user",
        "baumkataster_applicationpassword.user",
        "mfa_authenticator.user",
        "socialaccount_socialaccount.user",
        "baumkataster_change.row_id",
    ):
        assert told[table], table
    row = person.application_passwords.get()
    for secret in ("GEHEIM", row.secret_hash, person.password):
        assert secret not in out.getvalue()
    with pytest.raises(CommandError):
        call_command("person_data", "niemand", stdout=out)


def test_who_has_left_is_forgotten_but_for_the_proof(person):
    with pytest.raises(CommandError, match="zuerst sperren"):
        call_command("forget_person", "birnbaum", "--yes")
    User.objects.filter(pk=person.pk).update(is_active=False)
    call_command("forget_person", "birnbaum", "--yes", stdout=StringIO())
    found = User.objects.get(pk=person.pk)
    assert (found.first_name, found.last_name, found.email, found.phone) == ("", "", "", "")
    assert found.username.startswith("ehemals-") and not found.has_usable_password()
    assert not Authenticator.objects.exists() and not SocialAccount.objects.exists()
    assert found.application_passwords.get().revoked_at is not None
    history = Change.objects.filter(row_id=str(person.pk))
    assert history.exists() and "irnbaum" not in str(list(history.values("old", "new")))
    assert Inspection.objects.get().inspected_by == found
    assert InspectorIdentity.objects.filter(user=found).exists()


def test_the_function_refuses_active_accounts_and_history_stays_closed(person):
    for statement in (
        f"SELECT baum_forget_person('{person.pk}')",
        "UPDATE baumkataster_change SET old = NULL",
    ):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('baum.forgetting', pg_current_xact_id()::text, true)")
            cursor.execute(statement)
    forgotten = make.make_user("planner", is_active=False)
    forget_person(by=None, person=forgotten, now=timezone.now())
    assert Change.objects.filter(row_id=str(person.pk), old__has_key="email").exists()
