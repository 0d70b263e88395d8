"""A day outside: taken along, killed, started cold without a net, worked, come home; nothing is lost."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.city import City
from tests.field.hands import (
    PATH,
    choose,
    form,
    no_new_finding,
    open_card,
    save,
    screen,
    send_all,
    stand_at,
    strip,
    with_finding,
)
from tests.field.kept import before, kept, toll
from tests.field.net import Net
from tests.field.pictures import camera_photo
from tests.field.tablet import Tablet
from tests.server import Server

pytestmark = pytest.mark.browser


def take_a_district_along(tablet: Tablet) -> str:
    """By taps: a district, what it weighs, fetched with its map."""
    chosen = screen(tablet, "take_along_choice")
    tablet.tap(chosen.locator("label").filter(has_text="Ein Ortsteil"))
    districts = chosen.get_by_role("group", name="Welcher Ortsteil?").locator("label")
    name = districts.first.inner_text()
    tablet.tap(districts.first)
    expect(chosen.get_by_role("table")).to_contain_text("zusammen etwa")
    tablet.tap(chosen.get_by_role("button", name="Mitnehmen", exact=True))
    expect(tablet.page.get_by_text(f"„{name}“ ist auf dem Tablet.")).to_be_visible()
    return name


def test_an_area_is_taken_along_refreshed_and_removed(tablet, net: Net, city: City):
    one = tablet()
    one.start()
    one.sign_in("kontrolle")
    name = take_a_district_along(one)
    taken = screen(one, "take_along")
    expect(taken.locator(".field-card__title")).to_have_text([name])
    expect(taken).to_contain_text(re.compile(r"belegt, .* frei"))

    seen = len(net.passages)
    one.tap(taken.get_by_role("button", name="Auffrischen"))
    expect(one.page.get_by_text(f"„{name}“ ist auf dem neuesten Stand.")).to_be_visible()
    rows = [p for p in net.passages[seen:] if p.path.endswith("/field/trees/")]
    assert not rows, "nothing has changed, so no tree is fetched again"

    one.tap(taken.get_by_role("button", name=f"„{name}“ entfernen"))
    one.tap(taken.get_by_role("group").get_by_role("button", name=f"„{name}“ entfernen"))
    expect(one.page.get_by_text("der Platz ist frei")).to_be_visible()
    expect(taken.locator(".field-card__title")).to_have_count(0)


def plant(tablet: Tablet, near: dict[str, Any]) -> None:
    """A tree that nobody had recorded, three metres beside another."""
    stand_at(tablet, near | {"lon": near["lon"] + 0.00004}, accuracy=2)
    tablet.page.evaluate("""() => document.dispatchEvent(
        new CustomEvent("field-screen", {detail: {name: "plant", params: {}}}))""")
    page = form(tablet, "plant")
    species = page.get_by_role("group", name="häufig hier").locator("label.ff-chip")
    tablet.tap(species.first)
    save(tablet, page)


def move(tablet: Tablet, tree: dict[str, Any]) -> None:
    """To where one stands."""
    here = open_card(tablet, tree)
    tablet.tap(tablet.page.locator(".field-sheet__grip"))
    aside = {"lon": tree["lon"] + 0.00003, "lat": tree["lat"] + 0.00002}
    stand_at(tablet, aside, accuracy=7.5)
    tablet.tap(here.get_by_role("button", name="Lage ändern"))
    page = form(tablet, "move")
    tablet.tap(page.get_by_role("button", name="Eigene Position"))
    expect(page).to_contain_text("auf 7,5 m genau")
    save(tablet, page)


def test_a_day_without_net(tablet, net: Net, city: City, server: Server, tmp_path: Path):
    one = tablet("kontrolle")
    one.start(PATH)
    expect(strip(one)).to_contain_text("alles gesendet")
    trees = choose(one, 6)
    had = before(city)

    net.down()
    one.kill()
    one.start(PATH)

    expect(strip(one)).to_contain_text("alles gesendet")
    for tree in trees[:3]:
        no_new_finding(one, tree)
    save(one, with_finding(one, trees[3]))
    save(one, with_finding(one, trees[4], camera_photo(tmp_path / "photo.jpg")))
    plant(one, trees[4])
    move(one, trees[5])
    expect(strip(one)).to_contain_text("8 nicht gesendet")
    held = kept(one.page)
    assert sorted(row["kind"] for row in held.entries) == [
        *["inspection"] * 5,
        "tree_move",
        "tree_new",
    ]
    assert len(held.photos) == 1 and held.photos[0]["size"] <= 400_000

    one.kill()
    one.start(PATH)
    net.up()
    send_all(one)

    expect(strip(one)).to_contain_text("alles gesendet")
    after = kept(one.page)
    assert after.by_status() == {"accepted": 7}, [row["sentence"] for row in after.entries]
    assert [row["status"] for row in after.photos] == ["received"]
    assert [row["sha256"] for row in after.photos] == [row["sha256"] for row in held.photos]
    result = toll(city, server.var / "media", had, after)
    assert (result.lost, result.doubled) == ([], [])
    assert_planted(city, held.of_kind("tree_new")[0]["tree"])
    assert_moved(city, trees[5])


def assert_planted(city: City, tree: str) -> None:
    """It stands once, with number, species and the accuracy of the receiver."""
    (row,) = city.rows(
        """SELECT s.number, t.species_id, t.position_accuracy_m, t.position_source
           FROM baumkataster_tree t JOIN baumkataster_site s ON s.id = t.site_id WHERE t.id = %s""",
        tree,
    )
    assert row[0] and row[1]
    assert (float(row[2]), row[3]) == (2.0, "gnss")


def assert_moved(city: City, tree: dict[str, Any]) -> None:
    """It stands where the arborist stood."""
    (row,) = city.rows(
        """SELECT ST_X(ST_Transform(geom, 4326)), ST_Y(ST_Transform(geom, 4326)),
                  position_accuracy_m FROM baumkataster_tree WHERE id = %s""",
        tree["id"],
    )
    assert row[0] == pytest.approx(tree["lon"] + 0.00003, abs=2e-7)
    assert row[1] == pytest.approx(tree["lat"] + 0.00002, abs=2e-7)
    assert float(row[2]) == 7.5
