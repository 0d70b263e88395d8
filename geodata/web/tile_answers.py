"""The HTTP answer of a tile, for tiles.py and tile_visitors.py."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

TILE_TYPE = "application/vnd.mapbox-vector-tile"
#: Asked for again each time, so that a changed tree is seen at once; unchanged it is a 304.
NO_CACHE = "private, no-cache"


def tile_answer(request: HttpRequest, content: bytes, keep: str) -> HttpResponse:
    """The tile, or 304 when the browser has the same bytes."""
    etag = f'"{sha256(content).hexdigest()[:24]}"'
    answer: HttpResponse
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        answer = HttpResponseNotModified()
    else:
        answer = HttpResponse(content, content_type=TILE_TYPE)
    answer["ETag"] = etag
    answer["Cache-Control"] = keep
    patch_vary_headers(answer, ["Cookie"])
    return answer
