"""The words, places and rules that a tablet keeps; unchanged ones are not sent again."""

from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from baumkataster.permissions import signed_in
from inspections.api.field.areas import FieldView
from inspections.field.reference import reference


class ReferenceView(FieldView):
    """The one document."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response | HttpResponse:
        """Catalogues, species, places, units and the rule; 304 to whoever has them."""
        document = reference(
            person=signed_in(request.user), day=timezone.localdate(), now=timezone.now()
        )
        etag = f'"{document["etag"]}"'
        # A proxy that packs the answer marks the tag as weak.
        known = {
            tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))
        }
        answer: Response | HttpResponse
        answer = HttpResponseNotModified() if etag in known else Response(document)
        answer["ETag"] = etag
        answer["Cache-Control"] = "private, no-cache"
        patch_vary_headers(answer, ["Cookie"])
        return answer
