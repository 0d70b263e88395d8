"""A plain WFS client for tests: GET and POST, GeoJSON in, rows out."""

import html
import json
import re
from typing import Any

from django.test import Client

FES = (
    '<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0"'
    ' xmlns:gml="http://www.opengis.net/gml/3.2">{}</fes:Filter>'
)


class Refused(AssertionError):
    """The service answered with an exception report."""


class WfsClient:
    """Asks one feature type."""

    def __init__(self, client: Client | None = None, type_name: str = "baeume") -> None:
        self.client = client or Client()
        self.type_name = type_name

    def get(self, **query: Any) -> Any:
        """Any request by GET."""
        return self.client.get("/wfs", {"SERVICE": "WFS", "VERSION": "2.0.0"} | query)

    def rows(self, *, where: str = "", **query: Any) -> list[dict[str, Any]]:
        """GetFeature: properties of the rows; ``where`` is the inside of a fes:Filter."""
        if where:
            query["FILTER"] = FES.format(where)
        query = {"REQUEST": "GetFeature", "TYPENAMES": self.type_name} | query
        answer = self.get(OUTPUTFORMAT="geojson", **query)
        return [feature["properties"] for feature in self.features(answer)]

    def numbers(self, **query: Any) -> set[str]:
        """Tree numbers of the rows."""
        return {row["baumnummer"] for row in self.rows(**query)}

    @staticmethod
    def features(answer: Any) -> list[dict[str, Any]]:
        """The features of an answer in GeoJSON."""
        content = body(answer)
        if answer.status_code != 200 or b"ExceptionReport" in content:
            raise Refused(f"{answer.status_code}: {exception_text(content)}")
        found: list[dict[str, Any]] = json.loads(content)["features"]
        return found


def body(answer: Any) -> bytes:
    """All bytes of an answer, streamed or not."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def exception_text(content: bytes) -> str:
    """The sentence of an exception report."""
    found = re.search(rb"<ows:ExceptionText>(.*?)</ows:ExceptionText>", content, re.DOTALL)
    return html.unescape((found[1] if found else content[:300]).decode())


def literal(operator: str, name: str, value: str, attributes: str = "") -> str:
    """A comparison of a property with a text."""
    return (
        f"<fes:{operator} {attributes}><fes:ValueReference>{name}</fes:ValueReference>"
        f"<fes:Literal>{value}</fes:Literal></fes:{operator}>"
    )


def like(name: str, value: str, attributes: str = "", signs: str = "*.!") -> str:
    """A PropertyIsLike; ``signs`` are wild card, single sign and escape."""
    wild, single, escape = signs
    signs = f'wildCard="{wild}" singleChar="{single}" escapeChar="{escape}" {attributes}'
    return literal("PropertyIsLike", name, value, signs)
