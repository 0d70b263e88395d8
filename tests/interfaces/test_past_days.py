"""A past day over HTTP: report, files, tiles and card show it in two readings, and who may see it."""

from datetime import UTC, datetime, timedelta
from math import asinh, pi, radians, tan
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from inspections.models import Measure
from inspections.services import record_inspection
from tests import factories as make
from tests import mvt

pytestmark = pytest.mark.django_db
REPORT = "/berichte/ueberfaellig/"
CSV, XLSX = "/berichte/ueberfaellig.csv", "/berichte/ueberfaellig.xlsx"
THEN = {"stichtag": "2024-03-12", "lesart": "damals"}
NOW = {"stichtag": "2024-03-12", "lesart": "heute"}


@pytest.fixture
def city() -> dict[str, Any]:
    """One tree that was late on the day, as far as was known: a control came in late."""
    make.load_reference_data()
    make.make_city()
    arborist = make.make_user("arborist")
    created = datetime(2020, 1, 10, 9, tzinfo=UTC)
    place = make.make_place(name="Schulhof", expectation="higher")
    tree = make.make_tree(place=place, number="7", created_at=created, geom=make.point())
    make.record(tree, arborist, inspected_at=datetime(2022, 1, 20, 9, tzinfo=UTC))
    late = make.make_entry(tree, arborist, inspected_at=datetime(2024, 3, 1, 9, tzinfo=UTC))
    record_inspection(by=arborist, entry=late, received_at=datetime(2024, 4, 5, 9, tzinfo=UTC))
    new = make.make_tree(place=place, number="8", geom=make.point(3), planted_year=None)
    make.replan_all(timezone.localdate())
    return {"tree": tree, "new": new, "arborist": arborist, "place": place}


@pytest.fixture
def client(city: dict[str, Any]) -> Client:
    signed_in = Client()
    signed_in.force_login(make.make_user("supervisor"))
    return signed_in


def counts(answer: Any) -> dict[str, int]:
    return {row["state"].code: row["count"] for row in answer.context["counts"] if row["count"]}


def test_the_report_shows_the_day_in_both_readings(client: Client) -> None:
    then, now = client.get(REPORT, THEN), client.get(REPORT, NOW)
    assert counts(then) == {"tolerance": 1}
    assert counts(now) == {"ok": 1}
    text = then.content.decode()
    assert "Stand vom 12.03.2024, wie damals bekannt" in text
    assert "zurück zu heute" in text
    assert "lesart=damals" in text.partition("CSV</span>")[0].rpartition("href")[2]
    assert "wie heute bekannt" in now.content.decode()
    # The two trees of today, neither of them in the past's list.
    assert sum(counts(client.get(REPORT)).values()) == 2
    assert counts(client.get(REPORT)) == counts(client.get(REPORT, {"stichtag": ""}))


def test_today_and_later_are_computed_from_what_is_known_now(client: Client) -> None:
    day = timezone.localdate()
    assert counts(client.get(REPORT, {"stichtag": day.isoformat()})) == counts(client.get(REPORT))
    later = client.get(REPORT, {"stichtag": (day + timedelta(days=4000)).isoformat()})
    assert counts(later) == {"overdue": 1, "never": 1}
    assert "Dieser Tag kommt noch" in later.content.decode()


def test_files_name_day_and_reading(client: Client) -> None:
    answer = client.get(CSV, THEN)
    assert "ueberfaellig_2024-03-12_wie-damals-bekannt.csv" in answer["Content-Disposition"]
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Stand vom 12.03.2024, wie damals bekannt"
    assert lines[1].startswith("Baumnr.;Objekt")
    assert "20.01.2024" in lines[2] and len(lines) == 3
    answer = client.get(XLSX, THEN)
    assert "wie-damals-bekannt.xlsx" in answer["Content-Disposition"]


def test_the_workbook_says_it_on_its_cover(client: Client, tmp_path: Any) -> None:
    file = tmp_path / "bericht.xlsx"
    file.write_bytes(client.get(XLSX, THEN).content)
    cover = openpyxl.load_workbook(file).worksheets[0]
    words = {row[0].value: row[1].value for row in cover.iter_rows(max_col=2)}
    assert words["Stichtag"] == "12.03.2024"
    assert words["Auswahl"].startswith("Stand vom 12.03.2024, wie damals bekannt")


@pytest.mark.parametrize("address", [REPORT, CSV, XLSX])
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"stichtag": "31.12.2024"}, "als Datum der Form 2026-11-23"),
        ({"stichtag": "2024-02-30"}, "als Datum der Form 2026-11-23"),
        ({"stichtag": "0001-01-01"}, "zwischen dem 01.01.1970"),
        ({"stichtag": "2024-03-12", "lesart": "morgen"}, "Die Lesart ist"),
        ({"stichtag": "2019-12-31"}, "die ersten sind vom 10.01.2020"),
    ],
)
def test_a_day_that_cannot_be_meant_is_refused_in_words(
    client: Client, address: str, query: dict[str, str], sentence: str
) -> None:
    answer = client.get(address, query)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def tile_of(client: Client, zoom: int, **query: str) -> dict[str, Any]:
    x, y = {16: (34296, 21278), 10: (535, 332)}[zoom]
    answer = client.get(f"/tiles/trees/{zoom}/{x}/{y}.mvt", query)
    assert answer.status_code == 200, answer.content
    return mvt.read(answer.content)


def test_tiles_show_the_day(client: Client) -> None:
    (then,) = tile_of(client, 10, **THEN)["cells"]
    assert (then.properties["n"], then.properties["worst"]) == (1, "tolerance")
    (now,) = tile_of(client, 10, **NOW)["cells"]
    assert now.properties["worst"] == "ok"
    (today,) = tile_of(client, 10)["cells"]
    assert today.properties["n"] == 2


def test_a_tile_of_single_trees_carries_the_dates_of_the_day(
    client: Client, city: dict[str, Any]
) -> None:
    lon, lat = city["tree"].geom.transform(4326, clone=True).coords
    x, y = make_tile(lon, lat, 17)
    for query, due in ((THEN, "2024-01-20"), (NOW, "2026-03-01")):
        answer = client.get(f"/tiles/trees/17/{x}/{y}.mvt", query)
        layers = mvt.read(answer.content)
        assert [tree.properties["due"] for tree in layers["trees"]] == [due]
        assert set(layers) == {"trees"}


def make_tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of a tile by its own plain formula."""
    return (
        int((lon + 180) / 360 * 2**zoom),
        int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**zoom),
    )


def test_counts_of_the_legend(client: Client) -> None:
    address = "/api/v1/trees/state-counts/"
    then = client.get(address, THEN).json()
    assert (then["tolerance"], then["total"]) == (1, 1)
    assert client.get(address, NOW).json()["ok"] == 1
    assert client.get(address).json()["total"] == 2


def test_the_card_is_that_of_the_day_and_offers_no_deed(
    client: Client, city: dict[str, Any]
) -> None:
    address = f"/api/v1/trees/{city['tree'].pk}/card/"
    then, now = client.get(address, THEN).json(), client.get(address, NOW).json()
    assert then["control"]["state"] == "tolerance"
    assert [row["inspected_on"] for row in then["inspections"]] == ["2022-01-20"]
    assert now["control"]["due_on"] == "2026-03-01"
    assert len(now["inspections"]) == 2
    assert then["past"] == {
        "day": "2024-03-12",
        "reading": "damals",
        "words": "Stand vom 12.03.2024, wie damals bekannt",
    }
    assert {name for name, allowed in then["may"].items() if allowed} == {"view_inspections"}
    assert client.get(address).json()["may"]["inspect"] is not None
    gone = client.get(f"/api/v1/trees/{city['new'].pk}/card/", THEN)
    assert gone.status_code == 404


def test_contractors_see_no_more_of_the_past_than_of_today(city: dict[str, Any]) -> None:
    firm = make.make_user("contractor")
    other = make.make_user("contractor")
    made = datetime(2023, 5, 1, 9, tzinfo=UTC)
    Measure.objects.create(
        tree=city["tree"],
        kind_id="deadwood",
        urgency_id="3",
        ordered_on=made.date(),
        created_at=made,
        ordered_by=city["arborist"],
        contractor=firm,
    )
    browser = Client()
    card = f"/api/v1/trees/{city['tree'].pk}/card/"
    browser.force_login(firm)
    assert browser.get(card, THEN).json()["inspections"] == []
    assert len(browser.get(card, THEN).json()["measures"]) == 1
    assert tile_of(browser, 10, **THEN)["cells"][0].properties["n"] == 1
    assert browser.get("/api/v1/trees/state-counts/", THEN).json()["total"] == 1
    assert browser.get(REPORT, THEN).status_code == 403
    browser.force_login(other)
    assert browser.get(card, THEN).status_code == 404
    assert tile_of(browser, 10, **THEN) == {}
    assert browser.get("/api/v1/trees/state-counts/", THEN).json()["total"] == 0


def test_looking_leaves_nothing_behind(client: Client, city: dict[str, Any]) -> None:
    before = client.get("/api/v1/trees/state-counts/").json()
    for query in (THEN, NOW):
        client.get(REPORT, query)
        b"".join(client.get(CSV, query).streaming_content)
        tile_of(client, 10, **query)
        client.get(f"/api/v1/trees/{city['tree'].pk}/card/", query)
    assert client.get("/api/v1/trees/state-counts/").json() == before
    assert counts(client.get(REPORT)) == {"ok": 1, "never": 1} or before["total"] == 2
