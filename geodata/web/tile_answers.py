"""The HTTP answer of a tile, for tiles.py and tile_visitors.py."""

from collections.abc import Container
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

TILE_TYPE = "application/vnd.mapbox-vector-tile"
#: Asked for again each time, so that a changed tree is seen at once; unchanged it is a 304.
NO_CACHE = "private, no-cache"


def seen_by(request: HttpRequest) -> list[str]:
    """Etags of what the browser has of this address."""
    said = request.META.get("HTTP_IF_NONE_MATCH", "")
    return parse_etags(said) if said else []


def tile_answer(
    seen: Container[str], content: bytes | None, keep: str, etag: str = ""
) -> HttpResponse:
    """The tile, or 304 when it is among ``seen``; None: the browser is known to have it.

    Without ``etag`` a tile is known by its bytes.
    """
    etag = etag or f'"{sha256(content or b"").hexdigest()[:24]}"'
    answer: HttpResponse
    if content is None or etag in seen:
        answer = HttpResponseNotModified()
    else:
        answer = HttpResponse(content, content_type=TILE_TYPE)
        # Without it gunicorn sends the tile in chunks, each with a call of its own.
        answer["Content-Length"] = len(content)
    answer["ETag"] = etag
    answer["Cache-Control"] = keep
    patch_vary_headers(answer, ["Cookie"])
    return answer
