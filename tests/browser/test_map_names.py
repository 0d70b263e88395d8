"""Names of the base map make room for the badges of trees, which lie above them."""

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import Site

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
  const store = { get: (key) => key === `12/${x}/${y}` ? [district] : [] };
  const layer = new NameLayer(store, 16);
  const map = createMap(place, { center: [lat, lon], zoom: 12 });
  map.addLayer(layer.canvas);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 150));
  await pause();
  window.held = {
    layer, middle, pause,
    /** Distances of all drawn pixels from the middle. */
    drawn() {
      const canvas = map.getPane("names").querySelector("canvas");
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      const found = [];
      for (let i = 3; i < data.length; i += 4) {
        if (!data[i]) continue;
        const at = (i - 3) / 4;
        const across = at % canvas.width - canvas.width / 2;
        found.push(Math.hypot(across, Math.floor(at / canvas.width) - canvas.height / 2));
      }
      return found.sort((a, b) => a - b);
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
      held.layer.avoid([{ ...held.middle, count: 50 }]);
      await held.pause();
      const nearest = held.drawn()[0];
      held.layer.avoid([]);
      await held.pause();
      return [nearest, held.drawn()[0]];
    }""")
    assert BADGE < nearest < 3 * BADGE
    assert back < BADGE / 2


def test_a_name_without_room_is_left_out(page):
    """Badges stand on all its places."""
    drawn = page.evaluate("""async () => {
      const pixel = 1 / 2 ** 20;
      const places = [-80, -60, -40, -20, 0, 20, 40, 60, 80];
      held.layer.avoid(places.map((by) => ({ x: held.middle.x, y: held.middle.y + by * pixel, count: 50 })));
      await held.pause();
      return held.drawn();
    }""")
    assert drawn == []
