"""GetCapabilities that also says how many features a page holds (CountDefault).

Without it GDAL asks for 100 trees at a time: 200 requests for a small city.
"""

from typing import Any

from django.http import HttpResponse
from gisserver.operations import wfs20

_CONSTRAINT = (
    '<ows:Constraint name="CountDefault"><ows:NoValues/>'
    "<ows:DefaultValue>{count}</ows:DefaultValue></ows:Constraint>"
)
#: Last constraint of the library's template; ours is put before it.
_BEFORE = '<ows:Constraint name="DefaultMaxFeatures">'
_OPERATION = '<ows:Operation name="GetFeature">'
_OPERATION_END = "</ows:Operation>"


class GetCapabilities(wfs20.GetCapabilities):
    """The library's answer with one constraint more, for the service and for GetFeature."""

    def process_request(self, ows_request: Any) -> HttpResponse:
        """Render, then add what the template cannot say."""
        answer: HttpResponse = super().process_request(ows_request)
        answer.content = with_count_default(
            answer.content.decode(), self.view.max_page_size
        ).encode()
        return answer


def with_count_default(text: str, count: int) -> str:
    """The capabilities with CountDefault; they stay valid (constraints follow parameters)."""
    constraint = _CONSTRAINT.format(count=count)
    before, found, after = text.partition(_OPERATION)
    inside, end, rest = after.partition(_OPERATION_END)
    text = before + found + inside + constraint + end + rest
    return text.replace(_BEFORE, constraint + _BEFORE, 1)
