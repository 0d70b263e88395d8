"""Guards a page by its door: sign-in for strangers, a clear 403 for those whose role does not open it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from baumkataster.permissions import Door, may

View = Callable[..., HttpResponseBase]


def door(needed: Door) -> Callable[[View], View]:
    """Decorate a view with the door that it stands behind; the matrix test reads ``view.door``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if may(request.user, needed):
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied(_("Ihre Rolle öffnet diese Seite nicht."))

        guarded.door = needed  # type: ignore[attr-defined]
        return guarded

    return decorate
