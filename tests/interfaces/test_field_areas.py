"""What the field app takes along, over HTTP: for whom, in which words refused, and in which shape."""

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from baumkataster.api import geometry
from inspections.field import areas
from inspections.models import ControlPlan, Replanning, RuleSet
from inspections.services.tours import plan_tour
from tests.factories import (
    load_reference_data,
    make_city,
    make_district,
    make_place,
    make_tree,
    make_unit,
    make_user,
    point,
    record,
    replan_all,
)
from tests.interfaces.api_client import ApiClient

pytestmark = pytest.mark.django_db
WHOLE = {"kind": "filter"}
RING = [[8.20, 53.13], [8.21, 53.13], [8.21, 53.14]]


@pytest.fixture
def kim() -> Any:
    make_city()
    load_reference_data()
    return make_user("arborist")


@pytest.fixture
def client(kim: Any) -> ApiClient:
    return ApiClient(kim)


def keys(text: str) -> list[UUID]:
    packed = b64decode(text, validate=True)
    return [UUID(bytes=packed[at : at + 16]) for at in range(0, len(packed), 16)]


def answer(client: ApiClient, path: str, body: Any) -> Any:
    found = client.post(f"/field/{path}", body)
    assert found.status_code == 200, found.content
    return found.json()


def refusal(client: ApiClient, area: Any) -> dict[str, list[str]]:
    """The same sentences at both doors of an area."""
    found = [client.post(f"/field/areas/{path}/", {"area": area}) for path in ("size", "changes")]
    assert [each.status_code for each in found] == [400, 400], found[0].content
    assert found[0].json() == found[1].json()
    return dict(found[0].json()["errors"])


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("arborist", 200),
        ("planner", 200),
        ("supervisor", 200),
        ("administrator", 200),
        ("contractor", 403),
        (None, 401),
    ],
)
def test_who_takes_something_along(kim: Any, role: str | None, status: int) -> None:
    client = ApiClient(make_user(role) if role else None)
    tree = make_tree()
    posts = {
        "areas/size/": {"area": WHOLE},
        "areas/changes/": {"area": WHOLE, "cursor": None},
        "trees/": {"ids": [str(tree.pk)]},
    }
    for path, body in posts.items():
        assert client.post(f"/field/{path}", body).status_code == status, path
        if status == 200:
            assert client.get(f"/field/{path}").status_code == 405
    for path in ("reference/", "tours/"):
        assert client.get(f"/field/{path}").status_code == status, path


def test_an_area_says_that_some_due_dates_are_old_and_brings_the_new_ones(
    kim: Any, client: ApiClient
) -> None:
    tree = make_tree()
    replan_all(timezone.localdate())
    first = answer(client, "areas/changes/", {"area": WHOLE})
    at = timezone.now()
    rule, plan = RuleSet.objects.get(), ControlPlan.objects.filter(pk=tree.pk)
    Replanning.objects.create(rule_set=rule, asked_at=at, care_changed_at=at, applied_at=at)
    later = answer(client, "areas/changes/", {"area": WHOLE, "cursor": first["cursor"]})
    assert "Was als Jungbaumpflege zählt, wurde geändert" in later["old_dates"]
    Replanning.objects.update(state="done")
    plan.update(due_on=timezone.localdate())
    last = answer(client, "areas/changes/", {"area": WHOLE, "cursor": later["cursor"]})
    assert last["old_dates"] == "" and keys(last["changed"]) == [tree.pk]


def test_an_area_is_weighed_fetched_and_asked_again(kim: Any, client: ApiClient) -> None:
    trees = [make_tree(geom=point(30 * n, 0)) for n in range(3)]
    record(trees[0], kim)
    size = answer(client, "areas/size/", {"area": WHOLE})
    assert set(size) == {"trees", "bytes", "photos", "photo_bytes", "bbox", "outline"}
    assert size["trees"] == 3
    first = answer(client, "areas/changes/", {"area": WHOLE})
    known = {"cursor", "reset", "count", "ids", "changed", "old_dates", "bbox", "outline"}
    assert set(first) == known and first["old_dates"] == ""
    assert (first["reset"], first["count"], first["changed"]) == (True, 3, first["ids"])
    assert keys(first["ids"]) == sorted(tree.pk for tree in trees)
    west, south, east, north = first["bbox"]
    assert all(west <= lon <= east and south <= lat <= north for lon, lat in first["outline"])
    again = answer(client, "areas/changes/", {"area": WHOLE, "cursor": first["cursor"]})
    assert (again["reset"], again["count"]) == (False, 3)
    assert answer(client, "areas/changes/", {"area": WHOLE, "cursor": "x"})["reset"]
    rows = answer(client, "trees/", {"ids": [str(tree.pk) for tree in trees] + [str(uuid4())]})
    assert {row["id"] for row in rows["trees"]} == {str(tree.pk) for tree in trees}
    # The bytes that were promised are those that come.
    assert size["bytes"] == pytest.approx(
        len(client.post("/field/trees/", {"ids": [str(t.pk) for t in trees]}).content), abs=20
    )


def test_every_kind_of_area(kim: Any, client: ApiClient) -> None:
    district, unit = make_district(), make_unit(deputy=kim)
    place = make_place(unit=unit)
    one = make_tree(district=district, place=place)
    make_tree(geom=point(5000, 5000))
    tour = plan_tour(by=kim, name="Tour", tree_ids=[one.pk])
    here = one.geom.transform(4326, clone=True)
    ring = [[here.x + x, here.y + y] for x, y in ((-0.001, 0), (0.001, 0.001), (0.001, -0.001))]
    for area in (
        {"kind": "district", "district": str(district.pk)},
        {"kind": "polygon", "ring": ring},
        {"kind": "polygon", "ring": [*ring, ring[0]]},
        {"kind": "tour", "tour": str(tour.pk)},
        {"kind": "filter", "mine": True},
        {"kind": "filter", "unit": str(unit.pk), "mine": None, "due_until": None},
        {"kind": "filter", "place": str(place.pk), "district": str(district.pk)},
    ):
        found = answer(client, "areas/changes/", {"area": area})
        assert keys(found["ids"]) == [one.pk], area
        assert found["outline"], area
    none = answer(client, "areas/size/", {"area": {"kind": "filter", "due_until": "2001-01-01"}})
    assert none == {
        "trees": 0, "bytes": 0, "photos": 0, "photo_bytes": 0, "bbox": None, "outline": None,
    }  # fmt: skip


def test_a_tour_comes_in_the_order_of_its_walk(kim: Any, client: ApiClient) -> None:
    trees = [make_tree(geom=point(0, metres)) for metres in (0, 60, 20, 80, 40)]
    tour = plan_tour(by=kim, name="Tour", tree_ids=[tree.pk for tree in trees])
    walked = list(tour.stops.order_by("position").values_list("tree_id", flat=True))
    assert walked in (
        [trees[n].pk for n in (0, 2, 4, 1, 3)],
        [trees[n].pk for n in (3, 1, 4, 2, 0)],
    )
    area = {"kind": "tour", "tour": str(tour.pk)}
    first = answer(client, "areas/changes/", {"area": area})
    later = answer(client, "areas/changes/", {"area": area, "cursor": first["cursor"]})
    assert keys(first["ids"]) == keys(later["ids"]) == walked


def circle(corners: int) -> list[list[float]]:
    """Many corners along a line and back, none of which cross."""
    half = corners // 2
    there = [[8.0 + n / 10_000, 53.0] for n in range(half)]
    return there + [[8.0 + n / 10_000, 53.1] for n in reversed(range(corners - half))]


@pytest.mark.parametrize(
    ("area", "field", "sentence"),
    [
        (None, "area", "welches Gebiet"),
        ([], "area", "welches Gebiet"),
        ("alles", "area", "welches Gebiet"),
        ({"kind": "country"}, "area", "welches Gebiet"),
        ({"kind": ["filter"]}, "area", "welches Gebiet"),
        ({"kind": "district"}, "district", "Ortsteil"),
        ({"kind": "district", "district": str(uuid4())}, "district", "Ortsteil"),
        ({"kind": "district", "district": 7}, "district", "Ortsteil"),
        ({"kind": "tour", "tour": "Ring"}, "tour", "Tour"),
        ({"kind": "filter", "unit": str(uuid4())}, "unit", "Revier"),
        ({"kind": "filter", "place": {}}, "place", "Objekt"),
        ({"kind": "filter", "due_until": "31.12.2026"}, "due_until", "2026-11-23"),
        ({"kind": "filter", "due_until": "2026-02-30"}, "due_until", "2026-11-23"),
        ({"kind": "filter", "due_until": 20261231}, "due_until", "2026-11-23"),
        ({"kind": "filter", "mine": "ja"}, "mine", "Wert"),
        ({"kind": "polygon"}, "ring", "nicht lesbar"),
        ({"kind": "polygon", "ring": [[8, 53], [8.1, 53], [8.1]]}, "ring", "nicht lesbar"),
        ({"kind": "polygon", "ring": [[8, 53], [8.1, 53], [8.1, "x"]]}, "ring", "nicht lesbar"),
        ({"kind": "polygon", "ring": [[8, 53], [8.1, 53], [8.1, True]]}, "ring", "nicht lesbar"),
        ({"kind": "polygon", "ring": RING[:2]}, "ring", "mindestens drei"),
        ({"kind": "polygon", "ring": [*RING[:2], RING[0]]}, "ring", "mindestens drei"),
        ({"kind": "polygon", "ring": circle(501)}, "ring", "höchstens 500"),
        ({"kind": "polygon", "ring": [[x, y + 20] for x, y in RING]}, "ring", "Deutschland"),
        ({"kind": "polygon", "ring": [[y, x] for x, y in RING]}, "ring", "Deutschland"),
        ({"kind": "polygon", "ring": [[1, 46], [2, 46], [2, 47]]}, "ring", "Deutschland"),
        (
            {"kind": "polygon", "ring": [[8, 53], [8.1, 53.1], [8.1, 53], [8, 53.1]]},
            "ring",
            "kreuzt",
        ),
        ({"kind": "polygon", "ring": [[8, 53], [8.1, 53], [8.2, 53], [8.1, 53]]}, "ring", "kreuzt"),
    ],
)
def test_what_cannot_be_meant_is_said(
    client: ApiClient, area: Any, field: str, sentence: str
) -> None:
    problems = refusal(client, area)
    assert set(problems) == {field}
    assert sentence in problems[field][0]


def test_500_corners_are_taken(client: ApiClient) -> None:
    area = {"kind": "polygon", "ring": circle(500)}
    assert answer(client, "areas/size/", {"area": area})["trees"] == 0


def test_infinite_corners_are_no_crash(client: ApiClient) -> None:
    for number in ("1e999", "NaN", "-Infinity"):
        body = '{"area": {"kind": "polygon", "ring": [[8, 53], [8.1, 53], [8, NUMBER]]}}'
        found = client.post("/field/areas/size/", body.replace("NUMBER", number))
        assert found.status_code == 400, found.content


def test_other_wrong_bodies(client: ApiClient) -> None:
    for path, body in {
        "areas/size/": {},
        "areas/changes/": {"area": WHOLE, "cursor": ["x"]},
        "trees/": {"ids": ["x"]},
    }.items():
        assert client.post(f"/field/{path}", body).status_code == 400, path
    many = client.post("/field/trees/", {"ids": [str(uuid4()) for _ in range(251)]})
    assert many.status_code == 400
    assert set(many.json()["errors"]) == {"ids"}


def test_the_reach_is_the_apis() -> None:
    assert areas.REACH == geometry.REACH


def test_a_kept_reference_is_not_sent_again(client: ApiClient) -> None:
    first = client.get("/field/reference/")
    document = first.json()
    assert first["ETag"] == f'"{document["etag"]}"'
    assert {
        "etag", "catalogues", "species", "places", "districts", "units", "rule_set",
        "symptom_use", "base_maps", "topping_kinds", "follow_up_kinds", "server_time",
    } == set(document)  # fmt: skip
    server_time = datetime.fromisoformat(document["server_time"])
    assert abs((datetime.now(UTC) - server_time).total_seconds()) < 60
    for known in (first["ETag"], f"W/{first['ETag']}", f'"x", {first["ETag"]}'):
        kept = client.get("/field/reference/", None, **{"If-None-Match": known})
        assert (kept.status_code, kept.content, kept["ETag"]) == (304, b"", first["ETag"])
    english = client.get("/field/reference/", None, **{"Accept-Language": "en"})
    assert english["ETag"] == first["ETag"]
    make_district()
    changed = client.get("/field/reference/", None, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_tours_of_a_person(kim: Any, client: ApiClient) -> None:
    boss = make_user("supervisor")
    trees = [make_tree().pk, make_tree().pk]
    plan_tour(by=boss, name="Für Jo", assignee=make_user("arborist"), tree_ids=trees)
    tour = plan_tour(by=boss, name="Für Kim", assignee=kim, tree_ids=trees)
    assert client.json("/field/tours/") == {
        "tours": [
            {
                "id": str(tour.pk),
                "name": "Für Kim",
                "planned_on": None,
                "assignee_name": str(kim),
                "mine": True,
                "trees": 2,
                "open": 2,
            }
        ]
    }
    assert len(ApiClient(boss).json("/field/tours/")["tours"]) == 2
