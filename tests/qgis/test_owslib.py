"""OWSLib as a client: capabilities, schema, boxes, columns, order, and filters by POST."""

import json
from xml.etree import ElementTree

import pytest
from owslib.etree import etree
from owslib.feature.wfs200 import WebFeatureService_2_0_0 as Service
from owslib.fes2 import And, Filter, PropertyIsGreaterThan, PropertyIsLike
from owslib.util import Authentication
from owslib.wfs import WebFeatureService

from tests.qgis.conftest import ServedCity

pytestmark = pytest.mark.qgis
KIND = "baum:baeume"


@pytest.fixture(scope="module")
def service(city: ServedCity) -> Service:
    return WebFeatureService(city.wfs, version="2.0.0")


def test_what_is_offered(service: Service) -> None:
    assert list(service.contents) == [KIND]
    assert "Probestadt" in service.identification.title
    layer = service.contents[KIND]
    assert {system.code for system in layer.crsOptions} >= {25832, 4326, 3857, 25833}
    west, south, east, north = layer.boundingBoxWGS84
    assert 7 < west < east < 9 and 52 < south < north < 54
    operation = service.getOperationByName("GetFeature")
    assert [constraint.name for constraint in operation.constraints] == ["CountDefault"]


def test_the_schema(service: Service) -> None:
    schema = service.get_schema(KIND)
    assert schema["geometry_column"] == "geom"
    assert schema["properties"]["hoehe_m"] == "double"


def test_boxes_columns_and_order(
    service: Service, city: ServedCity, box: tuple[float, ...]
) -> None:
    answer = service.getfeature(
        typename=[KIND],
        bbox=(*box, "urn:ogc:def:crs:EPSG::25832"),
        propertyname=["baumnummer", "stammumfang_cm", "geom"],
        sortby=["stammumfang_cm"],
        outputFormat="geojson",
    )
    features = json.loads(answer.read())["features"]
    inside = f"ST_Intersects(geom, ST_MakeEnvelope({','.join(map(str, box))}, 25832))"
    assert len(features) == city.number(inside)
    assert set(features[0]["properties"]) == {"baumnummer", "stammumfang_cm"}
    girths = [feature["properties"]["stammumfang_cm"] for feature in features]
    assert girths == sorted(girths)


def test_filters_by_post(service: Service, city: ServedCity) -> None:
    condition = And(
        [
            PropertyIsLike("baumnummer", "b-1%", matchCase=False),
            PropertyIsGreaterThan("hoehe_m", "12.5"),
        ]
    )
    text = etree.tostring(Filter(condition).toXML()).decode()
    answer = service.getfeature(typename=[KIND], filter=text, method="POST").read()
    root = ElementTree.fromstring(answer)
    expected = city.number("baumnummer ILIKE 'b-1%' AND hoehe_m > 12.5")
    assert int(root.get("numberReturned", "-1")) == expected > 10


def test_a_planner_signs_in(city: ServedCity) -> None:
    login = Authentication(username=city.username, password=city.password)
    service = WebFeatureService(city.wfs, version="2.0.0", auth=login)
    assert set(service.contents) == {KIND, "baum:baeume_kontrolle"}
    answer = service.getfeature(
        typename=["baum:baeume_kontrolle"], maxfeatures=1, outputFormat="geojson"
    )
    (feature,) = json.loads(answer.read())["features"]
    assert "faellig_am" in feature["properties"]
