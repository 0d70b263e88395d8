/** Wires the map beside the overdue list: same filter, rows and trees point at each other; page of inspections/web/overdue_report.py. */

import { pageData } from "baum/io/page_data.js";
import { STATES } from "baum/io/states.js";
import { BaseLayers } from "baum/map/base_layer.js";
import { createMap, latLngBounds, paintedCanvas, worldOf } from "baum/map/port.js";
import { Walker } from "baum/map/steps.js";
import { Symbols } from "baum/map/symbols.js";
import { TREE_ZOOM, TreeLayer } from "baum/map/tree_layer.js";

const NEAREST = 17;
/** Parameters of the page that are no filters of trees. */
const OWN = ["sortierung", "seite", "alle"];
const SIZE = 24;

const config = pageData("report-config");
const element = document.querySelector("#report-map");
const symbols = new Symbols(STATES);

/** Rows of the list: id → { row, lat, lon, state }. */
const rows = new Map([...document.querySelectorAll("tr[data-tree]")].map((row) => [row.dataset.tree, {
  row, lat: Number(row.dataset.lat), lon: Number(row.dataset.lon), state: row.dataset.state,
}]));

/** The page's filters as the tiles take them. */
function tileQuery() {
  const query = new URLSearchParams(element.dataset.query);
  for (const name of [...OWN, "state"]) query.delete(name);
  for (const code of config.states) query.append("state", code);
  return query.toString();
}

const spots = [...rows.values()];
const map = createMap(element, { center: [spots[0]?.lat ?? 53.14, spots[0]?.lon ?? 8.21], zoom: 13 });
const bases = new BaseLayers(map, config.basemaps);
bases.show("");
const trees = new TreeLayer({ symbols, day: config.day, address: "/tiles/trees/" });
trees.setFilter(tileQuery(), config.states);
trees.addTo(map);
bases.leaveRoomFor(trees);

let shown = "";
/** The tree of a row, ringed and drawn also where the map only shows numbers. */
const mark = paintedCanvas((context, view) => {
  const spot = rows.get(shown);
  if (!spot) return;
  const world = worldOf(spot);
  const at = view.place(world.x, world.y);
  for (const [width, colour] of [[9, "#fff"], [5, "#2044aa"]]) {
    context.beginPath();
    context.arc(at.x, at.y, SIZE / 2 + 7, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
  symbols.paint(context, spot.state, false, at.x, at.y, SIZE, view.ratio);
  // Turns of its own: behind all tiles that are being read it would come when the mouse is elsewhere.
}, { pane: "overlayPane", walker: new Walker() });
map.addLayer(mark);

/** Point at a tree in list and map; "" at none. */
function show(id) {
  if (id === shown) return;
  rows.get(shown)?.row.classList.remove("is-shown");
  shown = rows.has(id) ? id : "";
  rows.get(shown)?.row.classList.add("is-shown");
  mark.repaint();
}

for (const [id, { row, lat, lon }] of rows) {
  row.addEventListener("pointerenter", () => show(id));
  row.addEventListener("pointerleave", () => show(""));
  row.addEventListener("focusin", () => {
    show(id);
    if (!map.getBounds().contains([lat, lon])) map.panTo([lat, lon]);
  });
  row.addEventListener("focusout", () => show(""));
}

map.on("mousemove", ({ containerPoint }) => {
  const found = trees.hit(containerPoint, false);
  element.classList.toggle("is-over-tree", Boolean(found));
  show(found?.kind === "tree" ? found.id : "");
});
map.on("mouseout", () => show(""));
map.on("click", ({ containerPoint, originalEvent }) => {
  const found = trees.hit(containerPoint, originalEvent.pointerType === "touch");
  if (!found) return;
  if (found.kind === "cell") map.setView(trees.positionOf(found), Math.min(map.getZoom() + 2, TREE_ZOOM + 1));
  else if (found.kind === "tree") location.assign(`/karte/?baum=${found.id}${config.past}`);
});

/** Show all rows of the list at once. */
function fit() {
  if (spots.length) map.fitBounds(latLngBounds(spots.map(({ lat, lon }) => [lat, lon])), { animate: false, padding: [28, 28], maxZoom: NEAREST });
}
fit();
// On paper the map has no size; it keeps the one it had.
new ResizeObserver(() => element.offsetWidth && map.invalidateSize({ pan: false })).observe(element);

// Canvases do not ask for fonts themselves: paint again when they are here.
Promise.all(["500", "600", "italic 400"].map((kind) => document.fonts.load(`${kind} 12px "Fira Sans"`))).then(() => {
  trees.canvas.repaint();
  bases.repaint();
});

/** Totals and forecast read every tree: they come when the page stands. */
async function fillTotals(place) {
  try {
    const answer = await fetch(place.dataset.address, { headers: { Accept: "text/html" } });
    if (answer.ok) place.innerHTML = await answer.text();
  } catch {
    // The link to the totals stays.
  }
  place.removeAttribute("aria-busy");
}
fillTotals(document.querySelector("#report-totals"));
