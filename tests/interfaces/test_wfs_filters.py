"""Filters of the WFS answer what they say: case, patterns, sorting, pages, and refusals in words."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from geodata.ogc.comparisons import sql_pattern
from inspections.models import ControlPlan, RuleSet
from tests.factories import load_reference_data, make_city, make_place, make_tree, make_user, point
from tests.interfaces.wfs_client import (
    FES,
    Refused,
    WfsClient,
    body,
    exception_text,
    like,
    literal,
)
from tests.kept_rows import kept_rows  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def trees(kept_rows: None) -> None:  # noqa: F811
    """Five trees whose names and numbers are full of signs."""
    load_reference_data()
    make_city(public_wfs=True)
    for number, name, height in [
        ("A-1", "Ähornweg", 4.5),
        ("a-2", "Ahornweg 50%", 10),
        ("B-1", "Buchenallee", 12.5),
        ("B-2", "Am_Bach", None),
        ("B-3", "Am Bach*", 20),
    ]:
        place = make_place(name=name)
        make_tree(place=place, number=number, height_m=height, geom=point(len(name)))


@pytest.fixture
def wfs(trees: None) -> WfsClient:
    """Somebody who asks about them."""
    return WfsClient()


@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        (literal("PropertyIsEqualTo", "baumnummer", "A-2"), set()),
        (literal("PropertyIsEqualTo", "baumnummer", "A-2", 'matchCase="true"'), set()),
        (literal("PropertyIsEqualTo", "baumnummer", "A-2", 'matchCase="false"'), {"a-2"}),
        (literal("PropertyIsEqualTo", "baumnummer", "A-2", 'matchCase="0"'), {"a-2"}),
        (literal("PropertyIsEqualTo", "objekt", "ähornweg", 'matchCase="false"'), {"A-1"}),
        (
            literal("PropertyIsNotEqualTo", "baumnummer", "A-2", 'matchCase="false"'),
            {"A-1", "B-1", "B-2", "B-3"},
        ),
        (literal("PropertyIsLessThan", "baumnummer", "B-1", 'matchCase="false"'), {"A-1", "a-2"}),
        (literal("PropertyIsEqualTo", "hoehe_m", "10", 'matchCase="false"'), {"a-2"}),
        (literal("PropertyIsGreaterThan", "hoehe_m", "10"), {"B-1", "B-3"}),
        (like("baumnummer", "b-*"), set()),
        (like("baumnummer", "b-*", 'matchCase="false"'), {"B-1", "B-2", "B-3"}),
        (like("objekt", "äHORN*", 'matchCase="false"'), {"A-1"}),
        (like("baumnummer", "B-."), {"B-1", "B-2", "B-3"}),
        (like("objekt", "*50%*"), {"a-2"}),
        (like("objekt", "Am_*"), {"B-2"}),
        (like("objekt", "*!*"), {"B-3"}),
        (like("objekt", "Am%", signs="%_\\"), {"B-2", "B-3"}),
        (like("objekt", "Am\\_%", signs="%_\\"), {"B-2"}),
        (like("objekt", "Ende\\", signs="%_\\"), set()),
    ],
)
def test_comparisons(wfs: WfsClient, where: str, numbers: set[str]) -> None:
    assert wfs.numbers(where=where) == numbers


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("a*b.c", "a%b_c"), ("100%_", "100\\%\\_"), ("!*!!!.", "*!."), ("\\", "\\\\"), ("x!", "x!")],
)
def test_patterns(text: str, pattern: str) -> None:
    assert sql_pattern(text, wild="*", single=".", escape="!") == pattern


def test_functions_still_work(wfs: WfsClient) -> None:
    where = (
        "<fes:PropertyIsEqualTo><fes:Function name='strToUpperCase'>"
        "<fes:ValueReference>baumnummer</fes:ValueReference></fes:Function>"
        "<fes:Literal>A-2</fes:Literal></fes:PropertyIsEqualTo>"
    )
    assert wfs.numbers(where=where) == {"a-2"}


def test_pages_neither_overlap_nor_leave_out(wfs: WfsClient) -> None:
    for sort in ({}, {"SORTBY": "objektart"}, {"SORTBY": "objektart DESC,art_deutsch"}):
        with CaptureQueriesContext(connection) as queries:
            pages = [wfs.rows(COUNT=2, STARTINDEX=start, **sort) for start in (0, 2, 4)]
        numbers = [row["baumnummer"] for page in pages for row in page]
        assert len(numbers) == len(set(numbers)) == 5
        # Five rows come in the same order by chance; only the key at the end makes it sure.
        asked = [q["sql"] for q in queries.captured_queries if "AsGeoJSON" in q["sql"]]
        assert len(asked) == 3
        assert all('"geodata_public_tree"."id" ASC LIMIT 2' in sql for sql in asked)


def test_sorting(wfs: WfsClient) -> None:
    rows = wfs.rows(
        SORTBY="hoehe_m DESC",
        COUNT=4,
        where="<fes:Not><fes:PropertyIsNull>"
        "<fes:ValueReference>hoehe_m</fes:ValueReference></fes:PropertyIsNull></fes:Not>",
    )
    assert [row["hoehe_m"] for row in rows] == [20.0, 12.5, 10.0, 4.5]


def test_numbers_are_numbers(wfs: WfsClient) -> None:
    (row,) = wfs.rows(where=literal("PropertyIsEqualTo", "baumnummer", "B-1"))
    assert row["hoehe_m"] == 12.5
    assert isinstance(row["stammumfang_cm"], int)


def test_rows_by_their_key(wfs: WfsClient) -> None:
    key = wfs.rows(where=literal("PropertyIsEqualTo", "baumnummer", "B-1"))[0]["id"]
    assert wfs.numbers(where=literal("PropertyIsEqualTo", "id", key)) == {"B-1"}
    assert wfs.numbers(RESOURCEID=f"baeume.{key}") == {"B-1"}


def test_post_asks_the_same(wfs: WfsClient) -> None:
    inner = FES.format(like("baumnummer", "b-*", 'matchCase="false"'))
    text = (
        '<wfs:GetFeature service="WFS" version="2.0.0" outputFormat="geojson"'
        ' xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:baum="urn:baumkataster:wfs">'
        f'<wfs:Query typeNames="baum:baeume">{inner}</wfs:Query></wfs:GetFeature>'
    )
    answer = wfs.client.post("/wfs", text, content_type="text/xml")
    assert len(wfs.features(answer)) == 3


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"CQL_FILTER": "hoehe_m > 5"}, "CQL_FILTER wird nicht unterstützt"),
        ({"cql_filter": "hoehe_m > 5"}, "CQL_FILTER wird nicht unterstützt"),
        ({"SRSNAME": "EPSG:2056"}, "Dieses Bezugssystem gibt es hier nicht"),
        ({"BBOX": "a,b,c,d"}, "BBOX braucht vier Zahlen"),
        ({"BBOX": "1,2,3,4,+proj=utm"}, "Dieses Bezugssystem gibt es hier nicht"),
        ({"FILTER": FES.format(literal("PropertyIsEqualTo", "id", "x"))}, ""),
        ({"FILTER": FES.format(literal("PropertyIsEqualTo", "hoehe_m", "hoch"))}, ""),
        ({"FILTER": FES.format(literal("PropertyIsEqualTo", "remarks", "x"))}, "does not exist"),
        ({"FILTER": "<Filter"}, ""),
        ({"FILTER": FES.format("<fes:BBOX><gml:Envelope/></fes:BBOX>")}, "nicht lesbar"),
        (
            {
                "FILTER": FES.format(
                    "<fes:PropertyIsGreaterThan><fes:Div><fes:Literal>1</fes:Literal>"
                    "<fes:Sub><fes:ValueReference>staemme</fes:ValueReference>"
                    "<fes:ValueReference>staemme</fes:ValueReference></fes:Sub></fes:Div>"
                    "<fes:Literal>1</fes:Literal></fes:PropertyIsGreaterThan>"
                )
            },
            "",
        ),
        ({"SORTBY": "remarks"}, "does not exist"),
        ({"PROPERTYNAME": "remarks"}, "does not exist"),
        ({"TYPENAMES": "baeume_kontrolle"}, "doesn't exist"),
    ],
)
def test_senseless_questions_are_refused(
    wfs: WfsClient, query: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused) as refusal:
        wfs.rows(**query)
    assert str(refusal.value).startswith("400")
    assert sentence in str(refusal.value)


def test_dates_of_control_can_be_compared(wfs: WfsClient) -> None:
    tree = make_tree(number="C-1")
    ControlPlan.objects.create(
        tree=tree,
        required=True,
        never=False,
        basis="inspection",
        due_on=date(2026, 11, 23),
        tolerance_until=date(2027, 2, 23),
        rule_set=RuleSet.objects.get(),
    )
    wfs.client.force_login(make_user("planner"))
    control = WfsClient(wfs.client, "baeume_kontrolle")
    assert control.numbers(where=literal("PropertyIsLessThan", "faellig_am", "2026-11-24")) == {
        "C-1"
    }
    midnight = literal("PropertyIsLessThan", "faellig_am", "2026-11-24T00:00:00")
    assert control.numbers(where=midnight) == {"C-1"}
    assert control.numbers(where=midnight.replace("24T", "23T")) == set()
    assert control.numbers(where=literal("PropertyIsEqualTo", "kontrolle_noetig", "true")) == {
        "C-1"
    }


def test_capabilities_name_the_page_size(wfs: WfsClient) -> None:
    answer = wfs.get(REQUEST="GetCapabilities")
    text = answer.content.decode()
    assert text.count('name="CountDefault"><ows:NoValues/><ows:DefaultValue>5000<') == 2
    assert "baum:baeume<" in text and "kontrolle" not in text
    for system in ("EPSG::25832", "EPSG::4326", "OGC::CRS84", "EPSG::3857", "EPSG::25833"):
        assert system in text


def test_the_schema_describes_types(wfs: WfsClient) -> None:
    text = body(wfs.get(REQUEST="DescribeFeatureType", TYPENAMES="baeume")).decode()
    assert 'name="id" type="string"' in text or 'name="id" type="xs:string"' in text
    assert "anyType" not in text


def test_errors_of_the_service_are_reports(wfs: WfsClient) -> None:
    answer = wfs.get(REQUEST="Transaction")
    assert answer.status_code == 400
    assert "Transaction" in exception_text(answer.content)
