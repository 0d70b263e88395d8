/** The preview's map: a sample of an import's positions over the base map; page of geodata/web/import_runs.py. */

import { pageData } from "baum/io/page_data.js";
import { BaseLayers } from "baum/map/base_layer.js";
import { createMap, latLngBounds, paintedCanvas, worldOf } from "baum/map/port.js";

const NEAREST = 17;
const REACH = 12;
const COLOURS = { new: "#1b7f5c", known: "#52575f", outside: "#9b1c31" };

const data = pageData("import-map-data");
const element = document.querySelector("#import-map");
const words = document.querySelector("#import-map-line");
const map = createMap(element, { center: data.center, zoom: data.zoom });
const bases = new BaseLayers(map, data.basemaps);
bases.show("");

const points = data.points.map(([lat, lon, line, action, outside]) => ({
  lat,
  lon,
  line,
  world: worldOf({ lat, lon }),
  look: outside ? "outside" : action === "new" ? "new" : "known",
}));

/** A disc for new, a ring for known, a square for what lies outside. */
function paint(context, { look }, at, size) {
  context.beginPath();
  context.fillStyle = context.strokeStyle = COLOURS[look];
  context.lineWidth = 2;
  if (look === "outside") context.rect(at.x - size, at.y - size, 2 * size, 2 * size);
  else context.arc(at.x, at.y, size, 0, 2 * Math.PI);
  if (look === "known") context.stroke();
  else {
    context.fill();
    context.strokeStyle = "#fff";
    context.lineWidth = 1;
    context.stroke();
  }
}

const layer = paintedCanvas((context, view) => {
  const size = view.zoom >= 16 ? 6 : view.zoom >= 14 ? 5 : 4;
  for (const point of points) paint(context, point, view.place(point.world.x, point.world.y), size);
}, { pane: "overlayPane" });
map.addLayer(layer);

map.on("mousemove", ({ layerPoint }) => {
  // What is painted may still be an older view.
  const { view } = layer;
  const corner = layer.corner();
  const near = points.find(({ world }) => {
    const at = view.place(world.x, world.y);
    return Math.hypot(at.x - (layerPoint.x - corner.x), at.y - (layerPoint.y - corner.y)) < REACH;
  });
  words.textContent = near ? words.dataset.words.replace("{line}", near.line) : "";
});

/** Show these points at once. */
function fit(some) {
  if (some.length) {
    map.fitBounds(latLngBounds(some.map(({ lat, lon }) => [lat, lon])), {
      animate: false,
      padding: [28, 28],
      maxZoom: NEAREST,
    });
  }
}
const inside = points.filter(({ look }) => look !== "outside");
fit(inside.length ? inside : points);

const button = document.querySelector("#show-outside");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => fit(points));
}
document.fonts.load('500 12px "Fira Sans"').then(() => bases.repaint());
