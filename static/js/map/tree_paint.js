/** How trees, crowns, numbers and aggregated cells look on the canvas; used by tree_layer.js and, in part, field_layer.js. */

import { badgeRadius, joinCells } from "baum/core/clusters.js";

/** Metres around the equator. */
const EARTH_M = 40_075_016.686;
/** Pixels around the canvas from which a large crown may still reach into it, and from which anything else may. */
const OUTSIDE = 240;
const BADGE = 32;
const CROWN_ZOOM = 18;
const NUMBER_ZOOM = 19;
const FONT = '"Fira Sans", sans-serif';
/** Symbol size in pixels by zoom; nearer ones as the last. */
const SIZES = { 15: 13, 16: 16, 17: 20, 18: 24 };
const LARGEST = 28;

/** Pixels of a symbol's box at a zoom. */
export function symbolSize(zoom) {
  return SIZES[Math.round(zoom)] ?? (zoom < 15 ? 13 : LARGEST);
}

/** Pixels of one metre at a spot of the world. */
function pixelsPerMetre(view, y) {
  const latitude = Math.atan(Math.sinh(Math.PI * (1 - 2 * y)));
  return (256 * 2 ** view.zoom) / (EARTH_M * Math.cos(latitude));
}

/** Features between two steps of painting; words take longer than pictures. */
const PICTURES = 48;
const WORDS = 8;

/** Parts of a list, so many at a time. */
function* parts(list, many) {
  for (let i = 0; i < list.length; i += many) yield list.slice(i, i + many);
}

/** Everything of a view in steps, from the ground up; returns the badges that stand for cells. */
export function* paintFeatures(context, view, features, symbols, chosen) {
  const { site, group, tree, cell } = yield* placed(view, features);
  const size = symbolSize(view.zoom);
  for (const some of parts(site, WORDS)) {
    for (const { at } of some) paintSite(context, at, size);
    yield;
  }
  for (const some of parts(group, WORDS)) {
    for (const { feature, at } of some) paintGroup(context, at, feature);
    yield;
  }
  yield* paintTrees(context, view, tree, symbols, chosen);
  const cells = cell.map(({ feature, at }) => ({ ...feature, at }));
  const badges = joinCells(cells, (state) => symbols.table.rank(state));
  yield;
  for (const some of parts(badges, WORDS)) {
    for (const badge of some) paintBadge(context, badge, symbols, view.ratio);
    yield;
  }
  return badges;
}

/** By kind, with their pixels, what reaches into the view, and all cells; in steps. */
function* placed(view, features) {
  const found = { site: [], group: [], tree: [], cell: [] };
  const reach = view.zoom >= CROWN_ZOOM ? OUTSIDE : BADGE;
  const [right, lower] = [view.size.x + reach, view.size.y + reach];
  for (const some of parts(features, 8 * PICTURES)) {
    for (const feature of some) {
      const at = view.place(feature.x, feature.y);
      const reaches = at.x > -reach && at.y > -reach && at.x < right && at.y < lower;
      // Cells that nobody sees still say how those are joined that somebody sees.
      if (reaches || feature.kind === "cell") found[feature.kind].push({ feature, at });
    }
    yield;
  }
  return found;
}

/** An empty site: a dashed grey circle with a plus. */
function paintSite(context, at, size) {
  const radius = size / 3;
  context.strokeStyle = "#6e7597";
  context.fillStyle = "rgb(255 255 255 / 0.8)";
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  context.fill();
  context.setLineDash([3, 2]);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(at.x - radius / 2, at.y);
  context.lineTo(at.x + radius / 2, at.y);
  context.moveTo(at.x, at.y - radius / 2);
  context.lineTo(at.x, at.y + radius / 2);
  context.stroke();
}

/** A tree group: a green badge with the number of its trees. */
function paintGroup(context, at, group) {
  const text = group.count ? `${group.count}` : "…";
  context.font = `600 11px ${FONT}`;
  const width = Math.max(26, context.measureText(text).width + 16);
  context.beginPath();
  context.roundRect(at.x - width / 2, at.y - 10, width, 20, 10);
  context.fillStyle = "#ffffff";
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = "#3f6b34";
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = "#2c4d24";
  context.fillText(text, at.x, at.y + 0.5);
}

/** Trees in steps: crowns below, then symbols, the most dangerous last, then numbers. */
function* paintTrees(context, view, trees, symbols, chosen) {
  const byState = new Map(symbols.table.codes().reverse().map((code) => [code, []]));
  for (const { feature, at } of trees) byState.get(feature.state).push({ tree: feature, at });
  const spots = [...byState.values()].flat();
  yield;
  if (view.zoom >= CROWN_ZOOM) {
    for (const some of parts(spots, PICTURES)) {
      paintCrowns(context, view, some);
      yield;
    }
  }
  const size = symbolSize(view.zoom);
  const marked = chosen && spots.find(({ tree }) => tree.id === chosen);
  if (marked) paintChoice(context, marked.at, size);
  const paint = symbols.brush(size, view.ratio);
  for (const some of parts(spots, PICTURES)) {
    for (const { tree, at } of some) paint(context, tree.state, tree.immediate, at.x, at.y);
    yield;
  }
  if (view.zoom >= NUMBER_ZOOM) yield* paintNumbers(context, spots, size);
}

/** Crown circles in true size, faint. */
export function paintCrowns(context, view, spots) {
  context.fillStyle = "rgb(45 106 79 / 0.13)";
  context.strokeStyle = "rgb(27 88 62 / 0.4)";
  context.lineWidth = 1;
  for (const { tree, at } of spots) {
    if (!(tree.crown > 0)) continue;
    context.beginPath();
    context.arc(at.x, at.y, tree.crown / 2 * pixelsPerMetre(view, tree.y), 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

/** The chosen tree stands in a wide blue ring with a white edge. */
function paintChoice(context, at, size) {
  for (const [width, colour] of [[9, "#fff"], [5, "#2044aa"]]) {
    context.beginPath();
    context.arc(at.x, at.y, size / 2 + 9, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
}

/** Numbers under the symbols, in steps; one that would cover another is left out. */
function* paintNumbers(context, spots, size) {
  context.font = `600 12px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  const taken = new Set();
  for (const some of parts([...spots].reverse(), WORDS)) {
    for (const { tree, at } of some) {
      const cell = `${Math.round(at.x / 34)}|${Math.round(at.y / 18)}`;
      if (!tree.number || taken.has(cell)) continue;
      taken.add(cell);
      paintText(context, tree.number, at.x, at.y + size / 2 + 3);
    }
    yield;
  }
}

/** Words with a light edge. */
export function paintText(context, text, x, y) {
  context.lineWidth = 4;
  context.strokeStyle = "rgb(255 255 255 / 0.92)";
  context.strokeText(text, x, y);
  context.fillStyle = "#171a2b";
  context.fillText(text, x, y);
}

/** The symbol of a badge: pixels of its box, and where it stands in radii of the badge. */
const SYMBOL = { size: 13, right: 0.75, up: 0.8 };

/** Circles that a badge with its middle at x, y covers: itself with its light edge, and its symbol. */
export function badgeCircles({ x, y }, { count, immediate }) {
  const radius = badgeRadius(count);
  const half = (immediate ? 20 : 14) / 24 * SYMBOL.size;
  return [
    { x, y, reach: radius + 2.5 },
    { x: x + radius * SYMBOL.right, y: y - radius * SYMBOL.up, reach: half },
  ];
}

/** A round badge: number of trees, edge in the colour of the worst state, its symbol above. */
export function paintBadge(context, { at, count, state, immediate }, symbols, ratio) {
  const radius = badgeRadius(count);
  context.beginPath();
  context.arc(at.x, at.y, radius + 2.5, 0, 2 * Math.PI);
  context.fillStyle = "rgb(255 255 255 / 0.95)";
  context.fill();
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  context.lineWidth = 3;
  context.strokeStyle = symbols.table.get(state)?.color ?? "#8a8f98";
  context.stroke();
  context.font = `600 ${count > 999 ? 11 : 12}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = "#171a2b";
  context.fillText(count.toLocaleString("de-DE"), at.x, at.y + 0.5);
  const [x, y] = [at.x + radius * SYMBOL.right, at.y - radius * SYMBOL.up];
  symbols.brush(SYMBOL.size, ratio)(context, state, immediate, x, y);
}
