"""Two tablets and the office change the same trees: the review list holds exactly the true conflicts."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.city import City
from tests.browser.visits import Visit
from tests.field.hands import PATH, choose, inspection, record, send_all
from tests.field.kept import kept
from tests.field.net import Net

pytestmark = pytest.mark.browser

CONFLICTS = """SELECT c.tree_id, c.field, u.username FROM inspections_fieldconflict c
    JOIN baumkataster_user u ON u.id = c.person_id WHERE c.state = 'open'"""


def change(tree: dict[str, Any], **values: Any) -> dict[str, Any]:
    """An order: attributes as the tablet knew them and as they shall be."""
    base = {name: tree.get(name) for name in values}
    return {
        "kind": "tree_change",
        "tree": tree["id"],
        "treeVersion": tree["version"],
        "body": {"base": base, "changes": values},
    }


def office(visit: Visit, tree: dict[str, Any], **values: Any) -> None:
    """The office corrects a tree while the tablets are out."""
    token = next(c["value"] for c in visit.context.cookies() if c["name"] == "csrftoken")
    address = f"{visit.url}/api/v1/trees/{tree['id']}/"
    version = visit.context.request.get(address).headers["etag"]
    headers = {"If-Match": version, "X-CSRFToken": token, "Content-Type": "application/json"}
    answer = visit.context.request.patch(address, data=json.dumps(values), headers=headers)
    assert answer.ok, answer.text()


def move(tree: dict[str, Any], dlon: float) -> dict[str, Any]:
    """An order: the tree stands somewhere else."""
    return {
        "kind": "tree_move",
        "tree": tree["id"],
        "treeVersion": tree["version"],
        "body": {
            "base": {"lon": tree["lon"], "lat": tree["lat"]},
            "lon": tree["lon"] + dlon,
            "lat": tree["lat"],
            "accuracy_m": 3,
            "source": "gnss",
        },
    }


def move_in_office(visit: Visit, tree: dict[str, Any], dlon: float) -> None:
    """The office has moved the tree, too."""
    token = next(c["value"] for c in visit.context.cookies() if c["name"] == "csrftoken")
    address = f"{visit.url}/api/v1/trees/{tree['id']}/"
    version = visit.context.request.get(address).headers["etag"]
    answer = visit.context.request.post(
        f"{address}move/",
        data=json.dumps(
            {"geom": {"type": "Point", "coordinates": [tree["lon"] + dlon, tree["lat"]]}}
        ),
        headers={"If-Match": version, "X-CSRFToken": token, "Content-Type": "application/json"},
    )
    assert answer.ok, answer.text()


def test_the_review_list_holds_exactly_the_true_conflicts(tablet, visit, net: Net, city: City):
    one, two = tablet("kontrolle"), tablet("aufsicht")
    desk = visit("planung")
    desk.go("/")
    for each in (one, two):
        each.start(PATH)
    both, twice, apart, alike, inspected, moved = choose(one, 6, skip=20)
    net.down()
    record(one, **change(both, height_m=11.5, tag="F 1"))
    record(one, **change(twice, girth_cm=151))
    record(two, **change(twice, girth_cm=152))
    record(one, **change(apart, height_m=12.5))
    record(two, **change(apart, girth_cm=153))
    record(one, **change(alike, height_m=13.5))
    record(one, **inspection(inspected))
    record(two, **inspection(inspected))
    record(one, **move(moved, 0.00005))
    office(desk, both, height_m=10.5)
    office(desk, apart, remarks="Vom Büro")
    office(desk, alike, height_m=13.5)
    move_in_office(desk, moved, 0.00009)
    had = city.value(
        "SELECT count(*) FROM inspections_inspection WHERE tree_id = %s", inspected["id"]
    )
    net.up()

    send_all(one)
    send_all(two)

    found = {(str(tree), field, login) for tree, field, login in city.rows(CONFLICTS)}
    assert found == {
        (both["id"], "height_m", "kontrolle"),
        (twice["id"], "girth_cm", "aufsicht"),
        (moved["id"], "geom", "kontrolle"),
    }
    assert kept(one.page).by_status() == {"accepted": 6}
    assert kept(two.page).by_status() == {"accepted": 3}
    values = "SELECT height_m::float, girth_cm, tag, remarks FROM baumkataster_tree WHERE id = %s"
    assert city.rows(values, both["id"])[0][::2] == (10.5, "F 1")
    assert city.rows(values, twice["id"])[0][1] == 151
    assert city.rows(values, apart["id"])[0][:2] == (12.5, 153)
    assert city.rows(values, apart["id"])[0][3] == "Vom Büro"
    now = city.value(
        "SELECT count(*) FROM inspections_inspection WHERE tree_id = %s", inspected["id"]
    )
    assert now == had + 2

    head = visit("aufsicht")
    page = head.go("/klaerung/")
    expect(page.locator("#conflicts")).to_have_text("3 Widersprüche")
    card = page.locator(".review-card").filter(has_text=f"{both['place']} {both['number']}")
    expect(card).to_contain_text("11,5")
    expect(card).to_contain_text("10,5")
    expect(card).to_contain_text("Karla Ohlsen")
    card.get_by_role("button", name="Vom Tablet übernehmen").click()
    expect(page.locator("#conflicts")).to_have_text("2 Widersprüche")
    assert city.rows(values, both["id"])[0][0] == 11.5
