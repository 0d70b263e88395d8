"""Whether a person must have, and has, a second factor; asked by pages, API and application passwords."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from baumkataster.models import User

#: Recovery codes alone are no factor.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: User) -> bool:
    """Whether the person has set up a code app or a passkey."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def lacks_second_factor(user: User) -> bool:
    """Whether the person's role needs a second factor that is not there yet."""
    return user.role in settings.MFA_REQUIRED_ROLES and not has_second_factor(user)
