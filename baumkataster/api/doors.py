"""The door of every API address: a view names it per action, this permission class keeps it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission

from baumkataster.permissions import Door, may


def door_of(view: Any) -> Door:
    """The door of the called action; a view without one is a mistake that must not go unseen."""
    doors: dict[str, Door] = view.doors
    action = getattr(view, "action", None) or view.request.method.lower()
    return doors.get(action) or doors["*"]


class DoorIsOpen(BasePermission):
    """Lets in whom baumkataster.permissions lets in; views state ``doors = {action: Door}``."""

    message = _("Ihre Rolle erlaubt das nicht.")

    def has_permission(self, request: Any, view: Any) -> bool:
        """Ask the matrix; unknown methods (OPTIONS, 405) ask for the view's widest door."""
        if getattr(view, "action", "") is None or request.method == "OPTIONS":
            return bool(request.user and request.user.is_authenticated)
        return may(request.user, door_of(view))
