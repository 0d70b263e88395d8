"""Middleware: a bucket that is down is a sentence and "try again", for pages, API and tablets."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from baumkataster.files import StorageDown

logger = logging.getLogger(__name__)
RETRY_SECONDS = "30"


class StorageMayBeDown:
    """Tablets keep what is answered with 503 and send it again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """What was begun is taken back by the deed's transaction."""
        if not isinstance(problem, StorageDown):
            return None
        logger.error("The file storage is down: %s", problem)
        sentence = _(
            "Der Speicher für Fotos und Dateien antwortet nicht. Es ist nichts verloren;"
            " bitte versuchen Sie es in ein paar Minuten noch einmal."
        )
        answer: HttpResponse
        if request.path.startswith("/api/"):
            answer = JsonResponse({"detail": sentence}, status=503)
        else:
            answer = HttpResponse(
                f"{sentence}\n", status=503, content_type="text/plain; charset=utf-8"
            )
        answer["Retry-After"] = RETRY_SECONDS
        return answer
