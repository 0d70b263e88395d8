"""A test client that comes in by the web server's door (baumkataster/wsgi.py), as browsers do."""

from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from baumkataster.wsgi import application


class DoorClient(Client):
    """Django's own begins behind the door, with the middleware."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(**({"HTTP_HOST": "testserver"} | defaults))
        self.handler = _by_the_door


def _by_the_door(environ: dict[str, Any]) -> Any:
    heard: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc: Any = None) -> None:
        heard.extend([status, headers])

    # A test's connection is in its transaction, which a web server's never is between requests.
    keep = patch.object(connection, "close_if_unusable_or_obsolete")
    with keep if connection.in_atomic_block else nullcontext():
        parts = application(environ, start_response)
        content = b"".join(parts)
        parts.close()
    answer: Any = HttpResponse(content, status=int(heard[0][:3]), reason=heard[0][4:])
    del answer["Content-Type"]
    for name, value in heard[1]:
        answer[name] = value
    answer.wsgi_request = WSGIRequest(environ)
    return answer
