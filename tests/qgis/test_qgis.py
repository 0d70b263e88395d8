"""QGIS itself as a client: counts, boxes, filters, other systems, and signing in."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.qgis.conftest import ServedCity

pytestmark = pytest.mark.qgis
SCRIPT = Path(__file__).with_name("qgis_questions.py")


def ask(city: ServedCity, tmp_path: Path, *questions: dict[str, Any]) -> list[dict[str, Any]]:
    """Let QGIS answer; each question may add to the layer's address by ``options``."""
    for question in questions:
        kind = question.pop("type", "baeume")
        srs = question.pop("srs", "EPSG:25832")
        options = question.pop("options", "")
        question["uri"] = (
            f"url='{city.wfs}' typename='baum:{kind}' version='2.0.0' srsname='{srs}' {options}"
        )
    ran = subprocess.run(
        ["/usr/bin/python3", str(SCRIPT)],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_RUNTIME_DIR": str(tmp_path),
            "LC_ALL": "C.UTF-8",
        },
    )
    marked = [line for line in ran.stdout.splitlines() if line.startswith("ANSWERS")]
    assert marked, f"QGIS gave no answer: {ran.stdout[-2000:]}{ran.stderr[-2000:]}"
    answers: list[dict[str, Any]] = json.loads(marked[0].removeprefix("ANSWERS"))
    for answer in answers:
        assert answer["valid"], answer
    return answers


def test_all_trees_come_in_few_pages(city: ServedCity, tmp_path: Path) -> None:
    before = city.requests()
    (answer,) = ask(city, tmp_path, {})
    assert answer["number"] == city.number("true") > 10_000
    assert answer["crs"] == "EPSG:25832"
    assert answer["fields"]["hoehe_m"] == "double"
    assert answer["fields"]["baumnummer"] == "string"
    assert city.requests() - before <= 12


def test_boxes_and_filters_count_like_sql(
    city: ServedCity, tmp_path: Path, box: tuple[float, ...]
) -> None:
    west, south, east, north = box
    inside = f"ST_Intersects(geom, ST_MakeEnvelope({west}, {south}, {east}, {north}, 25832))"
    cases = [
        ({"box": box}, inside),
        (
            {"options": "sql=SELECT * FROM baeume WHERE baumnummer ILIKE 'b-1%'"},
            "baumnummer ILIKE 'b-1%'",
        ),
        (
            {"options": "sql=SELECT * FROM baeume WHERE baumnummer LIKE 'b-1%'"},
            "baumnummer LIKE 'b-1%'",
        ),
        ({"options": "sql=SELECT * FROM baeume WHERE hoehe_m > 12.5"}, "hoehe_m > 12.5"),
        (
            {"box": box, "options": "sql=SELECT * FROM baeume WHERE art_deutsch = 'Feld-Ahorn'"},
            f"{inside} AND art_deutsch = 'Feld-Ahorn'",
        ),
        (
            {"subset": "SELECT * FROM baeume WHERE pflanzjahr BETWEEN 1950 AND 1960"},
            "pflanzjahr BETWEEN 1950 AND 1960",
        ),
        (
            {"expression": '"objekt" = \'Ährenweg\' AND "stammumfang_cm" < 40'},
            "stammumfang_cm < 40",
        ),
    ]
    answers = ask(city, tmp_path, *(dict(question) for question, _ in cases))
    found = [answer["number"] for answer in answers]
    assert found == [city.number(condition) for _, condition in cases]
    assert found[1] > 1000
    assert found[2] == 0


@pytest.mark.parametrize("srs", ["EPSG:4326", "EPSG:3857", "EPSG:25833"])
def test_other_systems_equal_sql(
    city: ServedCity, tmp_path: Path, box: tuple[float, ...], srs: str
) -> None:
    epsg = int(srs.split(":")[1])
    west, south, east, north = city.sql(
        "SELECT ST_XMin(g), ST_YMin(g), ST_XMax(g), ST_YMax(g) FROM (SELECT ST_Transform("
        f"ST_MakeEnvelope({','.join(map(str, box))}, 25832), {epsg}) AS g) e"
    )[0]
    (answer,) = ask(city, tmp_path, {"srs": srs, "box": [west, south, east, north]})
    inside = (
        f"ST_Intersects(ST_Transform(geom, {epsg}),"
        f" ST_MakeEnvelope({west}, {south}, {east}, {north}, {epsg}))"
    )
    assert answer["number"] == city.number(inside) > 100
    first = answer["first"]
    ((x, y),) = city.sql(
        f"SELECT ST_X(g), ST_Y(g) FROM (SELECT ST_Transform(geom, {epsg}) AS g"
        f" FROM geodata_public_tree WHERE id = '{first['id']}') t"
    )
    assert (first["x"], first["y"]) == pytest.approx((x, y), abs=1e-6)


def test_a_planner_signs_in(city: ServedCity, tmp_path: Path) -> None:
    login = f"username='{city.username}' password='{city.password}'"
    where = "sql=SELECT * FROM baeume_kontrolle WHERE faellig_am < '2026-03-01'"
    answers = ask(
        city,
        tmp_path,
        {"type": "baeume_kontrolle", "options": login},
        {"type": "baeume_kontrolle", "options": f"{login} {where}"},
    )
    assert answers[0]["number"] == city.number("true", "geodata_control_tree") == 12_000
    assert answers[0]["fields"]["faellig_am"] == "date"
    assert answers[1]["number"] == city.number("faellig_am < '2026-03-01'", "geodata_control_tree")
    assert answers[1]["number"] > 1000


def test_strangers_find_no_due_dates(city: ServedCity, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="valid"):
        ask(city, tmp_path, {"type": "baeume_kontrolle"})
