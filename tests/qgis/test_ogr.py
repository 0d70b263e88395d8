"""GDAL's own tools as clients: counts, boxes, attribute filters, systems, and few requests."""

import base64
import json
import os
import re
import subprocess
from pathlib import Path
from urllib.request import Request, urlopen, urlretrieve

import pytest

from geodata.public_views import CONTROL_VIEW
from tests.qgis.conftest import ServedCity

pytestmark = pytest.mark.qgis


def run(city: ServedCity, *arguments: str, login: bool = False) -> str:
    """One of GDAL's programs, as a person would call it; no setting of page sizes."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(city.server.var), "LC_ALL": "C.UTF-8"}
    if login:
        environment["GDAL_HTTP_USERPWD"] = f"{city.username}:{city.password}"
    ran = subprocess.run(
        arguments, capture_output=True, text=True, timeout=240, check=False, env=environment
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "ERROR" not in ran.stderr, ran.stderr
    return ran.stdout


def count(city: ServedCity, *arguments: str, kind: str = "baeume", login: bool = False) -> int:
    """Feature Count of ogrinfo."""
    source = f"WFS:{city.wfs}?VERSION=2.0.0"
    text = run(city, "ogrinfo", "-ro", "-so", source, f"baum:{kind}", *arguments, login=login)
    found = re.search(r"Feature Count: (\d+)", text)
    assert found, text
    return int(found[1])


def test_all_trees_in_few_requests(city: ServedCity, tmp_path: Path) -> None:
    before = city.requests()
    target = tmp_path / "alle.geojson"
    source = f"WFS:{city.wfs}?VERSION=2.0.0"
    run(city, "ogr2ogr", "-f", "GeoJSON", str(target), source, "baum:baeume")
    features = json.loads(target.read_text())["features"]
    assert len(features) == len({f["properties"]["gml_id"] for f in features})
    assert len(features) == city.number("true") > 10_000
    assert city.requests() - before <= 8


def test_counts(city: ServedCity, box: tuple[float, ...]) -> None:
    west, south, east, north = (str(side) for side in box)
    inside = f"ST_Intersects(geom, ST_MakeEnvelope({west}, {south}, {east}, {north}, 25832))"
    spat = ("-spat", west, south, east, north)
    assert count(city) == city.number("true")
    assert count(city, *spat) == city.number(inside) > 100
    assert count(city, *spat, "-where", "hoehe_m > 12.5") == city.number(
        f"{inside} AND hoehe_m > 12.5"
    )


@pytest.mark.parametrize(
    ("where", "condition"),
    [
        ("baumnummer LIKE 'B-1%'", "baumnummer LIKE 'B-1%'"),
        ("baumnummer ILIKE 'B-1_'", "baumnummer ILIKE 'b-1_'"),
        ("objekt = 'Ährenweg' AND pflanzjahr >= 2000", "pflanzjahr >= 2000"),
        ("art_deutsch IN ('Feld-Ahorn', 'Stiel-Eiche')", "art_deutsch <> 'Winter-Linde'"),
        ("hoehe_m BETWEEN 5 AND 6", "hoehe_m BETWEEN 5 AND 6"),
        ("NOT (stammumfang_cm < 100) OR hoehe_m IS NULL", "stammumfang_cm >= 100"),
    ],
)
def test_attribute_filters(city: ServedCity, where: str, condition: str) -> None:
    assert count(city, "-where", where) == city.number(condition) > 0


def test_like_minds_case_and_ilike_does_not(city: ServedCity) -> None:
    assert count(city, "-where", "baumnummer LIKE 'b-1%'") == 0
    assert count(city, "-where", "baumnummer ILIKE 'b-1%'") > 1000


@pytest.mark.parametrize("epsg", [4326, 3857, 25833, 4258])
def test_systems_equal_sql(city: ServedCity, tmp_path: Path, epsg: int) -> None:
    target = tmp_path / "teil.geojson"
    address = (
        f"{city.wfs}?SERVICE=WFS&VERSION=2.0.0&REQUEST=GetFeature&TYPENAMES=baum:baeume&COUNT=20"
        f"&SRSNAME=urn:ogc:def:crs:EPSG::{epsg}"
    )
    options = ("-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=12", "-f", "GeoJSON")
    run(city, "ogr2ogr", *options, str(target), f"/vsicurl_streaming/{address}")
    for feature in json.loads(target.read_text())["features"]:
        ((x, y),) = city.sql(
            f"SELECT ST_X(g), ST_Y(g) FROM (SELECT ST_Transform(geom, {epsg}) AS g"
            f" FROM geodata_public_tree WHERE id = '{feature['properties']['id']}') t"
        )
        assert feature["geometry"]["coordinates"] == pytest.approx([x, y], abs=1e-8)


def test_a_planner_signs_in(city: ServedCity) -> None:
    assert count(city, kind="baeume_kontrolle", login=True) == 12_000
    condition = "faellig_am < '2026-03-01'"
    assert count(city, "-where", condition, kind="baeume_kontrolle", login=True) == city.number(
        condition, "geodata_control_tree"
    )


def test_the_exports_open_in_gdal(city: ServedCity, tmp_path: Path) -> None:
    target = tmp_path / "export.geojson"
    address = f"{city.server.url}/export/trees.geojson"
    urlretrieve(address, target)
    text = run(city, "ogrinfo", "-ro", "-so", "-al", str(target))
    assert f"Feature Count: {city.number('true')}" in text
    assert "id: String" in text and "hoehe_m: Real" in text


def test_downloads_that_are_left_do_not_stay(city: ServedCity) -> None:
    address = f"{city.server.url}/export/trees.geojson"
    for _ in range(6):
        left = subprocess.run(
            ["curl", "-s", "--limit-rate", "50k", "--max-time", "1", "-o", "/dev/null", address],
            timeout=60,
            check=False,
        )
        assert left.returncode == 28, "the download was not left"
    whole = run(city, "curl", "-sSf", "--max-time", "60", address)
    assert len(json.loads(whole)["features"]) == city.number("true")
    running = city.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND query LIKE 'COPY%' AND state = 'active'"
    )
    assert running == [(0,)]


def test_a_geopackage_is_read_filtered_and_edited(city: ServedCity, tmp_path: Path) -> None:
    """GDAL opens it, finds the index, and keeps it true when a row is changed."""
    path = tmp_path / "baeume.gpkg"
    asked = Request(f"{city.server.url}/export/trees.gpkg?crs=25833")
    token = base64.b64encode(f"{city.username}:{city.password}".encode()).decode()
    asked.add_header("Authorization", f"Basic {token}")
    with urlopen(asked) as answer:
        path.write_bytes(answer.read())
    text = run(city, "ogrinfo", "-so", str(path), "baeume")
    assert f"Feature Count: {city.number('true', CONTROL_VIEW)}" in text
    assert 'ID["EPSG",25833]' in text and "hoehe_m: Real" in text and "faellig_am: Date" in text
    assert "HasSpatialIndex" not in text
    indexed = run(city, "ogrinfo", str(path), "-sql", "SELECT HasSpatialIndex('baeume', 'geom')")
    assert "= 1" in indexed
    moved = "UPDATE baeume SET geom = (SELECT geom FROM baeume WHERE fid = 2) WHERE fid = 1"
    run(city, "ogrinfo", str(path), "-sql", moved)
    same = "SELECT count(*) AS n FROM rtree_baeume_geom a, rtree_baeume_geom b"
    same += " WHERE a.id = 1 AND b.id = 2 AND a.minx = b.minx AND a.maxy = b.maxy"
    assert "n (Integer) = 1" in run(city, "ogrinfo", str(path), "-sql", same)
