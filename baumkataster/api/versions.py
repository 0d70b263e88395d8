"""ETag and If-Match: the version of a row that somebody read and now wants to change."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.api.errors import VersionMissing

_ETAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')

#: For the OpenAPI page.
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description=gettext_lazy('Fassung, die bearbeitet wurde (ETag der Antwort), zum Beispiel "3".'),
)


def version_asked(request: Request) -> int:
    """The version in If-Match.

    Raises:
        VersionMissing: 428, there is none.
        ParseError: 400, it is no version of ours.
    """
    text = request.headers.get("If-Match", "").strip()
    if not text:
        raise VersionMissing
    found = _ETAG.fullmatch(text)
    if found is None:
        raise ParseError(_('If-Match muss eine Fassung sein, zum Beispiel "3".'))
    return int(found[1])


def with_etag(answer: Response, row: Any) -> Response:
    """Put the row's version into the answer's ETag."""
    answer["ETag"] = f'"{row.version}"'
    return answer
