"""The map page hands the browser what it needs, for every role."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from baumkataster.models import BaseMap, Role
from geodata.city_bounds import NOWHERE, bounds_of_city
from tests.factories import make_city, make_district, make_tree, make_user, point, square

pytestmark = pytest.mark.django_db


def config(role: str) -> dict[str, Any]:
    client = Client()
    client.force_login(make_user(role))
    text = client.get("/karte/").content.decode()
    found = re.search(r'<script id="map-config" type="application/json">(.*?)</script>', text)
    assert found
    values: dict[str, Any] = json.loads(found[1])
    return values


def test_strangers_sign_in_first() -> None:
    assert Client().get("/karte/")["Location"] == "/accounts/login/?next=/karte/"


@pytest.mark.parametrize("role", Role.values)
def test_every_role_gets_its_doors(role: str) -> None:
    make_city()
    user = config(role)["user"]
    assert user["role"] == role
    assert user["may"]["view_map"] is True
    assert user["may"]["plant"] is (role != "contractor")
    assert user["may"]["manage_users"] is (role == "administrator")


def test_base_maps_can_be_chosen() -> None:
    make_city()
    BaseMap.objects.create(name="Luftbild", kind="wms", url="https://x.example", layers="dop")
    BaseMap.objects.create(name="alt", kind="xyz", active=False)
    maps = config("planner")["basemaps"]
    assert [(row["name"], row["kind"], row["layers"]) for row in maps] == [
        ("Luftbild", "wms", "dop"),
        ("ohne", "none", ""),
    ]


def test_the_map_opens_on_the_city() -> None:
    make_city()
    assert bounds_of_city() == NOWHERE
    tree = make_tree(geom=point())
    lonlat = tree.geom.transform(4326, clone=True)
    (south, west), (north, east) = bounds_of_city()
    assert (south, west) == pytest.approx((lonlat.y, lonlat.x))
    assert (north, east) == pytest.approx((lonlat.y, lonlat.x))
    make_district(geom=square(-500, -500, 1000))
    (south, west), (north, east) = bounds_of_city()
    assert south < lonlat.y < north and west < lonlat.x < east
    make_city(outline=square(-5000, -5000, 10_000))
    assert bounds_of_city()[0] < (south, west)
    latitude, longitude = config("planner")["center"]
    assert (latitude, longitude) == pytest.approx((lonlat.y, lonlat.x), abs=0.001)
