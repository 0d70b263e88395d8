"""While a rule is not through with all trees, files and services with due dates say so where they can."""

import csv
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from baumkataster.models import CitySettings
from inspections.models import Replanning, RuleSet
from tests.factories import load_reference_data, make_city, make_tree, make_user, replan_all
from tests.interfaces.wfs_client import WfsClient, body

pytestmark = pytest.mark.django_db
SAID = "Was als Jungbaumpflege zählt, wurde geändert"
KINDS = ("geojson", "csv", "gpkg")


@pytest.fixture
def planner() -> Client:
    """Somebody who gets due dates, in a city of one tree."""
    cache.clear()
    load_reference_data()
    make_city()
    make_tree()
    replan_all(timezone.localdate())
    client = Client()
    client.force_login(make_user("planner"))
    return client


def begin(state: str = "running") -> None:
    """All due dates are asked for, a minute ago."""
    at = timezone.now() - timedelta(minutes=1)
    Replanning.objects.create(
        rule_set=RuleSet.objects.get(), asked_at=at, state=state, care_changed_at=at, applied_at=at
    )


def test_files_say_it_in_header_and_name(planner):
    for kind in KINDS:
        answer = planner.get(f"/export/trees.{kind}")
        assert answer["Due-Dates"] == "ok", kind
        assert "termine-teils-alt" not in answer["Content-Disposition"], kind
    begin()
    for kind in KINDS:
        answer = planner.get(f"/export/trees.{kind}")
        assert answer["Due-Dates"] == "applying", kind
        assert answer["Content-Disposition"].endswith(f'-termine-teils-alt.{kind}"'), kind
    Replanning.objects.update(state="failed")
    assert planner.head("/export/trees.csv")["Due-Dates"] == "failed"


def test_geojson_and_geopackage_say_it_in_words(planner, tmp_path: Path):
    def description() -> str:
        return json.loads(body(planner.get("/export/trees.geojson"))).get("description", "")

    def of_the_table() -> str:
        path = tmp_path / "trees.gpkg"
        path.write_bytes(body(planner.get("/export/trees.gpkg")))
        file = sqlite3.connect(path)
        found = file.execute("SELECT description FROM gpkg_contents").fetchone()[0]
        file.close()
        return str(found)

    assert description() == of_the_table() == ""
    begin()
    assert SAID in description() and SAID in of_the_table()


def test_a_csv_stays_a_table(planner):
    def rows() -> list[list[str]]:
        text = body(planner.get("/export/trees.csv")).decode("utf-8-sig")
        return list(csv.reader(text.splitlines(), delimiter=";"))

    before = rows()
    begin()
    assert rows() == before and len(before) == 2


def test_the_wfs_says_it_in_its_description_and_in_a_header(planner):
    def abstract() -> str:
        return WfsClient(planner).get(REQUEST="GetCapabilities").content.decode()

    def features():
        return WfsClient(planner).get(
            REQUEST="GetFeature", TYPENAMES="baeume_kontrolle", OUTPUTFORMAT="geojson"
        )

    assert SAID not in abstract() and features()["Due-Dates"] == "ok"
    begin()
    assert SAID in abstract()
    answer = features()
    assert answer["Due-Dates"] == "applying" and len(WfsClient.features(answer)) == 1


def test_who_gets_no_due_dates_hears_nothing(planner):
    CitySettings.objects.update(public_geojson=True, public_csv=True, public_wfs=True)
    begin()
    for address in (
        "/export/trees.geojson",
        "/export/trees.csv",
        "/wfs?SERVICE=WFS&REQUEST=GetCapabilities",
    ):
        answer = Client().get(address)
        assert answer.status_code == 200 and "Due-Dates" not in answer, address
        assert SAID not in body(answer).decode()
        assert "teils-alt" not in answer.headers.get("Content-Disposition", "")
