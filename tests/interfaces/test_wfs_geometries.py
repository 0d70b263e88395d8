"""Reference systems and geometries of the WFS: exact, and no text of a client ever reaches GDAL."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.gis.gdal import OGRGeometry, SpatialReference
from django.contrib.gis.gdal.prototypes import geom as ogr_prototypes
from django.db import connection
from gisserver import crs as library
from gisserver.exceptions import ExternalValueError

from geodata.ogc.reference_systems import CRS84, SYSTEMS, known_system
from tests.factories import CENTRE, load_reference_data, make_city, make_place, make_tree, point
from tests.interfaces.wfs_client import Refused, WfsClient, body, exception_text
from tests.kept_rows import kept_rows  # noqa: F401

pytestmark = pytest.mark.django_db
EAST, NORTH = CENTRE


@pytest.fixture(scope="module")
def trees(kept_rows: None) -> None:  # noqa: F811
    """A grid of 10 × 10 trees, 100 m apart."""
    load_reference_data()
    make_city(public_wfs=True)
    place = make_place()
    for column in range(10):
        for row in range(10):
            make_tree(place=place, number=f"{column}{row}", geom=point(column * 100, row * 100))


@pytest.fixture
def wfs(trees: None) -> WfsClient:
    """Somebody who asks about the grid."""
    return WfsClient()


def envelope(west: float, south: float, east: float, north: float, name: str = "") -> str:
    attribute = f' srsName="{name}"' if name else ""
    return (
        "<fes:BBOX><fes:ValueReference>geom</fes:ValueReference>"
        f"<gml:Envelope{attribute}><gml:lowerCorner>{west!r} {south!r}</gml:lowerCorner>"
        f"<gml:upperCorner>{east!r} {north!r}</gml:upperCorner></gml:Envelope></fes:BBOX>"
    )


def in_sql(condition: str, *params: Any) -> set[str]:
    """Numbers of the trees for which plain SQL says yes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.number FROM baumkataster_tree t JOIN baumkataster_site s ON s.id = t.site_id"
            f" WHERE {condition}",
            params,
        )
        return {number for (number,) in cursor.fetchall()}


def corners(epsg: int) -> tuple[float, float, float, float]:
    """A box around some of the trees, in another system (x before y), its sides near no tree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(g), ST_YMin(g), ST_XMax(g), ST_YMax(g) FROM"
            " (SELECT ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 25832), %s) AS g) e",
            [EAST + 150, NORTH + 250, EAST + 560, NORTH + 730, epsg],
        )
        west, south, east, north = cursor.fetchone()
        return west, south, east, north


def test_an_envelope_without_system_speaks_the_layers_own(wfs: WfsClient) -> None:
    box = (EAST + 100, NORTH + 100, EAST + 300, NORTH + 200)
    expected = {"11", "21", "31", "12", "22", "32"}
    assert wfs.numbers(where=envelope(*box)) == expected
    without_name = envelope(*box).replace("<fes:ValueReference>geom</fes:ValueReference>", "")
    assert wfs.numbers(where=without_name) == expected


def test_envelopes_of_older_gml(wfs: WfsClient) -> None:
    box = envelope(EAST - 1, NORTH - 1, EAST + 1, NORTH + 1, "EPSG:25832")
    older = box.replace("<gml:Envelope", '<gml:Envelope xmlns:gml="http://www.opengis.net/gml"')
    assert wfs.numbers(where=older) == {"00"}


def test_an_envelope_without_system_speaks_the_querys(wfs: WfsClient) -> None:
    west, south, east, north = corners(4326)
    where = envelope(south, west, north, east)
    assert len(wfs.numbers(where=where, SRSNAME="urn:ogc:def:crs:EPSG::4326")) == 20


def test_boxes_end_exactly_where_they_say(wfs: WfsClient) -> None:
    for inch, number in ((0.001, 1), (-0.001, 0)):
        box = (EAST - 50, NORTH - 50, EAST + inch, NORTH + 0.001)
        assert len(wfs.numbers(where=envelope(*box))) == number


@pytest.mark.parametrize(
    ("name", "epsg", "latitude_first"),
    [
        ("urn:ogc:def:crs:EPSG::25832", 25832, False),
        ("EPSG:25832", 25832, False),
        ("http://www.opengis.net/def/crs/EPSG/0/25832", 25832, False),
        ("urn:ogc:def:crs:EPSG::25833", 25833, False),
        ("urn:ogc:def:crs:EPSG::3857", 3857, False),
        ("EPSG:3857", 3857, False),
        ("urn:ogc:def:crs:EPSG::4326", 4326, True),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", 4326, True),
        ("EPSG:4326", 4326, False),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", 4326, False),
        ("urn:ogc:def:crs:OGC::CRS84", 4326, False),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326, False),
        ("urn:ogc:def:crs:EPSG::4258", 4258, True),
    ],
)
def test_boxes_in_every_system(wfs: WfsClient, name: str, epsg: int, latitude_first: bool) -> None:
    west, south, east, north = corners(epsg)
    numbers = (south, west, north, east) if latitude_first else (west, south, east, north)
    inside = "ST_Transform(t.geom, %s) && ST_MakeEnvelope(%s, %s, %s, %s, %s)"
    expected = in_sql(inside, epsg, west, south, east, north, epsg)
    assert 15 < len(expected) < 40
    assert wfs.numbers(where=envelope(*numbers, name=name)) == expected
    assert wfs.numbers(BBOX=",".join([*map(repr, numbers), name])) == expected


def test_long_sides_of_boxes_are_parallels_not_chords(wfs: WfsClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(g), ST_Y(g) FROM (SELECT ST_Transform("
            "ST_SetSRID(ST_MakePoint(%s, %s), 25832), 4326) AS g) p",
            [EAST + 500, NORTH + 900],
        )
        longitude, latitude = cursor.fetchone()
    for inch, inside in ((3e-8, True), (-3e-8, False)):
        box = f"{longitude - 0.2},{latitude - 0.2},{longitude + 0.2},{latitude + inch}"
        found = wfs.numbers(BBOX=f"{box},urn:ogc:def:crs:OGC::CRS84")
        assert ("59" in found) is inside
        assert "08" in found


def test_the_whole_world_is_no_mistake(wfs: WfsClient) -> None:
    assert len(wfs.numbers(BBOX="-180,-90,180,90,urn:ogc:def:crs:OGC::CRS84")) == 100
    world = 20037508.34
    assert len(wfs.numbers(BBOX=f"{-world},{-world},{world},{world},EPSG:3857")) == 100
    assert wfs.numbers(BBOX="-100,10,-90,20,urn:ogc:def:crs:OGC::CRS84") == set()


@pytest.mark.parametrize(
    ("name", "epsg", "latitude_first"),
    [
        ("urn:ogc:def:crs:EPSG::25832", 25832, False),
        ("urn:ogc:def:crs:EPSG::25833", 25833, False),
        ("urn:ogc:def:crs:EPSG::3857", 3857, False),
        ("urn:ogc:def:crs:EPSG::4326", 4326, True),
        ("urn:ogc:def:crs:EPSG::4258", 4258, True),
        ("EPSG:4326", 4326, False),
        ("urn:ogc:def:crs:OGC::CRS84", 4326, False),
        ("OGC:CRS84", 4326, False),
    ],
)
def test_gml_in_every_system_equals_sql(
    wfs: WfsClient, name: str, epsg: int, latitude_first: bool
) -> None:
    text = body(wfs.get(REQUEST="GetFeature", TYPENAMES="baeume", COUNT=1, SRSNAME=name)).decode()
    first, second = map(float, text.split("<gml:pos", 1)[1].split(">", 1)[1].split("<")[0].split())
    key = text.split('gml:id="baeume.', 1)[1].split('"')[0]
    x, y = (second, first) if latitude_first else (first, second)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(g), ST_Y(g) FROM (SELECT ST_Transform(geom, %s) AS g"
            " FROM baumkataster_tree WHERE id = %s) t",
            [epsg, key],
        )
        assert (x, y) == pytest.approx(cursor.fetchone(), abs=1e-9)


def test_geojson_has_the_longitude_first(wfs: WfsClient) -> None:
    query = {"REQUEST": "GetFeature", "TYPENAMES": "baeume", "OUTPUTFORMAT": "geojson", "COUNT": 1}
    answer = wfs.get(SRSNAME="urn:ogc:def:crs:EPSG::4326", **query)
    longitude, latitude = json.loads(body(answer))["features"][0]["geometry"]["coordinates"]
    assert 8 < longitude < 9 and 53 < latitude < 54


GEOMETRIES = {
    "Point": "<gml:pos>{e} {n}</gml:pos>",
    "LineString": "<gml:posList>{e} {n} {f} {n}</gml:posList>",
    "Polygon": (
        "<gml:exterior><gml:LinearRing><gml:posList>{e} {n} {f} {n} {f} {o} {e} {o} {e} {n}"
        "</gml:posList></gml:LinearRing></gml:exterior>"
    ),
    "MultiPoint": (
        "<gml:pointMember><gml:Point><gml:pos>{e} {n}</gml:pos></gml:Point></gml:pointMember>"
        "<gml:pointMember><gml:Point><gml:pos>{f} {o}</gml:pos></gml:Point></gml:pointMember>"
    ),
    "MultiSurface": (
        "<gml:surfaceMember><gml:Polygon><gml:exterior><gml:LinearRing>"
        "<gml:pos>{e} {n}</gml:pos><gml:pos>{f} {n}</gml:pos><gml:pos>{f} {o}</gml:pos>"
        "<gml:pos>{e} {n}</gml:pos></gml:LinearRing></gml:exterior></gml:Polygon>"
        "</gml:surfaceMember>"
    ),
}


@pytest.mark.parametrize(
    ("kind", "number"),
    [("Point", 1), ("LineString", 3), ("Polygon", 9), ("MultiPoint", 2), ("MultiSurface", 6)],
)
def test_geometries_of_filters(wfs: WfsClient, kind: str, number: int) -> None:
    inside = GEOMETRIES[kind].format(e=EAST, n=NORTH, f=EAST + 200, o=NORTH + 200)
    where = (
        "<fes:Intersects><fes:ValueReference>geom</fes:ValueReference>"
        f'<gml:{kind} srsName="urn:ogc:def:crs:EPSG::25832">{inside}</gml:{kind}></fes:Intersects>'
    )
    assert len(wfs.numbers(where=where)) == number


def test_distances(wfs: WfsClient) -> None:
    where = (
        "<fes:DWithin><fes:ValueReference>geom</fes:ValueReference>"
        f"<gml:Point><gml:pos>{EAST} {NORTH}</gml:pos></gml:Point>"
        '<fes:Distance uom="m">100.5</fes:Distance></fes:DWithin>'
    )
    assert wfs.numbers(where=where) == {"00", "01", "10"}


HOSTILE = [
    "GEOGCS[evil]",
    "+proj=longlat +datum=WGS84",
    "EPSG:4326+5773",
    "epsg:4326\x00",
    "IGNF:ETRS89LCC",
    "urn:ogc:def:crs:EPSG::2056",
    "urn:ogc:def:crs:EPSG:8.9.6:4326/../etc/passwd",
    "http://evil.example/crs.xml",
    "file:///etc/passwd",
    "http://www.opengis.net/gml/srs/epsg.xml#31467",
    "/vsicurl/http://evil.example/x",
    "٤٣٢٦",
]


#: Good notations that nobody but a client would write just so.
UNUSUAL = [
    "urn:ogc:def:crs:EPSG:6.11.9:4326",
    "urn:ogc:def:crs:epsg::4258",
    "http://www.opengis.net/def/crs/epsg/0/4326",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_unknown_systems_are_refused_without_an_echo(text: str) -> None:
    with pytest.raises(ExternalValueError) as refusal:
        known_system(text)
    assert text not in str(refusal.value)
    assert known_system("CRS:84") is CRS84
    assert known_system(4326) is SYSTEMS[4326]


class Recorder:
    """Everything that is handed to GDAL and PROJ."""

    def __init__(self) -> None:
        self.seen: list[str] = []


@pytest.fixture
def gdal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    recorder = Recorder()

    def record(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def recording(*args: Any, **kwargs: Any) -> Any:
            recorder.seen += [repr(value) for value in (*args, *kwargs.values())]
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, recording)

    record(SpatialReference, "__init__")
    record(OGRGeometry, "__init__")
    record(ogr_prototypes, "from_gml")
    for name in ("_get_proj_crs_from_string", "_get_proj_crs_from_authority"):
        record(library, name)
    library._get_spatial_reference.cache_clear()
    yield recorder
    library._get_spatial_reference.cache_clear()


def test_no_client_text_reaches_gdal(wfs: WfsClient, gdal: Recorder) -> None:
    for text in [*HOSTILE, *UNUSUAL, "EPSG:4326", "urn:ogc:def:crs:OGC::CRS84"]:
        for query in (
            {"SRSNAME": text},
            {"BBOX": f"8.1,53.1,8.3,53.2,{text}"},
            {"where": envelope(8.1, 53.1, 8.3, 53.2, name=quote(text, safe=":/#.+[]= "))},
        ):
            try:
                wfs.rows(**query)
            except Refused as refusal:
                assert str(refusal).startswith("400")
        answer = wfs.get(REQUEST="GetFeature", TYPENAMES="baeume", SRSNAME=text)
        assert answer.status_code == 200 or exception_text(body(answer))
    # Only our own numbers get there, in truth nothing does: PostGIS turns the coordinates.
    for value in gdal.seen:
        assert not any(text in value for text in [*HOSTILE, *UNUSUAL])
        assert "Envelope" not in value and "gml" not in value.lower()
    SpatialReference("EPSG:25832")
    assert "'EPSG:25832'" in gdal.seen, "the recorder is blind"
