"""Requests that are small to send and large to understand, for test_bombs.py."""

import io
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

WFS = (
    '<wfs:GetFeature xmlns:wfs="http://www.opengis.net/wfs/2.0" service="WFS" version="2.0.0"'
    ' xmlns:fes="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2">'
    '<wfs:Query typeNames="baeume"><fes:Filter>{}</fes:Filter></wfs:Query></wfs:GetFeature>'
)
XML, JSON = "text/xml", "application/json"


@dataclass(frozen=True)
class Bomb:
    """One request; ``made`` gives its body when it is sent."""

    name: str
    path: str
    kind: str
    made: Callable[[], bytes]
    #: Statuses of a clear refusal, or of an answer that costs no more than any other.
    fine: tuple[int, ...] = (400, 413)


def laughs() -> bytes:
    """A billion laughs: entities of entities."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    return f"<!DOCTYPE x [{entities}]>{WFS.format('&a9;')}".encode()


def quadratic() -> bytes:
    """One long entity, said very often."""
    head = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
    return (head + WFS.format("&a;" * 50_000)).encode()


def stranger() -> bytes:
    """A file of the server as an entity."""
    head = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    inner = "<fes:PropertyIsEqualTo><fes:ValueReference>baumnummer</fes:ValueReference>"
    return (
        head + WFS.format(f"{inner}<fes:Literal>&a;</fes:Literal></fes:PropertyIsEqualTo>")
    ).encode()


def deep_filter() -> bytes:
    """A hundred thousand negations."""
    return WFS.format("<fes:Not>" * 100_000 + "</fes:Not>" * 100_000).encode()


def wide_filter() -> bytes:
    """A hundred thousand alternatives."""
    one = (
        "<fes:PropertyIsEqualTo><fes:ValueReference>baumnummer</fes:ValueReference>"
        "<fes:Literal>1</fes:Literal></fes:PropertyIsEqualTo>"
    )
    return WFS.format(f"<fes:Or>{one * 20_000}</fes:Or>").encode()


def ring(points: int) -> list[list[float]]:
    """A ring around the test city with so many corners, near a circle."""
    step = 0.2 / max(points, 1)
    half = [[8.1 + step * n, 53.1 + (n % 2) * 1e-6] for n in range(points)]
    return [*half, [8.3, 53.2], [8.1, 53.2], half[0]]


def gml_polygon() -> bytes:
    """A filter by a polygon of a million corners."""
    corners = " ".join(f"{x:.5f} {y:.5f}" for x, y in ring(1_000_000))
    polygon = (
        "<fes:Intersects><fes:ValueReference>geom</fes:ValueReference>"
        '<gml:Polygon gml:id="p" srsName="urn:ogc:def:crs:OGC:1.3:CRS84"><gml:exterior>'
        f"<gml:LinearRing><gml:posList>{corners}</gml:posList></gml:LinearRing>"
        "</gml:exterior></gml:Polygon></fes:Intersects>"
    )
    return WFS.format(polygon).encode()


def area(points: int) -> bytes:
    """A tablet's area with so many corners."""
    return json.dumps({"area": {"kind": "polygon", "ring": ring(points)}}).encode()


def picture_bomb() -> bytes:
    """A PNG of 30,000 × 30,000 points in a few hundred kilobytes."""
    side = 30_000

    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    packer = zlib.compressobj(9)
    rows = io.BytesIO()
    line = bytes(1 + side // 8)
    for _line in range(side):
        rows.write(packer.compress(line))
    rows.write(packer.flush())
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows.getvalue())
        + chunk(b"IEND", b"")
    )  # fmt: skip


def form(content: bytes, tree: str, name: str = "bombe.png") -> tuple[str, bytes]:
    """A photo upload as a browser sends it: content type and body."""
    edge = "x" * 30
    body = b"".join(
        (
            f'--{edge}\r\nContent-Disposition: form-data; name="tree"\r\n\r\n{tree}\r\n'.encode(),
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode(),
            b"Content-Type: image/png\r\n\r\n", content, f"\r\n--{edge}--\r\n".encode(),
        )
    )  # fmt: skip
    return f"multipart/form-data; boundary={edge}", body


def entries() -> bytes:
    """A tablet that hands in a text of fifty megabytes."""
    text = json.dumps({"id": str(uuid4()), "note": "x" * 50_000_000})
    return json.dumps({"entries": [text]}).encode()


def long_number() -> bytes:
    """A number that takes hours to read."""
    return b'{"a":' + b"9" * 1_000_000 + b"}"


BOMBS = (
    Bomb("billion laughs", "/wfs", XML, laughs),
    Bomb("quadratic entities", "/wfs", XML, quadratic),
    Bomb("external entity", "/wfs", XML, stranger),
    Bomb("deep filter", "/wfs", XML, deep_filter),
    Bomb("wide filter", "/wfs", XML, wide_filter),
    Bomb("polygon of a million corners", "/wfs", XML, gml_polygon),
    Bomb("area of a million corners", "/api/v1/field/areas/size/", JSON, lambda: area(1_000_000)),
    Bomb("area of 20,000 corners", "/api/v1/field/areas/size/", JSON, lambda: area(20_000)),
    Bomb("deep JSON", "/api/v1/inspections/", JSON, lambda: b"[" * 4_000_000),
    Bomb("fifty megabytes", "/api/v1/field/entries/", JSON, entries),
    Bomb("number of a million digits", "/api/v1/inspections/", JSON, long_number),
)  # fmt: skip
