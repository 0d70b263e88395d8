/** Fetches vector tiles and turns them into plain features in pixels of the whole world. */

import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

/**
 * The layers of a tile by name.
 *
 * @param {ArrayBuffer} bytes
 */
export function layersOf(bytes) {
  return new VectorTile(new PbfReader(new Uint8Array(bytes))).layers;
}

/** Features that are read in one step. */
const STEP = 64;

/**
 * One layer's points as plain features, some in each step.
 *
 * Points that lie outside the tile (its buffer) are left out, so that no tree comes twice.
 *
 * @param {object|undefined} layer of layersOf
 * @param {{z: number, x: number, y: number}} tile
 * @returns {Generator<{x: number, y: number, properties: object}[]>} x, y: 0…1 across the web-mercator world
 */
export function* pointSteps(layer, { z, x, y }) {
  if (!layer) return;
  const world = layer.extent * 2 ** z;
  for (let from = 0; from < layer.length; from += STEP) {
    const found = [];
    for (let i = from; i < Math.min(from + STEP, layer.length); i += 1) {
      const feature = layer.feature(i);
      const [[point]] = feature.loadGeometry();
      if (point.x < 0 || point.y < 0 || point.x >= layer.extent || point.y >= layer.extent) continue;
      found.push({
        x: (x * layer.extent + point.x) / world,
        y: (y * layer.extent + point.y) / world,
        properties: feature.properties,
      });
    }
    yield found;
  }
}

/** Points of lines and polygons that are read in one step. */
const STEP_POINTS = 600;

/**
 * One layer's lines and polygons, in units of the tile (0…1, the buffer lies outside), in steps.
 *
 * @param {object|undefined} layer of layersOf
 * @returns {Generator<void, {type: number, rings: {x: number, y: number}[][], properties: object}[]>}
 *   type 2 line, 3 polygon
 */
export function* shapeSteps(layer) {
  const found = [];
  let points = 0;
  for (let i = 0; i < (layer?.length ?? 0); i += 1) {
    const feature = layer.feature(i);
    const rings = feature.loadGeometry().map((ring) =>
      ring.map((point) => ({ x: point.x / layer.extent, y: point.y / layer.extent }))
    );
    found.push({ type: feature.type, rings, properties: feature.properties });
    for (const ring of rings) points += ring.length;
    if (points < STEP_POINTS) continue;
    points = 0;
    yield;
  }
  return found;
}

/** Keeps tiles by address, loads each once, and forgets the oldest. */
export class TileStore {
  /**
   * @param {(bytes: ArrayBuffer, tile: {z: number, x: number, y: number}) => any} decode or a promise of it
   * @param {number} [limit] tiles kept
   */
  constructor(decode, limit = 256) {
    this.decode = decode;
    this.limit = limit;
    this.kept = new Map();
    this.coming = new Map();
  }

  /** The tile's content if it is here, else undefined. */
  get(key) {
    return this.kept.get(key);
  }

  /** Load a tile; resolves to its content, rejects when the server does not answer. */
  load(key, address, tile) {
    if (this.kept.has(key)) return Promise.resolve(this.kept.get(key));
    if (!this.coming.has(key)) this.coming.set(key, this.#fetch(key, address, tile));
    return this.coming.get(key).promise;
  }

  #fetch(key, address, tile) {
    const stop = new AbortController();
    const promise = fetch(address, { credentials: "same-origin", signal: stop.signal })
      .then((answer) => {
        if (answer.status === 204) return null;
        if (!answer.ok) throw new Error(`${answer.status} ${address}`);
        return answer.arrayBuffer();
      })
      .then((bytes) => bytes?.byteLength ? this.decode(bytes, tile) : [])
      .then((content) => {
        // Read in steps: meanwhile it may have been forgotten because something was written.
        stop.signal.throwIfAborted();
        return this.#keep(key, content);
      })
      .finally(() => this.coming.get(key) === request && this.coming.delete(key));
    promise.catch(() => {});
    const request = { promise, stop };
    return request;
  }

  #keep(key, content) {
    this.kept.set(key, content);
    if (this.kept.size > this.limit) this.kept.delete(this.kept.keys().next().value);
    return content;
  }

  /** Stop what is under way and is no longer wanted. */
  only(wanted) {
    for (const [key, { stop }] of this.coming) {
      if (!wanted.has(key)) stop.abort();
    }
  }

  /** Forget everything. */
  clear() {
    this.only(new Set());
    this.coming.clear();
    this.kept.clear();
  }
}
