/**
 * The field app's trees: small canvases painted from the points on board, a few milliseconds at a time.
 *
 * Nothing is asked of a server. A tree whose state changes has only its own canvases painted again.
 */

import { badgeRadius, joinCells } from "baum/core/clusters.js";
import { MAX_ZOOM, paintedTiles } from "baum/map/port.js";
import { slices } from "baum/map/slices.js";
import { lonLatAt, worldAt } from "baum/map/field_points.js";
import { paintBadge, paintCrowns, paintText, symbolSize } from "baum/map/tree_paint.js";

/** From here on single trees; further out cells with counts. */
export const TREE_ZOOM = 15;
const CROWN_ZOOM = 18;
const NUMBER_ZOOM = 19;
/** Pixels of the world at zoom 0, and of one canvas: larger ones are fewer layers for the browser to move. */
const WORLD = 256;
const EDGE = 512;
/** Pixels around a canvas from which a symbol, number or badge may reach in. */
const MARGIN = 72;
/** Pixels of a cell before cells that touch are joined. */
const CELL = 84;
/** A number takes so much room. */
const NUMBER = { width: 38, height: 20 };
/** Half of the widest crown that is drawn, in metres. */
const CROWN_M = 16;
const FONT = '"Fira Sans", sans-serif';

export class FieldLayer {
  /** @param {{symbols: object, points: import("baum/map/field_points.js").FieldPoints}} options */
  constructor({ symbols, points }) {
    this.symbols = symbols;
    this.points = points;
    this.badgesOf = new Map();
    this.tiles = paintedTiles((canvas, coords) => this.#tile(canvas, coords), {
      pane: "overlayPane",
      maxZoom: MAX_ZOOM,
      tileSize: EDGE,
      keepBuffer: 1,
      updateWhenIdle: false,
      updateInterval: 120,
      className: "field-trees",
    });
    points.addEventListener("loaded", () => this.#all());
    points.addEventListener("changed", ({ detail }) => this.#some(detail));
  }

  addTo(map) {
    map.addLayer(this.tiles);
    this.map = map;
    return this;
  }

  /** What a finger at a position means: {tree}, {badge} or null. */
  hit({ lat, lon }, metresPerPixel) {
    const zoom = Math.round(this.map.getZoom());
    if (zoom < TREE_ZOOM) return this.#badgeAt({ lat, lon }, zoom);
    const reach = Math.max(symbolSize(zoom) / 2 + 4, 26) * metresPerPixel;
    const tree = this.points.index.nearest(lon, lat, reach);
    return tree ? { tree } : null;
  }

  #badgeAt({ lat, lon }, zoom) {
    const world = WORLD * 2 ** zoom;
    const at = worldAt(lon, lat);
    const finger = { x: at.x * world, y: at.y * world };
    const away = (spot) => Math.hypot(spot.x - finger.x, spot.y - finger.y);
    const badge = this.#badges(zoom).find((each) => away(each.at) <= badgeRadius(each.count) + 12);
    return badge ? { badge: { count: badge.count, ...lonLatAt(badge.at.x / world, badge.at.y / world) } } : null;
  }

  #all() {
    this.badgesOf.clear();
    this.tiles.repaintTiles();
  }

  #some(points) {
    this.badgesOf.clear();
    this.tiles.repaintTiles(({ x, y, z }) => {
      const world = WORLD * 2 ** z;
      const [left, top] = [x * EDGE, y * EDGE];
      const reach = z < TREE_ZOOM ? EDGE : MARGIN + (z >= CROWN_ZOOM ? CROWN_M * pixelsPerMetre(z) : 0);
      return points.some((point) => {
        const [px, py] = [point.x * world - left, point.y * world - top];
        return px > -reach && py > -reach && px < EDGE + reach && py < EDGE + reach;
      });
    });
  }

  async #tile(canvas, coords) {
    await slices.run(() => this.tiles.holds(canvas, coords) && this.#paint(canvas, coords));
  }

  #paint(canvas, { x, y, z }) {
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
    const world = WORLD * 2 ** z;
    const [left, top] = [x * EDGE, y * EDGE];
    const spots = z < TREE_ZOOM ? this.#badgesIn(left, top, z) : this.#spotsIn(left, top, z, world);
    if (!spots.length && !canvas.dataset.painted) {
      canvas.width = canvas.height = 1;
      return;
    }
    canvas.dataset.painted = "1";
    canvas.width = canvas.height = EDGE * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    if (z >= TREE_ZOOM) return this.#trees(context, { zoom: z, ratio }, spots);
    for (const badge of spots) paintBadge(context, badge, this.symbols, ratio);
  }

  #spotsIn(left, top, z, world) {
    const margin = MARGIN + (z >= CROWN_ZOOM ? CROWN_M * pixelsPerMetre(z) : 0);
    const edge = EDGE + margin;
    const found = this.points.between(
      (left - margin) / world,
      (top - margin) / world,
      (left + edge) / world,
      (top + edge) / world,
    );
    const rank = (point) => this.symbols.table.rank(point.state);
    return found
      .map((tree) => ({ tree, at: { x: tree.x * world - left, y: tree.y * world - top } }))
      .sort((a, b) => rank(a.tree) - rank(b.tree) || (a.tree.id < b.tree.id ? -1 : 1));
  }

  #trees(context, view, spots) {
    if (view.zoom >= CROWN_ZOOM) paintCrowns(context, view, spots);
    const size = symbolSize(view.zoom);
    const paint = this.symbols.brush(size, view.ratio);
    for (const { tree, at } of spots) paint(context, tree.state, tree.immediate, at.x, at.y);
    if (view.zoom >= NUMBER_ZOOM) paintNumbers(context, view.zoom, spots, size);
  }

  /** Badges of a zoom, made once until points change; the same for each canvas, so that none is cut. */
  #badges(zoom) {
    if (!this.badgesOf.has(zoom)) {
      const rank = (state) => this.symbols.table.rank(state);
      this.badgesOf.set(zoom, joinCells(cellsOf(this.points.all.values(), zoom, rank), rank));
    }
    return this.badgesOf.get(zoom);
  }

  #badgesIn(left, top, z) {
    return this.#badges(z)
      .map((badge) => ({ ...badge, at: { x: badge.at.x - left, y: badge.at.y - top } }))
      .filter(({ at }) => at.x > -MARGIN && at.y > -MARGIN && at.x < EDGE + MARGIN && at.y < EDGE + MARGIN);
  }
}

/** Pixels of a metre at 53° north. */
const pixelsPerMetre = (z) => WORLD * 2 ** z / (40_075_017 * Math.cos(53 * Math.PI / 180));

/** Counted cells with the worst state inside; `at` in pixels of the whole world. */
function cellsOf(points, zoom, rank) {
  const world = WORLD * 2 ** zoom;
  const cells = new Map();
  for (const point of points) {
    const [x, y] = [point.x * world, point.y * world];
    const key = Math.floor(x / CELL) * 1e7 + Math.floor(y / CELL);
    const cell = cells.get(key);
    if (!cell) cells.set(key, { count: 1, state: point.state, immediate: point.immediate, at: { x, y } });
    else {
      cell.count += 1;
      cell.at.x += (x - cell.at.x) / cell.count;
      cell.at.y += (y - cell.at.y) / cell.count;
      cell.immediate ||= point.immediate;
      if (rank(point.state) > rank(cell.state)) cell.state = point.state;
    }
  }
  return [...cells.values()];
}

/** One number for each box of a grid over the world, so that neighbouring canvases agree which. */
function paintNumbers(context, zoom, spots, size) {
  context.font = `600 12px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  const world = WORLD * 2 ** zoom;
  const first = new Map();
  for (const spot of spots) {
    const { x, y, number } = spot.tree;
    if (!number) continue;
    first.set(`${Math.round(x * world / NUMBER.width)}|${Math.round(y * world / NUMBER.height)}`, spot);
  }
  for (const { tree, at } of first.values()) paintText(context, tree.number, at.x, at.y + size / 2 + 3);
}
