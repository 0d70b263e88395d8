// A grid over the trees on board: what lies in a box or next to a finger, without looking at all of them.

import { metresBetween } from "baum/core/geodesy.js";

/** Side of a cell in degrees of latitude, about 55 m; a cell of a town holds a handful of trees. */
const CELL = 0.0005;
/** A little less than it is, so that no distance is taken for longer. */
const METRES_PER_DEGREE = 110_000;
/** Beyond about 1.4 km from here looking at every tree is quicker than at every empty cell. */
const WIDEST_RINGS = 40;

/** Holds points {id, lon, lat, …}; each id once. */
export class PointIndex {
  #cells = new Map();
  #points = new Map();

  /** @param {Iterable<object>} points */
  constructor(points = []) {
    for (const point of points) this.set(point);
  }

  get size() {
    return this.#points.size;
  }

  get(id) {
    return this.#points.get(id);
  }

  [Symbol.iterator]() {
    return this.#points.values();
  }

  /** Takes in a point, in place of the one with the same id. */
  set(point) {
    this.delete(point.id);
    this.#points.set(point.id, point);
    const key = keyAt(cell(point.lon), cell(point.lat));
    const found = this.#cells.get(key);
    if (found) found.set(point.id, point);
    else this.#cells.set(key, new Map([[point.id, point]]));
  }

  delete(id) {
    const point = this.#points.get(id);
    if (!point) return false;
    const key = keyAt(cell(point.lon), cell(point.lat));
    this.#cells.get(key).delete(id);
    if (!this.#cells.get(key).size) this.#cells.delete(key);
    return this.#points.delete(id);
  }

  /**
   * Points in a box, its edges included.
   *
   * @param {[number, number, number, number]} box west, south, east, north
   * @returns {object[]}
   */
  within([west, south, east, north]) {
    const inside = ({ lon, lat }) => lon >= west && lon <= east && lat >= south && lat <= north;
    const [x0, x1, y0, y1] = [cell(west), cell(east), cell(south), cell(north)];
    if ((x1 - x0 + 1) * (y1 - y0 + 1) > this.#cells.size) return [...this.#points.values()].filter(inside);
    const found = [];
    for (let x = x0; x <= x1; x++) {
      for (let y = y0; y <= y1; y++) {
        for (const point of this.#at(x, y)) if (inside(point)) found.push(point);
      }
    }
    return found;
  }

  /** The nearest point within `metres`; null where there is none. */
  nearest(lon, lat, metres = Infinity) {
    return this.near(lon, lat, 1, { within: metres })[0]?.point ?? null;
  }

  /**
   * The `count` nearest points, nearest first.
   *
   * @param {number} lon
   * @param {number} lat
   * @param {number} count
   * @param {{within?: number, accept?: (point: object) => boolean}} which metres; only points that please
   * @returns {{point: object, metres: number}[]}
   */
  near(lon, lat, count, { within = Infinity, accept = () => true } = {}) {
    const here = { lon, lat };
    const width = CELL * METRES_PER_DEGREE * Math.max(0.05, Math.cos((lat * Math.PI) / 180));
    const [x0, y0] = [cell(lon), cell(lat)];
    let found = [];
    const take = (points) => {
      for (const point of points) {
        if (!accept(point)) continue;
        const metres = metresBetween(here, point);
        if (metres <= within) found.push({ point, metres });
      }
    };
    let seen = 0;
    for (let ring = 0; seen < this.size; ring++) {
      // Whatever lies outside the rings seen so far is at least this far away.
      const reached = (ring - 1) * width;
      const enough = found.filter(({ metres }) => metres <= reached).length >= count;
      if (enough || reached > within) break;
      if (ring > WIDEST_RINGS) {
        found = [];
        take(this.#points.values());
        break;
      }
      for (const [x, y] of ringOf(x0, y0, ring)) {
        const cellPoints = this.#cells.get(keyAt(x, y));
        if (cellPoints) {
          seen += cellPoints.size;
          take(cellPoints.values());
        }
      }
    }
    return found.sort((a, b) => a.metres - b.metres).slice(0, count);
  }

  #at(x, y) {
    return this.#cells.get(keyAt(x, y))?.values() ?? [];
  }
}

const cell = (degrees) => Math.floor(degrees / CELL);
/** One number for a cell; rows of the world have far fewer cells than 2^21. */
const keyAt = (x, y) => x * 2_097_152 + y;

/** Cells at the distance `ring` from a cell. */
function* ringOf(x0, y0, ring) {
  if (ring === 0) {
    yield [x0, y0];
    return;
  }
  for (let x = x0 - ring; x <= x0 + ring; x++) {
    yield [x, y0 - ring];
    yield [x, y0 + ring];
  }
  for (let y = y0 - ring + 1; y < y0 + ring; y++) {
    yield [x0 - ring, y];
    yield [x0 + ring, y];
  }
}
