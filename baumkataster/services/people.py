"""Deeds on people and their passwords; called by the account and administration pages."""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import (
    READING,
    ApplicationPassword,
    InspectorIdentity,
    Role,
    Scope,
    Unit,
    User,
)
from baumkataster.services.checking import locked, save_checked

#: Application passwords in use at once; more nobody keeps apart.
MOST_PASSWORDS = 20
PERSON_FIELDS = frozenset(
    ["username", "first_name", "last_name", "email", "phone", "organisation", "role", "is_active"]
)


def new_secret() -> str:
    """A random 160-bit secret in groups of base32, that can be copied by hand."""
    text = base64.b32encode(secrets.token_bytes(20)).decode("ascii").lower()
    return "-".join(text[start : start + 8] for start in range(0, len(text), 8))


def hash_secret(secret: str) -> str:
    """SHA-256 as it is stored; blanks, dashes and case do not matter."""
    plain = secret.replace("-", "").replace(" ", "").lower()
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()


def create_application_password(
    *,
    by: User,
    name: str,
    scopes: Sequence[str] = READING,
    expires_on: date | None = None,
    networks: str = "",
) -> tuple[ApplicationPassword, str]:
    """Make a password for one program of ``by``; the secret is returned once and never stored.

    Raises:
        Refused: no name, no purpose, no such network, or too many passwords.
    """
    if by.application_passwords.filter(revoked_at__isnull=True).count() >= MOST_PASSWORDS:
        raise Refused(_("Bitte widerrufen Sie zuerst Passwörter, die Sie nicht mehr brauchen."))
    if not scopes or set(scopes) - set(Scope.values):
        raise Refused({"scopes": [_("Bitte wählen Sie, wozu das Passwort dienen soll.")]})
    secret = new_secret()
    password = ApplicationPassword(
        user=by,
        name=name.strip(),
        secret_hash=hash_secret(secret),
        scopes=[str(scope) for scope in scopes],
        expires_on=expires_on,
        networks=_networks(networks),
    )
    with authored(by=by):
        save_checked(password)
    return password, secret


def _networks(text: str) -> str:
    """Addresses and networks as they are stored: with blanks between."""
    words = text.replace(",", " ").split()
    try:
        return " ".join(str(ip_network(word, strict=False)) for word in words)
    except ValueError as error:
        sentence = _("Bitte Adressen oder Netze angeben, zum Beispiel 10.1.2.3 oder 10.1.0.0/16.")
        raise Refused({"networks": [sentence]}) from error


def revoke_application_password(*, by: User, password_id: UUID, now: datetime) -> None:
    """Make a password of ``by`` (or of anybody, for administrators) useless from now on.

    Raises:
        Refused: it is not theirs.
    """
    with authored(by=by):
        password = locked(ApplicationPassword, password_id)
        if password.user_id != by.pk and by.role != Role.ADMINISTRATOR:
            raise Refused(_("Dieses Passwort gehört einer anderen Person."))
        if password.revoked_at is None:
            password.revoked_at = now
            password.save(update_fields=["revoked_at"])


def create_person(
    *, by: User, values: Mapping[str, Any], units: Iterable[Unit] = ()
) -> tuple[User, str]:
    """Make an account; the first password is returned once, to be handed over and changed.

    Raises:
        Refused: by field, as save_person.
    """
    password = new_secret()
    person = User(is_active=True)
    person.set_password(password)
    _assign(person, values)
    with authored(by=by):
        save_checked(person)
        person.units.set(units)
    return person, password


def change_person(
    *, by: User, person_id: UUID, values: Mapping[str, Any], units: Iterable[Unit] | None = None
) -> User:
    """Change role, name, units of a person, or deactivate them; people are never deleted.

    Raises:
        Refused: by field; also who would shut themselves out, or the last administrator.
    """
    with authored(by=by):
        person = locked(User, person_id)
        _keep_an_administrator(by, person, values)
        _assign(person, values)
        save_checked(person, fields=[*PERSON_FIELDS, "is_staff", "is_superuser"])
        if units is not None:
            person.units.set(units)
    return person


def reset_password(*, by: User, person_id: UUID) -> str:
    """Give a person a new random password, returned once; all their sessions end.

    Raises:
        Refused: no such person.
    """
    password = new_secret()
    with authored(by=by):
        person = locked(User, person_id)
        person.set_password(password)
        person.save(update_fields=["password"])
    return password


def reset_second_factor(*, by: User, person_id: UUID) -> None:
    """Forget codes, passkeys and recovery codes of a person who has lost them.

    Raises:
        Refused: no such person.
    """
    with authored(by=by):
        Authenticator.objects.filter(user=locked(User, person_id)).delete()


def set_password(*, by: User, person: User, password: str) -> None:
    """Set a password that somebody chose.

    Raises:
        Refused: too short, too common, too like the name.
    """
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused({"password": list(error.messages)}) from error
    with authored(by=by):
        person.set_password(password)
        person.save(update_fields=["password"])


def add_identity(
    *,
    by: User,
    person_id: UUID,
    name: str,
    qualification: str,
    valid_from: date,
    certificate_number: str = "",
    certificate_valid_until: date | None = None,
) -> InspectorIdentity:
    """Record who an inspector is from a day on; earlier versions stay as inspections name them.

    Raises:
        Refused: by field; a certificate that ends before it begins.
    """
    if certificate_valid_until is not None and certificate_valid_until < valid_from:
        raise Refused({"certificate_valid_until": [_("Das Zertifikat endet vor dem ersten Tag.")]})
    with authored(by=by):
        identity = InspectorIdentity(
            user=locked(User, person_id),
            name=name,
            qualification=qualification,
            certificate_number=certificate_number,
            certificate_valid_until=certificate_valid_until,
            valid_from=valid_from,
        )
        save_checked(identity)
    return identity


def save_unit(*, by: User, unit: Unit, values: Mapping[str, Any], members: Iterable[User]) -> Unit:
    """Make or change a unit, its supervisor, deputy and members.

    Raises:
        Refused: by field.
    """
    for name in ("code", "name", "supervisor", "deputy"):
        setattr(unit, name, values[name])
    if unit.supervisor is not None and unit.supervisor == unit.deputy:
        raise Refused({"deputy": [_("Leitung und Vertretung müssen zwei Personen sein.")]})
    with authored(by=by):
        save_checked(unit)
        unit.members.set(members)
    return unit


def _assign(person: User, values: Mapping[str, Any]) -> None:
    """Take over the fields of a person; Django's own admin follows the role."""
    for name in PERSON_FIELDS & set(values):
        setattr(person, name, values[name])
    person.is_staff = person.is_superuser = person.role == Role.ADMINISTRATOR


def _keep_an_administrator(by: User, person: User, values: Mapping[str, Any]) -> None:
    """Nobody takes their own key away, and one administrator always stays."""
    loses = values.get("role", person.role) != Role.ADMINISTRATOR or not values.get(
        "is_active", person.is_active
    )
    if person.role != Role.ADMINISTRATOR or not loses:
        return
    if person.pk == by.pk:
        raise Refused(_("Sie können sich die Verwaltung nicht selbst nehmen."))
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=person.pk)
    if not others.exists():
        raise Refused(_("Eine Person mit der Rolle Verwaltung muss bleiben."))
