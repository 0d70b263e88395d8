"""How large a question to the WFS may be; looked at before anything is built from it.

The library refuses entities, but builds queries of any depth and width: a filter of 100,000
negations kept a thread busy for minutes, 20,000 alternatives became one statement of 20,000 values.
"""

from typing import Any, Final
from xml.parsers.expat import ExpatError, ParserCreate

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from gisserver.exceptions import OperationParsingFailed

#: Bytes of a posted question; a polygon of 20,000 corners needs half of them.
MAX_BYTES: Final = 1_000_000
#: Elements of a question; QGIS asks for a selection of some thousand trees by their keys.
MAX_ELEMENTS: Final = 5_000
#: Elements inside each other; what a person writes stays below 20.
MAX_DEPTH: Final = 50


class _TooLarge(Exception):
    """Ends the counting."""


class _Counter:
    """Counts elements and depth while expat reads."""

    def __init__(self) -> None:
        self.elements = self.depth = 0

    def start(self, _name: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise _TooLarge

    def end(self, _name: str) -> None:
        """An element ends."""
        self.depth -= 1

    def refuse(self, *_arguments: Any) -> None:
        """A document type: entities follow."""
        raise _TooLarge


def too_large(request: HttpRequest) -> HttpResponse | None:
    """A refusal in words of the WFS, or None when the question may be read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        return _refusal(413)
    texts = [str(value) for name, value in request.GET.items() if name.upper() == "FILTER"]
    if request.method == "POST":
        texts.append(request.body.decode("utf-8", "replace"))
    return _refusal(400) if any(_is_too_large(text) for text in texts) else None


def _is_too_large(text: str) -> bool:
    """Whether an XML text holds too much; what is no XML is left to the library's own words."""
    counter, parser = _Counter(), ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = counter.start, counter.end
    parser.StartDoctypeDeclHandler = counter.refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except _TooLarge:
        return True
    except (ExpatError, ValueError):
        return False
    return False


def _refusal(status: int) -> HttpResponse:
    sentence = _(
        "Diese Anfrage ist zu groß: höchstens 1 MB, %(elements)d Elemente und %(depth)d Ebenen. "
        "Bitte den Filter kleiner fassen oder die ganze Ebene laden."
    ) % {"elements": MAX_ELEMENTS, "depth": MAX_DEPTH}
    answer: HttpResponse = OperationParsingFailed(sentence, locator="filter").as_response()
    answer.status_code = status
    return answer
