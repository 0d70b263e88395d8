"""What is kept about one person, for themselves (Art. 15 GDPR), and what goes when they have left."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Change, User
from baumkataster.services.checking import locked

#: Never shown, not even to their person.
SECRET = frozenset(["password", "secret_hash", "data", "sha256", "body"])
SIGN_INS = (AccessLog, AccessFailureLog, AccessAttempt)


def relations() -> list[tuple[type[Model], str]]:
    """Every table and column that names a person, whichever app it belongs to."""
    return [
        (model, field.name)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.get_fields()
        if field.concrete and not field.many_to_many and field.related_model is User
    ]


def person_data(*, person: User) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Table and column, with all rows that name the person there."""
    yield "baumkataster_user", [_row(person)]
    for model, name in relations():
        rows = model._default_manager.filter(**{name: person.pk}).iterator(1000)
        found = [_row(row) for row in rows]
        if found:
            yield f"{model._meta.db_table}.{name}", found
    history = Change.objects.filter(table_name="baumkataster_user", row_id=str(person.pk))
    yield "baumkataster_change.row_id", [_row(row) for row in history]
    for model in SIGN_INS:
        found = [_row(row) for row in model.objects.filter(username=person.username)]
        if found:
            yield f"{model._meta.db_table}.username", found


def _row(row: Model) -> dict[str, Any]:
    """All columns but secrets."""
    names = [f.name for f in row._meta.concrete_fields if f.name not in SECRET]
    values = model_to_dict(row, fields=names)
    hidden = {f.name: f.value_from_object(row) for f in row._meta.concrete_fields}
    return {name: values.get(name, hidden[name]) for name in names}


def forget_person(*, by: User | None, person: User, now: datetime) -> None:
    """Make the account of somebody who has left nameless; inspections keep the name of their proof.

    Raises:
        Refused: the account can still sign in.
    """
    with authored(by=by, reason=_("Konto nach dem Ausscheiden namenlos gemacht")):
        found = locked(User, person.pk)
        if found.is_active:
            raise Refused(_("Bitte das Konto zuerst sperren."))
        for model in SIGN_INS:
            model.objects.filter(username=found.username).delete()
        found.username = f"ehemals-{str(found.pk)[:13]}"
        found.first_name = found.last_name = found.email = found.phone = found.organisation = ""
        found.is_staff = found.is_superuser = False
        found.last_login = None
        # No password, and all sessions end.
        found.set_unusable_password()
        found.save()
        found.units.clear()
        Authenticator.objects.filter(user=found).delete()
        SocialAccount.objects.filter(user=found).delete()
        found.application_passwords.filter(revoked_at__isnull=True).update(revoked_at=now)
        found.application_passwords.update(name="–")
        found.field_keys.filter(revoked_at__isnull=True).update(revoked_at=now)
        with connection.cursor() as cursor:
            cursor.execute("SELECT baum_forget_person(%s)", [found.pk])
