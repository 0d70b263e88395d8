"""The map's trees are painted in slices behind the picture that is shown; the test holds the turns."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests import mvt
from tests.browser.module_page import Answer, Request, Site
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

#: Trees of each tile: more than one step reads and paints.
TREES = 300
#: A map with a tree layer whose work is done only when the test lets it: ``turn`` and ``rest``.
HELD = """async (table) => {
  const { StateTable } = await import("baum/core/states.js");
  const { createMap } = await import("baum/map/port.js");
  const { Walker } = await import("baum/map/steps.js");
  const { Symbols } = await import("baum/map/symbols.js");
  const { TreeLayer } = await import("baum/map/tree_layer.js");
  const place = document.createElement("div");
  Object.assign(place.style, { width: "400px", height: "300px", position: "relative" });
  document.body.append(place);
  const turns = [];
  const clock = { now: 0 };
  // Each look at the clock takes so long that a turn is one step.
  const walker = new Walker({ now: () => clock.now += 10, later: (task) => turns.push(task) });
  const map = createMap(place, { center: [53.1, 10.0], zoom: 16 });
  const symbols = new Symbols(new StateTable(table));
  const layer = new TreeLayer({ symbols, day: "2026-11-27", address: "/tiles/", walker });
  const painted = [];
  layer.addEventListener("painted", ({ detail }) => painted.push(detail.complete));
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  // One for each picture that took the place of an older one.
  const pictures = [];
  const { transferFromImageBitmap } = ImageBitmapRenderingContext.prototype;
  ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (picture) {
    pictures.push(picture.width);
    transferFromImageBitmap.call(this, picture);
  };
  layer.addTo(map);
  const held = {
    map, layer, turns, painted, pictures,
    shown: () => map.getPane("overlayPane").querySelector("canvas"),
    turn: () => { turns.shift()?.(); },
    /** Until the paint that has begun is shown. */
    paint: async () => {
      const before = pictures.length;
      for (; turns.length; await Promise.resolve()) held.turn();
      while (pictures.length === before) await pause();
    },
    pixels: (x, y, edge) => {
      const copy = new OffscreenCanvas(edge, edge).getContext("2d");
      copy.drawImage(held.shown(), -x, -y);
      return copy.getImageData(0, 0, edge, edge).data;
    },
    /** Until nothing is left to do and every tile is here. */
    rest: async () => {
      for (let quiet = 0; quiet < 8; quiet += 1) {
        for (; turns.length; quiet = 0) held.turn();
        await pause();
        if (layer.waiting || layer.store.coming.size) quiet = 0;
      }
    },
    ids: () => layer.features.map(({ id }) => id),
    failed: 0,
    /** The next pictures break, as without memory. */
    breakPictures(many) {
      const make = window.createImageBitmap;
      window.createImageBitmap = (...what) => {
        if (many-- > 0) return Promise.reject(new Error("no memory"));
        window.createImageBitmap = make;
        return make.call(window, ...what);
      };
    },
  };
  layer.addEventListener("failed", () => held.failed += 1);
  window.held = held;
}"""


def answer(prefix: str) -> Any:
    """Every tile has its trees; their ids begin with ``prefix``."""

    def serve(request: Request) -> Answer:
        z, x, y = request.path.removeprefix("/tiles/").removesuffix(".mvt").split("/")
        trees = [
            (f"{prefix}{z}/{x}/{y}/{n}", 200 * (n % 20), 250 * (n // 20)) for n in range(TREES)
        ]
        return 200, mvt.tree_tile(trees), {"Content-Type": "application/x-protobuf"}

    return serve


@pytest.fixture
def page(site: Site, states: dict[str, Any]) -> Page:
    """A map at rest with all its trees."""
    site.server = answer("a")
    page = site.open()
    page.evaluate(HELD, states)
    page.evaluate("held.rest()")
    assert page.evaluate("held.painted.at(-1)")
    assert page.evaluate("held.ids().length") > TREES
    return page


@pytest.fixture(scope="module")
def states() -> dict[str, Any]:
    """The table of states."""
    table: dict[str, Any] = json.loads((ROOT / "inspections/rules/states.json").read_text("utf-8"))
    return table


def test_a_view_is_painted_in_many_turns_and_the_older_picture_stays(page):
    """Nothing is empty in between, and what is shown is what is hit."""
    older, stayed, turns, newer, moved = page.evaluate("""async () => {
      const look = () => [held.shown().getBoundingClientRect().left, held.pixels(0, 0, 400).join("")];
      const [left, older] = look();
      const shown = held.pictures.length;
      held.map.panBy([40, 0], { animate: false });
      let [stayed, turns] = [true, 0];
      for (; held.turns.length; turns += 1) {
        stayed = stayed && held.pictures.length === shown;
        if (turns % 8 === 0) {
          const [at, picture] = look();
          stayed = stayed && at === left - 40 && picture === older;
        }
        held.turn();
      }
      await held.rest();
      const [at, newer] = look();
      return [new Set(older).size > 1, stayed, turns, newer !== older, at === left];
    }""")
    assert older
    assert stayed
    assert turns > 20
    assert newer
    assert moved


def test_a_newer_view_drops_the_paint_of_an_older_one(page):
    """However far the older paint is, only the newer picture is ever shown."""
    shown = page.evaluate("""async () => {
      const before = held.pictures.length;
      held.map.panBy([30, 0], { animate: false });
      for (let i = 0; i < 15; i += 1) held.turn();
      held.map.panBy([30, 0], { animate: false });
      await held.paint();
      await held.rest();
      const { left } = held.shown().getBoundingClientRect();
      return [held.pictures.length - before, left - held.map.getContainer().getBoundingClientRect().left];
    }""")
    # A quarter of the map beyond its edge: the canvas lies where the newer view wants it.
    assert shown == [1, -100]


def test_a_whole_picture_that_is_no_longer_wanted_is_not_shown(page):
    """Its last step is done, and before the browser has made the picture the map moves on."""
    shown = page.evaluate("""async () => {
      const before = held.pictures.length;
      held.map.panBy([30, 0], { animate: false });
      while (held.turns.length) held.turn();
      held.map.panBy([30, 0], { animate: false });
      await held.paint();
      await held.rest();
      return held.pictures.length - before;
    }""")
    assert shown == 1


def test_a_tree_is_hit_where_it_is_shown(page):
    """In the picture, after a move and while the next one is being painted."""
    hits = page.evaluate("""async () => {
      const tree = held.layer.visible()[7];
      const hit = () => held.layer.hit(held.layer.pixel(tree), false)?.id === tree.id;
      const found = [hit()];
      held.map.panBy([-35, 20], { animate: false });
      found.push(hit());
      for (let i = 0; i < 10; i += 1) held.turn();
      found.push(hit());
      await held.paint();
      return [...found, hit()];
    }""")
    assert hits == [True, True, True, True]


def test_the_chosen_tree_has_its_ring(page):
    """Painted with the next picture."""
    rings = page.evaluate("""async () => {
      const tree = held.layer.visible()[7];
      const blue = () => {
        const corner = held.layer.canvas.corner();
        const at = held.map.containerPointToLayerPoint(held.layer.pixel(tree)).subtract(corner);
        const [x, y] = [Math.round(at.x) - 30, Math.round(at.y) - 30];
        const data = held.pixels(x, y, 60);
        let found = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (data[i] < 60 && data[i + 1] < 90 && data[i + 2] > 140 && data[i + 3] > 200) found += 1;
        }
        return found > 40;
      };
      const before = blue();
      held.layer.choose(tree.id);
      await held.paint();
      const chosen = blue();
      held.layer.choose("");
      await held.paint();
      return [before, chosen, blue()];
    }""")
    assert rings == [False, True, False]


def test_a_tile_that_was_being_read_when_something_was_written_is_forgotten(page):
    """It may show what is no longer true."""
    ended, kept = page.evaluate("""async () => {
      const { store } = held.layer;
      const tile = { z: 16, x: 1, y: 1 };
      const coming = store.load("one", "/tiles/16/1/1.mvt", tile).catch((error) => error.name);
      while (!held.turns.length) await new Promise((resolve) => setTimeout(resolve, 5));
      held.turn();
      store.clear();
      while (held.turns.length) held.turn();
      return [await coming, store.get("one") ?? null];
    }""")
    assert ended == "AbortError"
    assert kept is None


def test_the_older_trees_stay_until_the_new_ones_are_here(page, site):
    """After something was written, and also when a tile is not answered yet."""
    number = page.evaluate("held.ids().length")
    site.server = answer("b")
    page.evaluate("""() => {
      held.layer.refresh();
      for (let i = 0; i < 200 && held.turns.length; i += 1) held.turn();
    }""")
    assert page.evaluate("held.ids().length") == number
    page.evaluate("held.rest()")
    assert page.evaluate("held.ids().length") == number
    assert page.evaluate("held.ids().every((id) => id.startsWith('b'))")


def test_hits_and_list_change_with_the_picture(page, site):
    """Not when its last step is done: the browser may take a while to make it."""
    site.server = answer("b")
    looks = page.evaluate("""async () => {
      const make = window.createImageBitmap;
      const ready = [];
      window.createImageBitmap = async (board) => {
        const picture = await make.call(window, board);
        await new Promise((resolve) => ready.push(resolve));
        return picture;
      };
      const before = [held.pictures.length, held.painted.length];
      const look = () => [
        held.pictures.length - before[0],
        held.painted.length - before[1],
        held.ids().filter((id) => id.startsWith("b")).length,
      ];
      held.layer.refresh();
      await held.rest();
      for (; !held.layer.store.kept.size; await held.rest());
      // The first picture was of the older trees, before any tile was answered.
      ready.shift()();
      await held.rest();
      const looks = [look()];
      ready.shift()();
      window.createImageBitmap = make;
      await held.rest();
      return [...looks, look()];
    }""")
    number = page.evaluate("held.ids().length")
    assert looks == [[1, 1, 0], [2, 2, number]]


def test_a_picture_that_breaks_is_painted_once_more(page):
    """Without waiting for the map to move."""
    shown = page.evaluate("""async () => {
      const before = held.pictures.length;
      held.breakPictures(1);
      held.layer.setDragged(held.ids()[7]);
      await held.rest();
      return [held.pictures.length - before, held.failed, held.ids().includes(held.layer.dragged)];
    }""")
    assert shown == [1, 0, False]


def test_without_a_picture_the_older_one_is_what_is_hit(page):
    """The page says that something is missing; the next movement paints again."""
    shown = page.evaluate("""async () => {
      const before = held.pictures.length;
      const shows = () => held.ids().includes(held.layer.dragged);
      const look = () => [held.pictures.length - before, held.failed, shows()];
      held.breakPictures(2);
      held.layer.setDragged(held.ids()[7]);
      await held.rest();
      const looks = [look()];
      held.map.panBy([10, 0], { animate: false });
      await held.rest();
      return [...looks, look()];
    }""")
    assert shown == [[0, 1, True], [1, 1, False]]


def test_badges_of_another_zoom_are_known_when_all_its_tiles_are_here(page):
    """Near views have none; an older picture says nothing about the next zoom."""
    known = page.evaluate("""async () => {
      const known = [held.layer.badgesAt(16)?.length];
      for (const zoom of [13, 12]) {
        held.map.setZoom(zoom, { animate: false });
        known.push(held.layer.badgesAt(zoom)?.length ?? null);
        await held.paint();
        known.push(held.layer.badgesAt(zoom)?.length ?? null);
        await held.rest();
        known.push([held.layer.badgesAt(zoom)?.length, held.layer.badgesAt(zoom + 1)?.length ?? null]);
      }
      return known;
    }""")
    # The tiles of this server hold no cells.
    assert known == [0, None, None, [0, None], None, None, [0, None]]
