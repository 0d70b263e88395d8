"""What a tablet asks first at each contact: who is signed in, which city, which settings, what time it is."""

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.api.parameters import uuids
from baumkataster.models import CitySettings, User
from baumkataster.permissions import signed_in, why_no_inspection
from inspections.api.field.areas import FieldView
from inspections.field.changes import database_life
from inspections.models import FieldDevice


class SessionView(FieldView):
    """The present session."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """401 when nobody is signed in; ``?device=`` names the tablet."""
        plain: HttpRequest = request._request
        get_token(plain)
        keys = uuids(request.query_params, "device")
        device = FieldDevice.objects.filter(pk__in=keys).first() if keys else None
        city = CitySettings.objects.filter(pk=1).first()
        answer = Response(
            {
                "user": _user(signed_in(request.user)),
                "city": {"name": city.name if city else "", "is_demo": bool(city and city.is_demo)},
                "settings": {
                    "pin_minutes": city.field_pin_minutes if city else 0,
                    "measures_work": bool(city and city.field_measures_work),
                },
                "server_time": timezone.now(),
                "database": database_life(),
                "device": described(device) if device else None,
            }
        )
        answer["Cache-Control"] = "no-store"
        return answer


def described(device: FieldDevice) -> dict[str, Any]:
    """A device as tablets know it."""
    return {
        "id": str(device.pk),
        "name": device.name,
        "blocked": device.blocked_at is not None,
    }


def _user(user: User) -> dict[str, Any]:
    """Who is signed in, and whether they may inspect today."""
    why_not = why_no_inspection(user, day=timezone.localdate())
    return {
        "id": str(user.pk),
        "name": str(user),
        "username": user.username,
        "role": user.role,
        # By this the tablet tells a fresh sign-in from a session that was merely still open.
        "last_login": user.last_login,
        "may_inspect": not why_not,
        "why_not": why_not,
    }
