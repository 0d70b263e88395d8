/**
 * The trees on the map: loads tiles, chooses each tree's state for the day, paints and finds trees.
 *
 * Tiles carry due dates, not colours, so that a cached tile is not stale at midnight.
 */

import { badgeRadius } from "baum/core/clusters.js";
import { TileStore } from "baum/io/tiles.js";
import { paintedCanvas, positionOf } from "baum/map/port.js";
import { walker as pageWalker } from "baum/map/steps.js";
import { tilesFor } from "baum/map/tile_cover.js";
import { featureSteps } from "baum/map/tree_features.js";
import { paintFeatures, symbolSize } from "baum/map/tree_paint.js";

/** From here on tiles hold single trees; below, aggregated cells. */
export const TREE_ZOOM = 15;
/** Tiles of this zoom hold all (also empty sites) and are exact to 5 cm, so nearer views use them again. */
const NATIVE_ZOOM = 17;

/** Tiles that come within this time are painted together. */
const TOGETHER_MS = 60;

/** Pixels around the world at zoom 0. */
const WORLD = 256;

/** Zoom of the tiles for a zoom of the view. */
const tileZoom = (zoom) => Math.min(Math.round(zoom), NATIVE_ZOOM);

export class TreeLayer extends EventTarget {
  /**
   * @param {{symbols: import("baum/map/symbols.js").Symbols, day: string, address: string,
   *   walker?: import("baum/map/steps.js").Walker}} options
   *   day YYYY-MM-DD; address of the tiles, ending in a slash; walker: does the work, bit by bit
   */
  constructor({ symbols, day, address, walker = pageWalker }) {
    super();
    this.symbols = symbols;
    this.day = day;
    this.address = address;
    this.query = "";
    this.stamp = 0;
    this.states = null;
    this.chosen = "";
    this.dragged = "";
    this.failed = false;
    this.store = new TileStore((bytes, tile) => walker.walk(featureSteps(bytes, tile, this.day)).done);
    this.before = [];
    this.features = [];
    this.badges = [];
    /** Zoom of the badges, once all tiles of one view were here. */
    this.counted = null;
    this.canvas = paintedCanvas((context, view) => this.#paint(context, view), {
      pane: "overlayPane",
      walker,
      fail: () => this.dispatchEvent(new Event("failed")),
    });
  }

  addTo(map) {
    this.map = map;
    map.addLayer(this.canvas);
    return this;
  }

  /** Show what a filter asks for; `states` empty means all. */
  setFilter(query, states) {
    this.states = states.length ? new Set(states) : null;
    if (query === this.query) return this.canvas.repaint();
    this.query = query;
    this.#forget();
  }

  /** Load again: something was written. What is painted stays until the new tiles are here. */
  refresh() {
    this.stamp += 1;
    this.#forget();
  }

  #forget() {
    this.before = this.features;
    this.store.clear();
    this.canvas.repaint();
  }

  /** Mark a tree as chosen; "" for none. */
  choose(id) {
    this.chosen = id;
    this.canvas.repaint();
  }

  /** Do not paint this tree: a marker stands for it while it is moved. */
  setDragged(id) {
    this.dragged = id;
    this.canvas.repaint();
  }

  /** The view in which the map came to rest; what is painted may still be an older one. */
  get view() {
    return this.canvas.view;
  }

  /** Trees in the present view, in no order. */
  visible() {
    if (!this.view) return [];
    const size = this.map.getSize();
    const [upper, lower] = [this.#worldAt({ x: 0, y: 0 }), this.#worldAt(size)];
    return this.features.filter(({ kind, x, y }) =>
      kind === "tree" && x >= upper.x && y >= upper.y && x <= lower.x && y <= lower.y
    );
  }

  /** The badges at a zoom; null while they are not all known. */
  badgesAt(zoom) {
    if (tileZoom(zoom) >= TREE_ZOOM) return [];
    return this.counted === zoom ? this.badges : null;
  }

  /** Latitude and longitude of a feature. */
  positionOf(feature) {
    return positionOf(feature);
  }

  /** Container pixel of a feature. */
  pixel(feature) {
    const [at, corner] = [this.view.place(feature.x, feature.y), this.#corner()];
    return { x: at.x + corner.x, y: at.y + corner.y };
  }

  /** World units at a container pixel. */
  #worldAt({ x, y }) {
    const corner = this.#corner();
    return this.view.world(x - corner.x, y - corner.y);
  }

  /** Container pixel of the canvas's upper left corner, also while the map is dragged. */
  #corner() {
    return this.map.layerPointToContainerPoint(this.canvas.corner());
  }

  /**
   * The tree or cell at a container pixel, or null.
   *
   * @param {{x: number, y: number}} at
   * @param {boolean} coarse a finger, which needs more room
   */
  hit(at, coarse) {
    if (!this.view) return null;
    const reach = Math.max(symbolSize(this.view.zoom) / 2 + 2, coarse ? 22 : 10);
    // Asked with every movement of the mouse: everything in world units, nothing is made for a feature.
    const spot = this.#worldAt(at);
    const pixels = WORLD * 2 ** this.view.zoom;
    const away = ({ x, y }) => Math.hypot(x - spot.x, y - spot.y) * pixels;
    const badge = this.badges.find((each) => away(each) <= badgeRadius(each.count) + 3);
    if (badge) return badge;
    let [best, nearest] = [null, reach];
    for (const feature of this.features) {
      if (feature.kind === "cell") continue;
      const distance = away(feature);
      if (distance <= nearest) [best, nearest] = [feature, distance];
    }
    return best;
  }

  /** Address of a tile with filter and day. */
  #tileAddress({ z, x, y }) {
    const query = new URLSearchParams(this.query);
    query.set("day", this.day);
    if (this.stamp) query.set("v", this.stamp);
    return `${this.address}${z}/${x}/${y}.mvt?${query}`;
  }

  #load(tile) {
    this.store.load(tile.key, this.#tileAddress(tile), tile).then(
      () => {
        this.failed = false;
        this.#soon();
      },
      (error) => {
        if (error.name === "AbortError") return;
        this.failed = true;
        this.dispatchEvent(new Event("failed"));
      },
    );
  }

  /** Tiles that arrive shortly after each other are painted once. */
  #soon() {
    this.waiting ||= setTimeout(() => {
      this.waiting = 0;
      this.canvas.repaintAfter();
    }, TOGETHER_MS);
  }

  /** Steps of a view; what is hit and listed changes with the picture, not before. */
  *#paint(context, view) {
    const z = tileZoom(view.zoom);
    const tiles = tilesFor(view, z);
    this.store.only(new Set(tiles.map((tile) => tile.key)));
    const waiting = tiles.filter((tile) => this.store.get(tile.key) === undefined);
    for (const tile of waiting) {
      this.#load(tile);
      yield;
    }
    const complete = waiting.length === 0;
    const features = yield* this.#featuresOf(tiles, complete ? [] : this.before, z >= TREE_ZOOM);
    const badges = yield* paintFeatures(context, view, features, this.symbols, this.chosen);
    return () => {
      if (complete) this.before = [];
      if (complete || this.counted !== view.zoom) this.counted = complete ? view.zoom : null;
      this.features = features;
      this.badges = badges.map((badge) => ({ ...badge, ...view.world(badge.at.x, badge.at.y) }));
      this.#tell(complete);
    };
  }

  /** What the tiles hold and is asked for, and of `before` what they do not hold; in steps. */
  *#featuresOf(tiles, before, singles) {
    const here = [];
    const known = new Set();
    for (const tile of tiles) {
      for (const feature of this.store.get(tile.key) ?? []) {
        if (before.length) known.add(feature.id);
        if (this.#wanted(feature)) here.push(feature);
      }
      yield;
    }
    const kept = before.filter((feature) => (feature.kind !== "cell") === singles && this.#wanted(feature));
    return [...here, ...kept.filter((feature) => !feature.id || !known.has(feature.id))];
  }

  /** In a task of its own: lists take their time, too. */
  #tell(complete) {
    setTimeout(() => this.dispatchEvent(new CustomEvent("painted", { detail: { complete } })));
  }

  #wanted(feature) {
    if (feature.id && feature.id === this.dragged) return false;
    return feature.kind !== "tree" || !this.states || this.states.has(feature.state);
  }
}
