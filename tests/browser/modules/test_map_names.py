"""Names of the base map make room for the badges of trees, which lie above them."""

import json
import time

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import Answer, Request, Site
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

#: A map in the middle of a tile that one district fills, and what its names have drawn.
HELD = """async () => {
  const { createMap, positionOf, worldOf } = await import("baum/map/port.js");
  const { NameLayer } = await import("baum/map/base_names.js");
  const place = document.createElement("div");
  Object.assign(place.style, { width: "400px", height: "300px", position: "relative" });
  document.body.append(place);
  const n = 2 ** 12;
  const tile = worldOf({ lat: 53.1, lon: 10 });
  const [x, y] = [Math.floor(tile.x * n), Math.floor(tile.y * n)];
  const middle = { x: (x + 0.5) / n, y: (y + 0.5) / n };
  const { lat, lon } = positionOf(middle);
  const corners = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]].map(([x, y]) => ({ x, y }));
  const district = { type: 3, rings: [corners], properties: { kind: "district", name: "Altstadt" } };
  // The tile, and its four quarters at the next zoom.
  const inside = (z, column, row) => column >> (z - 12) === x && row >> (z - 12) === y;
  const store = { get: (key) => inside(...key.split("/").map(Number)) ? [district] : [] };
  const layer = new NameLayer(store, 16);
  // Stands for a layer of trees, which knows the badges of one zoom.
  const trees = { badges: [], zoom: 12, badgesAt: (zoom) => zoom === trees.zoom ? trees.badges : null };
  layer.leaveRoomFor(trees);
  let pictures = 0;
  const { transferFromImageBitmap } = ImageBitmapRenderingContext.prototype;
  ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (picture) {
    pictures += 1;
    transferFromImageBitmap.call(this, picture);
  };
  const map = createMap(place, { center: [lat, lon], zoom: 12 });
  map.addLayer(layer.canvas);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 150));
  await pause();
  window.held = {
    map, layer, trees, middle, pause,
    /** The trees are painted with these badges; pictures of names that follow. */
    async avoid(badges) {
      const before = pictures;
      Object.assign(trees, { badges, zoom: map.getZoom() });
      layer.look();
      await pause();
      return pictures - before;
    },
    pictures: () => pictures,
    /** Distances of all drawn pixels from the middle. */
    drawn: () => held.spots().map(([x, y]) => Math.hypot(x, y)).sort((a, b) => a - b),
    /** All drawn pixels, from the middle. */
    spots() {
      const canvas = map.getPane("names").querySelector("canvas");
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      const found = [];
      for (let i = 3; i < data.length; i += 4) {
        if (!data[i]) continue;
        const at = (i - 3) / 4;
        found.push([at % canvas.width - canvas.width / 2, Math.floor(at / canvas.width) - canvas.height / 2]);
      }
      return found;
    },
  };
}"""
#: Pixels of the badge of fifty trees.
BADGE = 18


@pytest.fixture
def page(site: Site) -> Page:
    """The district has its name in the middle."""
    page = site.open()
    page.evaluate(HELD)
    assert page.evaluate("held.drawn()")[0] < BADGE / 2
    return page


def test_a_name_moves_away_from_a_badge_and_back(page):
    """It is still there, and the badge covers none of it."""
    nearest, back = page.evaluate("""async () => {
      await held.avoid([{ ...held.middle, count: 50 }]);
      const nearest = held.drawn()[0];
      await held.avoid([]);
      return [nearest, held.drawn()[0]];
    }""")
    assert BADGE < nearest < 3 * BADGE
    assert back < BADGE / 2


def test_a_name_without_room_is_left_out(page):
    """Badges stand on all its places."""
    drawn = page.evaluate("""async () => {
      const pixel = 1 / 2 ** 20;
      const places = [-80, -60, -40, -20, 0, 20, 40, 60, 80];
      await held.avoid(places.map((by) => ({ x: held.middle.x, y: held.middle.y + by * pixel, count: 50 })));
      return held.drawn();
    }""")
    assert drawn == []


def test_names_are_painted_again_only_for_badges_that_have_moved(page):
    """Not at every paint of the trees, and not for what lies beyond the map."""
    pictures = page.evaluate("""async () => {
      const pixel = 1 / 2 ** 20;
      const { x, y } = held.middle;
      const some = [{ x, y, count: 50 }, { x: x + 90 * pixel, y, count: 9 }];
      const first = await held.avoid(some);
      const same = await held.avoid(some.map((each) => ({ ...each, x: each.x + pixel / 4 })).reverse());
      const beyond = await held.avoid([...some, { x: x + 900 * pixel, y, count: 9 }]);
      const moved = await held.avoid(some.map((each) => ({ ...each, y: each.y + 6 * pixel })));
      const larger = await held.avoid(some.map((each) => ({ ...each, y: each.y + 6 * pixel, count: 5000 })));
      return [first, same, beyond, moved, larger];
    }""")
    assert pictures == [1, 0, 0, 1, 1]


def test_names_wait_for_the_badges_of_another_zoom(page):
    """Painted around the older ones first, they would jump."""
    waited, pictures, nearest = page.evaluate("""async () => {
      await held.avoid([]);
      const before = held.pictures();
      held.map.setZoom(13, { animate: false });
      await held.pause();
      held.map.panBy([1, 0], { animate: false });
      await held.pause();
      const waited = held.pictures() - before;
      const pictures = await held.avoid([{ ...held.middle, count: 50 }]);
      return [waited, pictures, held.drawn()[0]];
    }""")
    assert waited == 0
    assert pictures == 1
    assert nearest > BADGE


def test_names_do_not_wait_for_ever(page):
    """A server that does not answer leaves the map without badges, not without names."""
    pictures = page.evaluate("""async () => {
      const before = held.pictures();
      held.map.setZoom(13, { animate: false });
      for (let i = 0; i < 40 && held.pictures() === before; i += 1) await held.pause();
      const first = held.pictures() - before;
      held.map.panBy([20, 0], { animate: false });
      await held.pause();
      return [first, held.pictures() - before];
    }""")
    assert pictures == [1, 2]


def test_the_trees_of_a_map_tell_its_names_when_they_are_painted(site: Site):
    """The base map passes it on, at the start and at another zoom; nobody waits longer than that."""

    def serve(request: Request) -> Answer:
        # Trees come last: no tile of the base map has the names painted after them.
        time.sleep(0.2 if request.path.startswith("/tiles/") else 0)
        return 204, b"", {}

    site.server = serve
    page = site.open()
    found = page.evaluate(
        """async (table) => {
      const { StateTable } = await import("baum/core/states.js");
      const { BaseLayers } = await import("baum/map/base_layer.js");
      const { createMap } = await import("baum/map/port.js");
      const { Symbols } = await import("baum/map/symbols.js");
      const { TreeLayer } = await import("baum/map/tree_layer.js");
      // Nobody's patience ends.
      const { setTimeout } = window;
      window.setTimeout = (task, ms) => ms >= 500 ? 0 : setTimeout(task, ms);
      const place = document.createElement("div");
      Object.assign(place.style, { width: "400px", height: "300px", position: "relative" });
      document.body.append(place);
      const map = createMap(place, { center: [53.1, 10], zoom: 12 });
      const bases = new BaseLayers(map, [{ id: "", kind: "demo" }]);
      bases.show("");
      const symbols = new Symbols(new StateTable(table));
      const trees = new TreeLayer({ symbols, day: "2026-11-27", address: "/tiles/" });
      trees.addTo(map);
      bases.leaveRoomFor(trees);
      const found = [];
      for (const zoom of [12, 13]) {
        map.setZoom(zoom, { animate: false });
        await new Promise((resolve) => {
          trees.addEventListener("painted", ({ detail }) => detail.complete && resolve());
        });
        for (let i = 0; i < 60 && !bases.names.around; i += 1) await new Promise(requestAnimationFrame);
        found.push([trees.counted, bases.names.around, bases.names.wait?.over ?? null]);
      }
      return found;
    }""",
        json.loads((ROOT / "inspections/rules/states.json").read_text("utf-8")),
    )
    assert found == [[12, [], None], [13, [], None]]
