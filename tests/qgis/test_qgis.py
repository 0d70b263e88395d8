"""QGIS itself as a client: counts, boxes, filters, other systems, and signing in."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from tests.qgis.conftest import ServedCity

pytestmark = pytest.mark.qgis
SCRIPT = Path(__file__).with_name("qgis_questions.py")


class Qgis:
    """QGIS on somebody's desk, asked again and again."""

    def __init__(self, wfs: str, home: Path) -> None:
        self.wfs = wfs
        self.log = home / "qgis.log"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_RUNTIME_DIR": str(home),
            "LC_ALL": "C.UTF-8",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["/usr/bin/python3", str(SCRIPT)], env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def ask(self, *questions: dict[str, Any]) -> list[dict[str, Any]]:
        """Let QGIS answer; each question may add to the layer's address by ``options``."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([self._addressed(each) for each in questions]) + "\n")
        self.process.stdin.flush()
        patience = Timer(240, self.process.kill)
        patience.start()
        try:
            line = next((each for each in self.process.stdout if each.startswith("ANSWERS")), "")
        finally:
            patience.cancel()
        if not line:
            raise AssertionError(f"QGIS gave no answer: {self.log.read_text('utf-8')[-2000:]}")
        answers: list[dict[str, Any]] = json.loads(line.removeprefix("ANSWERS"))
        for answer in answers:
            assert answer["valid"], answer
        return answers

    def _addressed(self, question: dict[str, Any]) -> dict[str, Any]:
        """The question with the layer's address."""
        words = {"type": "baeume", "srs": "EPSG:25832", "options": ""} | question
        uri = (
            f"url='{self.wfs}' typename='baum:{words['type']}' version='2.0.0'"
            f" srsname='{words['srs']}' {words['options']}"
        )
        return question | {"uri": uri}

    def close(self) -> None:
        """No more questions."""
        try:
            self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def qgis(city: ServedCity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Qgis]:
    """One for all tests here."""
    running = Qgis(city.wfs, tmp_path_factory.mktemp("qgis"))
    yield running
    running.close()


def test_all_trees_come_in_few_pages(city: ServedCity, qgis: Qgis) -> None:
    before = city.requests()
    (answer,) = qgis.ask({})
    assert answer["number"] == city.number("true") > 10_000
    assert answer["crs"] == "EPSG:25832"
    assert answer["fields"]["hoehe_m"] == "double"
    assert answer["fields"]["baumnummer"] == "string"
    assert city.requests() - before <= 12


def test_boxes_and_filters_count_like_sql(
    city: ServedCity, qgis: Qgis, box: tuple[float, ...]
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
    answers = qgis.ask(*(question for question, _ in cases))
    found = [answer["number"] for answer in answers]
    assert found == [city.number(condition) for _, condition in cases]
    assert found[1] > 1000
    assert found[2] == 0


@pytest.mark.parametrize("srs", ["EPSG:4326", "EPSG:3857", "EPSG:25833"])
def test_other_systems_equal_sql(
    city: ServedCity, qgis: Qgis, box: tuple[float, ...], srs: str
) -> None:
    epsg = int(srs.split(":")[1])
    west, south, east, north = city.sql(
        "SELECT ST_XMin(g), ST_YMin(g), ST_XMax(g), ST_YMax(g) FROM (SELECT ST_Transform("
        f"ST_MakeEnvelope({','.join(map(str, box))}, 25832), {epsg}) AS g) e"
    )[0]
    (answer,) = qgis.ask({"srs": srs, "box": [west, south, east, north]})
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


def test_strangers_find_no_due_dates(qgis: Qgis) -> None:
    with pytest.raises(AssertionError, match="valid"):
        qgis.ask({"type": "baeume_kontrolle"})


def test_a_planner_signs_in(city: ServedCity, qgis: Qgis) -> None:
    login = f"username='{city.username}' password='{city.password}'"
    where = "sql=SELECT * FROM baeume_kontrolle WHERE faellig_am < '2026-03-01'"
    answers = qgis.ask(
        {"type": "baeume_kontrolle", "options": login},
        {"type": "baeume_kontrolle", "options": f"{login} {where}"},
    )
    assert answers[0]["number"] == city.number("true", "geodata_control_tree") == 12_000
    assert answers[0]["fields"]["faellig_am"] == "date"
    assert answers[1]["number"] == city.number("faellig_am < '2026-03-01'", "geodata_control_tree")
    assert answers[1]["number"] > 1000
