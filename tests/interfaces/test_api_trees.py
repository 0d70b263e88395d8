"""Trees over the API: lists and boxes, deeds with versions, refusals in words."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baumkataster.models import Tree
from inspections.services import order_measure
from tests.factories import (
    load_reference_data,
    make_city,
    make_district,
    make_place,
    make_species,
    make_tree,
    make_unit,
    make_user,
    point,
    record,
    replan_all,
)
from tests.interfaces.api_client import ApiClient, lonlat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reference() -> None:
    load_reference_data()
    make_city()


@pytest.fixture
def arborist() -> Any:
    return make_user("arborist")


@pytest.fixture
def api(arborist: Any) -> ApiClient:
    return ApiClient(arborist)


def test_a_tree_is_a_feature_in_degrees(api: ApiClient) -> None:
    tree = make_tree(number="17", district=make_district(name="Mitte"))
    answer = api.get(f"/trees/{tree.pk}/")
    body = answer.json()
    assert answer["ETag"] == '"1"'
    assert body["type"] == "Feature" and body["id"] == str(tree.pk)
    lon, lat = body["geometry"]["coordinates"]
    assert (round(lon, 1), round(lat, 1)) == (8.2, 53.1)
    properties = body["properties"]
    assert properties["number"] == "17" and properties["district_name"] == "Mitte"
    assert properties["german_name"] == "Winter-Linde" and properties["height_m"] == 14
    assert properties["state"] == "none" and "geom" not in properties


def test_the_box_is_exact(api: ApiClient) -> None:
    """The same trees as SQL finds in degrees, where && would take some too many."""
    for i in range(40):
        make_tree(geom=point(i * 0.002, i * 0.002))
    middle = lonlat(point(0.04, 0.04))["coordinates"]
    box = [8.0, 53.0, middle[0], middle[1]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM baumkataster_tree WHERE ST_Intersects("
            "ST_Transform(geom, 4326), ST_MakeEnvelope(%s, %s, %s, %s, 4326))",
            box,
        )
        expected = cursor.fetchone()[0]
    body = api.json("/trees/", {"bbox": ",".join(map(repr, box))})
    assert 0 < expected < 40
    assert body["count"] == expected == len(body["features"])


@pytest.mark.parametrize("path", ["/trees/", "/sites/", "/places/", "/inspections/", "/measures/"])
@pytest.mark.parametrize(
    "bbox", ["1,2,3", "a,b,c,d", "9,53,8,54", "nan,0,1,1", "8,inf,9,54", "%00"]
)
def test_a_senseless_box_is_refused(api: ApiClient, path: str, bbox: str) -> None:
    answer = api.get(path, {"bbox": bbox})
    assert answer.status_code == 400
    assert "8.1,53.1" in answer.json()["errors"]["bbox"][0]


def test_a_box_elsewhere_is_empty(api: ApiClient) -> None:
    make_tree()
    assert api.json("/trees/", {"bbox": "-80,-60,-70,-50"})["features"] == []


def test_pages_follow_each_other(api: ApiClient) -> None:
    for _ in range(5):
        make_tree()
    page = api.json("/trees/", {"limit": 2})
    seen = [row["id"] for row in page["features"]]
    while page["next"]:
        page = api.client.get(page["next"]).json()
        seen += [row["id"] for row in page["features"]]
    assert page["count"] == 5 and len(set(seen)) == 5
    assert len(api.json("/trees/", {"limit": 100000})["features"]) == 5


def test_filters_are_those_of_the_map(api: ApiClient, arborist: Any) -> None:
    unit = make_unit()
    unit.members.add(arborist)
    mine = make_tree(place=make_place(name="Ahornallee", unit=unit), district=make_district())
    other = make_tree(species=make_species(botanical_name="Acer rubrum", german_name="Rot-Ahorn"))
    replan_all(timezone.localdate())

    def found(**query: Any) -> set[str]:
        return {row["id"] for row in api.json("/trees/", query)["features"]}

    both = {str(mine.pk), str(other.pk)}
    assert found(mine=1) == found(unit=unit.pk) == {str(mine.pk)}
    assert found(district=mine.district_id) == found(place=mine.site.place_id) == {str(mine.pk)}
    assert found(species=other.species_id) == {str(other.pk)}
    assert found(q="Ahornall") == {str(mine.pk)}
    assert found(state=["never", "ok"]) == both and found(state="ok") == set()
    assert found(due_until=timezone.localdate() + timedelta(days=400)) == both
    assert found(due_until=timezone.localdate()) == set()
    refused = api.get("/trees/", {"state": "rot", "place": "x"})
    assert refused.status_code == 400 and set(refused.json()["errors"]) == {"state", "place"}


@pytest.mark.parametrize("path", ["/trees/", "/sites/", "/places/", "/measures/", "/inspections/"])
def test_lists_ask_a_fixed_number_of_questions(api: ApiClient, arborist: Any, path: str) -> None:
    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert api.json(path)["count"] > 0
        return len(captured)

    def add() -> None:
        tree = make_tree()
        record(tree, arborist)
        day = timezone.localdate()
        order_measure(by=arborist, day=day, tree_id=tree.pk, kind="deadwood", urgency="3")

    add()
    few = questions()
    for _ in range(4):
        add()
    assert questions() == few <= 9


def test_counts_per_state(api: ApiClient, arborist: Any) -> None:
    trees = [make_tree() for _ in range(3)]
    make_tree(duty="other_owner", duty_reason="privat")
    replan_all(timezone.localdate())
    record(trees[0], arborist, inspected_at=timezone.now())
    order_measure(
        by=arborist, day=timezone.localdate(), tree_id=trees[1].pk, kind="felling", urgency="1"
    )
    counts = api.json("/trees/state-counts/", {"state": "ok"})
    assert counts["never"] == 2 and counts["ok"] == 1 and counts["none"] == 1
    assert counts["immediate"] == 1 and counts["total"] == 4 and counts["overdue"] == 0


def test_plant_once_even_if_sent_twice(api: ApiClient) -> None:
    place, key = make_place(), str(uuid4())
    entry = {
        "id": key,
        "geom": lonlat(point(3, 4)),
        "place": str(place.pk),
        "species": str(make_species().pk),
        "status": "standing",
        "girth_cm": 90,
        "stems": [50, 40],
    }
    first, second = api.post("/trees/", entry), api.post("/trees/", entry)
    assert (first.status_code, second.status_code) == (201, 200)
    tree = Tree.objects.get(pk=key)
    assert tree.geom.distance(point(3, 4)) < 0.01
    assert tree.stems == [50, 40] and tree.site.place == place
    assert first.json()["properties"]["number"] == tree.site.number
    assert first.json()["properties"]["state"] == "never"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"geom": {"type": "Point", "coordinates": [8.2]}}, "geom"),
        ({"geom": {"type": "Point", "coordinates": [8.2, "53"]}}, "geom"),
        ({"geom": {"type": "Point", "coordinates": [1e400, 53]}}, "non_field"),
        ({"geom": {"type": "Point", "coordinates": [53.1, 8.2]}}, "geom"),
        ({"geom": {"type": "Polygon", "coordinates": []}}, "geom"),
        ({"geom": "POINT(8.2 53.1)"}, "geom"),
        ({"geom": None}, "geom"),
        ({"geom": {"type": "Point", "coordinates": [17.99, 59.99]}}, "geom"),
        ({"place": "x"}, "place"),
        ({"place": None}, "place"),
        ({"id": "1"}, "id"),
        ({"planted_on": "31.02.2026"}, "planted_on"),
        ({"height_m": "hoch"}, "height_m"),
        ({"height_m": 1e300}, "height_m"),
        ({"stems": [0]}, "stems.0"),
        ({"girth": 12}, "girth"),
        ({"remarks": "a\x00b"}, "remarks"),
        ({"duty": "none"}, "duty_reason"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(
    api: ApiClient, wrong: dict[str, Any], field: str
) -> None:
    entry = {"geom": lonlat(point()), "place": str(make_place().pk)} | wrong
    answer = api.post("/trees/", entry)
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["errors"], answer.json()


@pytest.mark.parametrize("body", ["[]", '"x"', "null", "{", "[1]"])
def test_a_body_that_is_no_entry(api: ApiClient, body: str) -> None:
    answer = api.client.post("/api/v1/trees/", body, content_type="application/json")
    assert answer.status_code == 400


def test_keys_that_are_none(api: ApiClient) -> None:
    assert api.get("/trees/17/").status_code == 404
    assert api.get(f"/trees/{uuid4()}/card/").status_code == 404
    assert api.patch(f"/trees/{uuid4()}/", {"tag": "1"}, 1).status_code == 404


def test_correcting_needs_the_version_that_was_read(api: ApiClient) -> None:
    tree = make_tree()
    assert api.patch(f"/trees/{tree.pk}/", {"tag": "A1"}).status_code == 428
    answer = api.patch(f"/trees/{tree.pk}/", {"tag": "A1", "house_number": "7"}, 1)
    assert answer.status_code == 200, answer.content
    assert answer["ETag"] == f'"{answer.json()["properties"]["version"]}"' != '"1"'
    stale = api.patch(f"/trees/{tree.pk}/", {"tag": "B2"}, 1)
    assert stale.status_code == 412
    body = stale.json()
    assert body["current"]["properties"]["tag"] == "A1"
    both = {"yours": "B2", "theirs": "A1", "yours_words": "B2", "theirs_words": "A1"}
    assert body["conflicts"] == [{"field": "tag", "label": "Plakette"} | both]
    tree.refresh_from_db()
    assert (tree.tag, tree.site.house_number) == ("A1", "7")
    odd = api.client.patch(
        f"/api/v1/trees/{tree.pk}/",
        {"tag": "C"},
        content_type="application/json",
        headers={"If-Match": '"abc"'},
    )
    assert odd.status_code == 400


def test_a_move_that_is_stale_tells_both_positions_in_words(api: ApiClient) -> None:
    tree = make_tree(geom=point(1, 1))
    moved = api.post(f"/trees/{tree.pk}/move/", {"geom": lonlat(point(5, 5))}, 1)
    assert moved.status_code == 200
    tree.refresh_from_db()
    assert tree.geom.distance(point(5, 5)) < 0.01 and tree.position_source == "map"
    stale = api.post(f"/trees/{tree.pk}/move/", {"geom": lonlat(point(9, 9))}, 1)
    assert stale.status_code == 412
    (conflict,) = stale.json()["conflicts"]
    assert conflict["field"] == "geom" and conflict["theirs_words"] == "447005.0 / 5888005.0"


def test_conflicts_are_told_as_the_form_sends_and_as_people_read(api: ApiClient) -> None:
    tree = make_tree(phase="mature", height_m=12)
    maple = make_species(botanical_name="Acer rubrum", german_name="Rot-Ahorn")
    api.patch(f"/trees/{tree.pk}/", {"phase": "aging", "species": str(maple.pk)}, 1)
    stale = api.patch(f"/trees/{tree.pk}/", {"phase": "youth", "species": None, "height_m": 13}, 1)
    rows = {row["field"]: row for row in stale.json()["conflicts"]}
    assert rows["phase"]["theirs"] == "aging"
    assert (rows["phase"]["yours_words"], rows["phase"]["theirs_words"]) == (
        "Jugendphase",
        "Alterungsphase",
    )
    assert rows["species"]["theirs"] == str(maple.pk) and rows["species"]["yours"] is None
    assert rows["species"]["theirs_words"] == "Acer rubrum (Rot-Ahorn)"
    assert (rows["height_m"]["yours"], rows["height_m"]["theirs"]) == (13.0, 12.0)


def test_fell_replace_and_vanish(api: ApiClient) -> None:
    tree, gone = make_tree(), make_tree()
    today = timezone.localdate()
    future = {"felled_on": str(today + timedelta(days=1)), "reason": "Sturm"}
    assert api.post(f"/trees/{tree.pk}/fell/", future, 1).status_code == 400
    felled = api.post(f"/trees/{tree.pk}/fell/", {"felled_on": str(today), "reason": "Sturm"}, 1)
    assert felled.status_code == 200 and felled.json()["properties"]["status"] == "felled"
    assert felled.json()["properties"]["state"] == "none"
    successor = {"species": str(make_species().pk), "planted_on": str(today)}
    version = felled.json()["properties"]["version"]
    new = api.post(f"/trees/{tree.pk}/replace/", successor, version)
    assert new.status_code == 201, new.content
    assert new.json()["properties"]["replaces"] == str(tree.pk)
    assert new.json()["properties"]["number"] == tree.site.number
    vanished = api.post(f"/trees/{gone.pk}/vanish/", {"on": str(today), "reason": "fort"}, 1)
    assert vanished.json()["properties"]["status"] == "vanished"


def test_contractors_see_only_trees_with_work_of_their_own(arborist: Any) -> None:
    firm = make_user("contractor")
    mine, other = make_tree(), make_tree()
    order_measure(
        by=arborist,
        day=timezone.localdate(),
        tree_id=mine.pk,
        kind="deadwood",
        urgency="3",
        contractor_id=firm.pk,
    )
    order_measure(
        by=arborist, day=timezone.localdate(), tree_id=mine.pk, kind="felling", urgency="3"
    )
    record(mine, arborist)
    api = ApiClient(firm)
    assert [row["id"] for row in api.json("/trees/")["features"]] == [str(mine.pk)]
    assert api.json("/measures/")["count"] == 1
    assert api.json("/trees/state-counts/")["total"] == 1
    assert [row["id"] for row in api.json("/places/")["features"]] == [str(mine.site.place_id)]
    assert [row["id"] for row in api.json("/sites/")["features"]] == [str(mine.site_id)]
    assert api.get(f"/trees/{other.pk}/").status_code == 404
    assert api.get(f"/trees/{other.pk}/card/").status_code == 404
    card = api.json(f"/trees/{mine.pk}/card/")
    assert card["inspections"] == [] and card["last_inspection"] is None
    assert len(card["measures"]) == 1
    assert card["may"]["complete_measure"] and not card["may"]["correct"]
    assert api.get("/inspections/").status_code == 403
    assert api.post("/photos/", {}).status_code in {400, 415}
