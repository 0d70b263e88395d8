"""Translates every "no" of the API to one shape of answer; named in settings as the exception handler."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as ModelProblem
from django.db import DataError, IntegrityError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from baumkataster.api.conflicts import conflict_rows
from baumkataster.errors import NON_FIELD, Refused, Stale


class VersionMissing(exceptions.APIException):
    """A write to a versioned row came without If-Match."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = gettext_lazy(
        "Bitte im Kopf If-Match die Fassung angeben, die Sie bearbeitet haben."
    )
    default_code = "version_missing"


def explain(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler.

    400 ``{"errors": {field: [sentence]}}`` · 412 ``{"current", "conflicts"}`` · else
    ``{"detail": sentence}``. Unknown exceptions return None: they are bugs and stay 500.
    """
    if isinstance(exc, Stale):
        set_rollback()
        return _stale(exc, context)
    if isinstance(exc, RequestDataTooBig):
        sentence = _("Die Anfrage ist zu groß. Bitte auf mehrere kleinere verteilen.")
        return Response({"detail": sentence}, status=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    problems = _problems(exc)
    if problems is not None:
        set_rollback()
        return Response({"errors": problems}, status=status.HTTP_400_BAD_REQUEST)
    if isinstance(exc, Http404):
        # Django's own words are English and name the class.
        exc = exceptions.NotFound(_("Das gibt es nicht, oder es ist nicht für Sie bestimmt."))
    answer = exception_handler(exc, context)
    if answer is not None and isinstance(
        exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed
    ):
        _ask_to_sign_in(answer, context)
    return answer


def _problems(exc: Exception) -> dict[str, list[str]] | None:
    """Sentences by field for exceptions that mean "the input is wrong", else None."""
    for kind, sentences in _WRONG_INPUT:
        if isinstance(exc, kind):
            return sentences(exc)
    return None


def _of_model(exc: Any) -> dict[str, list[str]]:
    """Django's own problems."""
    return exc.message_dict if hasattr(exc, "error_dict") else {NON_FIELD: exc.messages}


def flatten(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested problems: ``{"findings": [{}, {"zone": [..]}]}`` -> ``findings.1.zone``."""
    if isinstance(detail, Mapping):
        pairs = [(str(key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        pairs = [(str(index), value) for index, value in enumerate(detail)]
    else:
        texts = detail if isinstance(detail, list) else [detail]
        return {path or NON_FIELD: [str(text) for text in texts]} if texts else {}
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        name = NON_FIELD if key == "non_field_errors" else key
        inner = f"{path}.{name}" if path and name != NON_FIELD else path or name
        for field, texts in flatten(value, inner).items():
            found.setdefault(field, []).extend(texts)
    return found


_WRONG_INPUT: tuple[tuple[type[Exception], Callable[[Any], dict[str, list[str]]]], ...] = (
    (Refused, lambda exc: exc.problems),
    (exceptions.ValidationError, lambda exc: flatten(exc.detail)),
    (exceptions.ParseError, lambda exc: {NON_FIELD: [str(exc.detail)]}),
    (ModelProblem, _of_model),
    (
        IntegrityError,
        lambda _exc: {
            NON_FIELD: [_("Diese Angaben widersprechen dem, was schon gespeichert ist.")]
        },
    ),
    (
        DataError,
        lambda _exc: {NON_FIELD: [_("Ein Wert ist zu groß, zu lang oder hat die falsche Form.")]},
    ),
)


def _stale(exc: Stale, context: dict[str, Any]) -> Response:
    """Both values of each field in dispute, and the row as it is now."""
    describe = getattr(context.get("view"), "describe", None)
    current = describe(exc.current) if describe else exc.current
    return Response(
        {"current": current, "conflicts": conflict_rows(exc)},
        status=status.HTTP_412_PRECONDITION_FAILED,
    )


def _ask_to_sign_in(answer: Response, context: dict[str, Any]) -> None:
    """Answer 401; a browser without password header must not show its own password window."""
    answer.status_code = status.HTTP_401_UNAUTHORIZED
    request = context.get("request")
    basic = request is not None and "HTTP_AUTHORIZATION" in request.META
    answer["WWW-Authenticate"] = ("Basic" if basic else "Session") + ' realm="Baumkataster"'
