"""Tiles over HTTP: who gets them, what is kept by browsers, and refusals in words."""

import pytest
from django.test import Client

from tests.factories import load_reference_data, make_city, make_tree, make_user

pytestmark = pytest.mark.django_db
#: Tile of the test city's centre.
TILE = "/tiles/trees/10/535/332.mvt"
BASE = "/grundkarte/10/535/332.mvt"


@pytest.fixture
def client() -> Client:
    load_reference_data()
    make_city()
    signed_in = Client()
    signed_in.force_login(make_user("arborist"))
    return signed_in


@pytest.mark.parametrize("address", [TILE, BASE])
def test_strangers_are_asked_to_sign_in(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 401
    assert "melden Sie sich an" in answer.content.decode()


@pytest.mark.parametrize("address", [TILE, BASE])
def test_writing_is_not_for_tiles(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


def test_unchanged_tiles_are_not_sent_again(client: Client) -> None:
    make_tree()
    first = client.get(TILE)
    assert first.status_code == 200
    assert first["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert first["Cache-Control"] == "private, no-cache"
    assert len(first.content) > 20
    again = client.get(TILE, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_tree()
    assert client.get(TILE, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_the_day_can_be_asked_for(client: Client) -> None:
    make_tree()
    assert client.get(TILE, {"day": "2026-02-29"}).status_code == 400
    assert client.get(TILE, {"day": "morgen"}).status_code == 400
    assert client.get(TILE, {"day": "2024-02-29"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("state=rot", "Diesen Wert gibt es hier nicht: rot"),
        ("district=1", "Diesen Wert gibt es hier nicht: 1"),
        ("due_until=31.12.2026", "Bitte ein Datum der Form 2026-11-23 angeben."),
        ("bbox=1,2,3", "Erwartet werden West, Süd, Ost, Nord in Grad"),
        ("mine=ja", "Diesen Wert gibt es hier nicht: ja"),
        ("q=%00", "Der Suchtext enthält unerlaubte Zeichen."),
    ],
)
def test_senseless_filters_are_refused_in_words(client: Client, query: str, sentence: str) -> None:
    answer = client.get(f"{TILE}?{query}")
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("z_x_y", ["5/0/0", "23/0/0", "10/1024/0", "10/0/1024"])
def test_tiles_that_do_not_exist(client: Client, z_x_y: str) -> None:
    assert client.get(f"/tiles/trees/{z_x_y}.mvt").status_code == 404


@pytest.mark.parametrize("z_x_y", ["6/0/0", "6/63/63", "8/128/255", "20/0/0"])
def test_tiles_of_the_other_end_of_the_world_are_empty(client: Client, z_x_y: str) -> None:
    make_tree()
    for door in ("tiles/trees", "grundkarte"):
        answer = client.get(f"/{door}/{z_x_y}.mvt")
        assert (answer.status_code, answer.content) == (200, b"")
