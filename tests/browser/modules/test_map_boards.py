"""Tiles of the base map are painted on boards that nobody sees; the test holds the turns."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import Site

pytestmark = pytest.mark.browser

#: Boards whose turns and frames the test gives, and tiles of five steps that paint themselves in one colour.
HELD = """async () => {
  const { Boards } = await import("baum/map/boards.js");
  const { TURN_ENDS, Walker } = await import("baum/map/steps.js");
  const [turns, frames, log] = [[], [], []];
  const pause = () => new Promise((resolve) => setTimeout(resolve));
  const boards = new Boards({
    walker: new Walker({ now: () => 0, later: (task) => turns.push(task) }),
    slices: { run: (job) => new Promise((resolve) => frames.push(() => resolve(job()))) },
  });
  // Every canvas that is not a tile is a board.
  const [made, create] = [[], document.createElement];
  document.createElement = (name) => {
    made.push(create.call(document, name));
    return made.at(-1);
  };
  window.held = {
    boards, turns, frames, log, made,
    unwanted: new Set(),
    tile: () => create.call(document, "canvas"),
    paint(canvas, name, colour, broken = false) {
      const steps = function* (context) {
        context.fillStyle = colour;
        for (let i = 0; i < 5; i += 1) {
          log.push(name);
          context.fillRect(0, i * 2, 10, 2);
          if (broken) throw new Error(name);
          yield TURN_ENDS;
        }
      };
      const done = boards.paint(canvas, 10, steps, { wanted: () => !held.unwanted.has(name) });
      done.then(() => log.push(`${name} is here`), () => log.push(`${name} broke`));
    },
    turn: async () => { await pause(); turns.shift()?.(); await pause(); },
    rest: async () => {
      for (await pause(); turns.length || frames.length; await pause()) (turns.shift() ?? frames.shift())();
    },
    colours: (canvas) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      const found = new Set();
      for (let i = 0; i < data.length; i += 4) found.add(data.slice(i, i + 4).join(" "));
      return [...found];
    },
  };
}"""
RED, BLUE = "255 0 0 255", "0 0 255 255"


@pytest.fixture
def page(site: Site) -> Page:
    """Boards at rest."""
    page = site.open()
    page.evaluate(HELD)
    return page


def told(page: Page) -> Any:
    """What was painted, in order."""
    return page.evaluate("held.log")


def test_a_tile_shows_its_older_picture_until_the_new_one_is_whole(page):
    """Also when a turn is a single step."""
    colours, turns = page.evaluate("""async () => {
      const tile = held.tile();
      held.paint(tile, "red", "red");
      await held.rest();
      held.paint(tile, "blue", "blue");
      const colours = [];
      let turns = 0;
      for (; !held.frames.length; turns += 1) {
        await held.turn();
        colours.push(held.colours(tile).join());
      }
      await held.rest();
      return [[...new Set(colours), held.colours(tile).join()], turns];
    }""")
    assert colours == [RED, BLUE]
    assert turns > 5


def test_the_next_tile_begins_when_the_first_is_painted(page):
    """And does not wait for the frame in which that is shown."""
    page.evaluate("""async () => {
      held.paint(held.tile(), "a", "red");
      held.paint(held.tile(), "b", "blue");
      for (let i = 0; i < 12; i += 1) await held.turn();
    }""")
    assert told(page) == ["a"] * 5 + ["b"] * 5
    page.evaluate("held.rest()")
    assert told(page)[10:] == ["a is here", "b is here"]


def test_what_nobody_wants_any_more_is_neither_painted_nor_shown(page):
    """A tile that left the map, before, in and after its painting."""
    colours = page.evaluate("""async () => {
      const tiles = ["a", "b", "c"].map((name) => {
        const tile = held.tile();
        held.paint(tile, name, "red");
        return tile;
      });
      held.unwanted.add("b");
      await held.turn();
      held.unwanted.add("a");
      for (let i = 0; i < 12; i += 1) await held.turn();
      held.unwanted.add("c");
      await held.rest();
      return tiles.flatMap((tile) => held.colours(tile));
    }""")
    assert "255 0 0 255" not in colours
    painted = [word for word in told(page) if word in "abc"]
    assert painted.count("a") < 5
    assert painted.count("b") == 0
    assert painted.count("c") == 5


def test_a_tile_that_breaks_does_not_stop_the_others(page):
    """Its promise says so."""
    page.evaluate("""async () => {
      held.paint(held.tile(), "a", "red", true);
      held.paint(held.tile(), "b", "blue");
      await held.rest();
    }""")
    assert told(page) == ["a", "a broke", *["b"] * 5, "b is here"]


def test_a_board_is_used_again_whatever_broke(page):
    """Its steps or its picture; the next tile shows nothing of it."""
    boards, colours = page.evaluate("""async () => {
      const make = window.createImageBitmap;
      held.paint(held.tile(), "a", "red", true);
      await held.rest();
      window.createImageBitmap = () => Promise.reject(new Error("no memory"));
      held.paint(held.tile(), "b", "red");
      await held.rest();
      window.createImageBitmap = make;
      const tile = held.tile();
      held.paint(tile, "c", "blue");
      await held.rest();
      return [held.made.length, held.colours(tile)];
    }""")
    assert told(page)[1] == "a broke"
    assert told(page).count("b broke") == 1
    assert boards == 1
    assert colours == [BLUE]
