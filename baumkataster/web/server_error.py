"""handler500: a database that is away for a moment is "try again" (503), everything else a fault of ours.

While a standby takes over, or PostgreSQL starts anew, middleware fails as views do; all of it ends
here. Nothing was acknowledged, so nothing is lost: forms and tablets send the same once more.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults

RETRY_SECONDS = "5"


def server_error(request: HttpRequest) -> HttpResponseBase:
    """The answer to the exception that is being handled."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return defaults.server_error(request)
    answer: HttpResponse
    if request.path.startswith("/api/"):
        sentence = _("Die Datenbank antwortet gerade nicht. Bitte gleich noch einmal senden.")
        answer = JsonResponse({"detail": sentence}, status=503)
    else:
        answer = HttpResponse(loader.get_template("500.html").render(), status=503)
    answer["Retry-After"] = RETRY_SECONDS
    return answer
