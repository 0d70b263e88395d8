"""Small maps of two pages: what the mouse means while much else is being painted."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import Site
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

BASE = [{"id": "", "kind": "none"}]
STATES = json.loads((ROOT / "inspections/rules/states.json").read_text("utf-8"))
#: What the server writes into a page: elements with ids, and data in scripts.
WRITTEN = """({ html, data }) => {
  document.body.innerHTML = html;
  for (const [id, values] of Object.entries(data)) {
    const script = Object.assign(document.createElement("script"), { id, type: "application/json" });
    script.textContent = JSON.stringify(values);
    document.body.append(script);
  }
}"""
MAP = '<div id="{}" style="width: 400px; height: 300px; position: relative"></div>'


def write(page: Page, html: str, **data: object) -> None:
    """Make the page what a view would have written."""
    named = {name.replace("_", "-"): values for name, values in data.items()}
    page.evaluate(WRITTEN, {"html": html, "data": named})


def test_a_point_of_an_import_is_known_at_once_where_the_map_has_moved(site: Site):
    """Its line is said before the picture of the new view is painted."""
    page = site.open()
    inside = [53.1, 10.0, 2, "new", False]
    data = {"center": [53.1, 10.0], "zoom": 13, "basemaps": BASE}
    data["points"] = [inside, [53.3, 10.3, 7, "new", True]]
    words = '<p id="import-map-line" data-words="Zeile {line}"></p>'
    words += '<button id="show-outside"></button>'
    write(page, MAP.format("import-map") + words, import_map_data=data)

    lines = page.evaluate("""async () => {
      await import("baum/pages/import_preview.js");
      const map = document.querySelector("#import-map");
      const words = document.querySelector("#import-map-line");
      const { left, top, width, height } = map.getBoundingClientRect();
      const lines = new Set();
      const look = () => {
        lines.clear();
        for (let x = 5; x < width; x += 10) {
          for (let y = 5; y < height; y += 10) {
            const at = { clientX: left + x, clientY: top + y };
            map.dispatchEvent(new MouseEvent("mousemove", { ...at, bubbles: true }));
            const side = x < width / 2 ? "left" : "right";
            if (words.textContent) lines.add(`${words.textContent}: ${side}`);
          }
        }
        return [...lines].sort();
      };
      await new Promise((resolve) => setTimeout(resolve, 200));
      const before = look();
      document.querySelector("#show-outside").click();
      return [before, look()];
    }""")

    assert {line.split(":")[0] for line in lines[0]} == {"Zeile 2"}
    assert lines[1] == ["Zeile 2: left", "Zeile 7: right"]


def test_the_ring_of_a_row_does_not_wait_for_all_that_is_read_and_painted(site: Site):
    """Thirty others are at work: it comes before each of them has had a turn."""
    page = site.open()
    config = {"basemaps": BASE, "day": "2026-11-27", "states": [], "past": ""}
    row = '<tr data-tree="a" data-lat="53.1" data-lon="10" data-state="overdue"><td>1</td></tr>'
    parts = MAP.format("report-map") + f'<table>{row}</table><p id="report-totals"></p>'
    write(page, parts, report_config=config, states=STATES)

    turns = page.evaluate("""async () => {
      await import("baum/pages/report.js");
      const { walker } = await import("baum/map/steps.js");
      while (walker.walks.length) await new Promise((resolve) => setTimeout(resolve, 20));
      let [turns, ringed] = [0, false];
      const { arc } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.arc = function (...where) {
        ringed = true;
        arc.apply(this, where);
      };
      const busy = function* () {
        for (const begun = performance.now(); performance.now() < begun + 7;);
        turns += 1;
        yield;
      };
      const all = Array.from({ length: 30 }, () => walker.walk(busy()).done);
      document.querySelector("tr").dispatchEvent(new PointerEvent("pointerenter"));
      const channel = new MessageChannel();
      await new Promise((resolve) => {
        channel.port1.onmessage = () => ringed ? resolve() : channel.port2.postMessage(0);
        channel.port2.postMessage(0);
      });
      const before = turns;
      await Promise.all(all);
      return before;
    }""")
    assert turns < 30
