"""Finds, makes and updates the account of somebody whom the city's OIDC provider has signed in."""

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from baumkataster.authorship import authored
from baumkataster.errors import Refused
from baumkataster.models import Role, User
from baumkataster.services.checking import save_checked

REASON = gettext_noop("Anmeldung über den Anmeldedienst")
#: Claim -> field, with the field's longest value.
NAMES = {"given_name": ("first_name", 150), "family_name": ("last_name", 150)}


def person_of_provider(
    *,
    provider: str,
    claims: Mapping[str, Any],
    role: str | None,
    link: str,
    create: bool,
) -> User:
    """The account of the subject in ``claims``, with the role that the provider gives now.

    ``link`` says how an account that was here before finds its person: no, email, username.

    Raises:
        Refused: no role, account deactivated, name taken, or nobody is made.
    """
    if role not in Role.values:
        raise Refused(
            _(
                "Der Anmeldedienst kennt Sie, aber keine Ihrer Gruppen öffnet das Baumkataster. "
                "Bitte wenden Sie sich an die Verwaltung."
            )
        )
    known = SocialAccount.objects.select_related("user").filter(
        provider=provider, uid=claims["sub"]
    )
    account = known.first()
    person = account.user if account else _linked(claims, link)
    if person is not None and not person.is_active:
        raise Refused(_("Ihr Konto im Baumkataster ist gesperrt. Bitte fragen Sie die Verwaltung."))
    with authored(by=person, reason=REASON):
        if person is None:
            person = _created(claims, role, create)
        else:
            _updated(person, claims, role)
        if account is None:
            SocialAccount.objects.create(user=person, provider=provider, uid=claims["sub"])
    return person


def _linked(claims: Mapping[str, Any], link: str) -> User | None:
    """The account that was here before, found by what the provider vouches for."""
    free = User.objects.exclude(socialaccount__isnull=False)
    if link == "email" and claims.get("email_verified") is True and claims.get("email"):
        found = list(free.filter(email__iexact=claims["email"])[:2])
        return found[0] if len(found) == 1 else None
    if link == "username" and claims.get("preferred_username"):
        return free.filter(username=claims["preferred_username"]).first()
    return None


def _created(claims: Mapping[str, Any], role: str, create: bool) -> User:
    """A new account without password."""
    if not create:
        raise Refused(
            _("Für Sie gibt es noch kein Konto. Bitte die Verwaltung, eines für Sie anzulegen.")
        )
    name = str(claims.get("preferred_username") or claims["sub"])[:150]
    if User.objects.filter(username__iexact=name).exists():
        raise Refused(
            _(
                "Es gibt hier schon ein Konto mit Ihrem Anmeldenamen, das nicht mit dem "
                "Anmeldedienst verbunden ist. Bitte wenden Sie sich an die Verwaltung."
            )
        )
    person = User(username=name, email=_email(claims))
    person.set_unusable_password()
    _named(person, claims, role)
    save_checked(person)
    return person


def _updated(person: User, claims: Mapping[str, Any], role: str) -> None:
    """Take over name, address and role; what the provider does not say stays."""
    before = (person.first_name, person.last_name, person.email, person.role)
    _named(person, claims, role)
    person.email = _email(claims) or person.email
    if before != (person.first_name, person.last_name, person.email, person.role):
        save_checked(
            person,
            fields=["first_name", "last_name", "email", "role", "is_staff", "is_superuser"],
        )


def _named(person: User, claims: Mapping[str, Any], role: str) -> None:
    """Name and role; Django's own admin follows the role."""
    for claim, (field, length) in NAMES.items():
        if isinstance(claims.get(claim), str):
            setattr(person, field, claims[claim][:length])
    person.role = role
    person.is_staff = person.is_superuser = role == Role.ADMINISTRATOR


def _email(claims: Mapping[str, Any]) -> str:
    """The address by the provider's word; it is written to, never signed in by."""
    found = claims.get("email")
    return found[:254] if isinstance(found, str) else ""
