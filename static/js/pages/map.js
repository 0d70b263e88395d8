/** Wires the map page: address ↔ filters ↔ layers ↔ panel ↔ card; the server side is geodata/web/map_page.py. */

import { emptyFilter, filterQuery, readAddress, toggleState, writeAddress } from "baum/core/filters.js";
import { read } from "baum/io/api.js";
import { pageData } from "baum/io/page_data.js";
import { STATES } from "baum/io/states.js";
import { t } from "baum/io/words.js";
import { BaseLayers } from "baum/map/base_layer.js";
import { createMap } from "baum/map/port.js";
import { Symbols } from "baum/map/symbols.js";
import { TREE_ZOOM, TreeLayer } from "baum/map/tree_layer.js";
import { MapView, NEAR_ZOOM } from "baum/pages/map_view.js";
import { wireForms } from "baum/pages/map_forms.js";
import { wireKeys } from "baum/pages/map_keys.js";
import { wireDay } from "baum/pages/map_day.js";
import { byUrgency } from "baum/components/tree_list.js";
import "baum/components/map_search.js";
import "baum/components/map_legend.js";
import "baum/components/filter_panel.js";
import "baum/components/map_tools.js";
import "baum/components/tree_card.js";

const config = pageData("map-config");
const state = { ...readAddress(location.search), past: config.past.query };
const one = (selector) => document.querySelector(selector);
const parts = {
  layout: one("#layout"),
  card: one("tree-card"),
  legend: one("map-legend"),
  filters: one("filter-panel"),
  search: one("map-search"),
  list: one("tree-list"),
  tools: one("map-tools"),
  notices: one("#notices"),
};

const hasPosition = Boolean(state.position);
const start = state.position ?? { lat: config.center[0], lon: config.center[1], zoom: config.zoom };
const map = createMap(one("#map"), { center: [start.lat, start.lon], zoom: start.zoom });
const bases = new BaseLayers(map, config.basemaps);
state.base = config.basemaps.some((row) => row.id === state.base) ? state.base : "";
bases.show(state.base);
const trees = new TreeLayer({ symbols: new Symbols(STATES), day: config.day, address: "/tiles/trees/" });
const view = new MapView({ map, trees, parts });

/** A query that also asks for the day of the page, if it is not today. */
function withDay(query) {
  for (const [name, value] of Object.entries(config.past.query)) query.set(name, value);
  return query;
}

/** Put the present view into the address, without a step in the browser's history. */
function writeState() {
  const middle = map.getCenter();
  state.position = { zoom: map.getZoom(), lat: middle.lat, lon: middle.lng };
  history.replaceState(null, "", `${location.pathname}${writeAddress(state)}`);
}

let counting = null;
/** Ask for the counts of the legend; a newer question replaces an older one. */
async function count() {
  counting?.abort();
  counting = new AbortController();
  const query = withDay(filterQuery(state.filter, ["state"]));
  try {
    parts.legend.setCounts(
      await read(`/api/v1/trees/state-counts/?${query}`, {}, { signal: counting.signal }),
    );
  } catch (error) {
    if (error.name !== "AbortError") parts.legend.setUnknown();
  }
}

/** Show what the filters ask for, everywhere. */
function applyFilter({ counts = true } = {}) {
  const query = withDay(filterQuery(state.filter)).toString();
  trees.setFilter(query, state.filter.state);
  parts.legend.setStates(state.filter.state);
  parts.filters.show(state.filter);
  parts.tools.setQuery(query);
  nameUnknown();
  if (counts) count();
  writeState();
}

/** Chips of places and species that came with the address need their words. */
async function nameUnknown() {
  for (const { name, id } of parts.filters.unknown()) {
    try {
      const row = await read(`/api/v1/${name === "place" ? "places" : "species"}/${id}/`);
      const values = row.properties ?? row;
      parts.filters.remember(id, values.name ?? values.german_name ?? id);
    } catch {
      parts.filters.remember(id, id.slice(0, 8));
    }
  }
}

/** Open a tree's card; "" closes it. */
function choose(id, { tab = "" } = {}) {
  if (id !== state.tree) forms.leave();
  state.tree = id;
  state.tab = id ? tab || state.tab : "";
  trees.choose(id);
  if (id) parts.card.open(id, state.tab);
  else parts.card.close();
  view.showCard(Boolean(id));
  writeState();
  parts.list.setTrees(trees.visible(), state.tree);
}

map.on("click", ({ containerPoint, originalEvent }) => {
  if (forms.takesClick(map.containerPointToLatLng(containerPoint))) return;
  const found = trees.hit(
    containerPoint,
    originalEvent.pointerType === "touch" || matchMedia("(pointer: coarse)").matches,
  );
  if (!found) return;
  if (found.kind === "cell") view.goTo(trees.positionOf(found), Math.min(map.getZoom() + 2, TREE_ZOOM + 1));
  else if (found.kind === "tree") choose(found.id);
  else if (found.kind === "site") forms.plantOnSite(found.id, trees.positionOf(found));
  else view.showGroup(found);
});
map.on("mousemove", ({ containerPoint }) => {
  map.getContainer().classList.toggle("is-over-tree", Boolean(trees.hit(containerPoint, false)));
});
map.on("moveend", () => writeState());
bases.leaveRoomFor(trees);
trees.addEventListener("painted", () => {
  parts.list.setTrees(trees.visible(), state.tree);
});
trees.addEventListener(
  "failed",
  () =>
    view.notice(
      "warning",
      t("Ein Teil der Karte ist gerade nicht erreichbar. Sobald Sie die Karte bewegen, wird er noch einmal geholt."),
      "tiles",
    ),
);

document.addEventListener("toggle-state", ({ detail }) => {
  state.filter.state = toggleState(state.filter.state, detail, STATES.codes());
  applyFilter({ counts: false });
});
document.addEventListener("set-filter", ({ detail: { name, value, on } }) => {
  const many = Array.isArray(state.filter[name]);
  if (many) {
    state.filter[name] = on
      ? [...new Set([...state.filter[name], value])]
      : state.filter[name].filter((each) => each !== value);
  } else state.filter[name] = on ? value : "";
  applyFilter();
});
document.addEventListener("clear-filter", () => {
  Object.assign(state.filter, emptyFilter());
  applyFilter();
});
document.addEventListener("choose-tree", ({ detail }) => choose(detail));
document.addEventListener("choose-base", ({ detail }) => {
  state.base = detail;
  bases.show(detail);
  writeState();
});
document.addEventListener("card-tab", ({ detail }) => {
  state.tab = detail;
  writeState();
});
let seekTree = Boolean(state.tree) && !hasPosition;
document.addEventListener("card-shown", ({ detail: tree }) => {
  // A link that names a tree but no position goes to the tree.
  if (seekTree) view.goTo(tree, NEAR_ZOOM, { animate: false });
  seekTree = false;
  view.keepPositionInSight(tree);
});
document.addEventListener(
  "sheet-moved",
  () => state.tree && parts.card.data && view.keepPositionInSight(parts.card.data.tree),
);
document.addEventListener("card-closed", () => choose(""));
document.addEventListener("written", ({ detail }) => {
  trees.refresh();
  count();
  view.notice("success", detail.sentence);
});
document.addEventListener("found", ({ detail: row }) => {
  if (row.kind === "place" || row.kind === "species" || row.kind === "district") {
    parts.filters.remember(row.id, row.label);
    state.filter[row.kind] = [row.id];
    applyFilter();
  }
  view.goToFound(row);
  if (row.kind === "tree") choose(row.id);
  view.showPanel(false);
});

const forms = wireForms({ map, trees, view, config, card: parts.card, choose });
wireKeys({
  search: parts.search,
  step: (by) => {
    if (forms.form) return;
    const order = byUrgency(trees.visible());
    if (!order.length) return;
    const at = order.findIndex((tree) => tree.id === state.tree);
    choose(order[at < 0 ? (by > 0 ? 0 : order.length - 1) : (at + by + order.length) % order.length].id);
  },
  edit: () => state.tree && parts.card.act("edit"),
  escape: () => forms.cancel() || view.closePanel() || (state.tree && choose("")),
});

wireDay(state);
parts.card.configure({ config, notice: (kind, sentence) => view.notice(kind, sentence) });
parts.filters.configure({ today: config.day, mayUnits: config.user.may.view_inspections });
parts.tools.configure({ basemaps: config.basemaps, chosen: state.base, may: config.user.may });
if (!hasPosition) view.showBounds(config.bounds);
trees.addTo(map);
applyFilter();
if (state.tree) choose(state.tree, { tab: state.tab });

// Canvases do not ask for fonts themselves: paint again when they are here.
Promise.all(["500", "600", "italic 400"].map((kind) => document.fonts.load(`${kind} 12px "Fira Sans"`))).then(
  () => {
    trees.canvas.repaint();
    bases.repaint();
  },
);

/** Choices of districts and units, for the filter fields. */
async function loadChoices() {
  const rows = (answer) =>
    (answer.features ?? answer.results ?? answer).map((row) => ({
      id: row.id,
      name: (row.properties ?? row).name,
    }));
  for (const [name, address] of [["district", "/api/v1/districts/"], ["unit", "/api/v1/units/"]]) {
    if (name === "unit" && !config.user.may.view_inspections) continue;
    try {
      parts.filters.setChoices(name, rows(await read(address)));
    } catch {
      // The field stays empty; the rest of the page does not need it.
    }
  }
}
loadChoices();
