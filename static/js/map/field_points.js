/** All trees on the tablet as points of the map, with their state of the day; painted by field_layer.js. */

import { stateOn } from "baum/core/overdue.js";
import { PointIndex } from "baum/core/field/point_index.js";

/** Milliseconds of work before the page gets its turn again. */
const SLICE_MS = 8;

/** Let the browser paint and listen. */
export const turn = () => new Promise((resolve) => setTimeout(resolve));

/** World units (0…1 of the web-mercator square) of a position. */
export function worldAt(lon, lat) {
  const y = 0.5 - Math.asinh(Math.tan(lat * Math.PI / 180)) / (2 * Math.PI);
  return { x: lon / 360 + 0.5, y };
}

/** Position of world units. */
export function lonLatAt(x, y) {
  return { lon: (x - 0.5) * 360, lat: Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI };
}

/** Fires "loaded" when all are new, "changed" (detail: points before and after) when some are. */
export class FieldPoints extends EventTarget {
  /** @param {string} day YYYY-MM-DD on the device */
  constructor(day) {
    super();
    this.day = day;
    this.all = new Map();
    this.index = new PointIndex();
  }

  /** Take all points, in slices, so that no finger has to wait. */
  async load(points) {
    const all = new Map();
    let end = performance.now() + SLICE_MS;
    const index = new PointIndex();
    for (const point of points) {
      const fresh = this.#prepared(point);
      all.set(point.id, fresh);
      index.set(fresh);
      if (performance.now() < end) continue;
      await turn();
      end = performance.now() + SLICE_MS;
    }
    this.all = all;
    this.index = index;
    this.dispatchEvent(new Event("loaded"));
  }

  /** Put fresh points in the place of older ones: [id, point] each, null for one that is gone. */
  put(points) {
    const changed = [];
    for (const [id, point] of points) {
      const before = this.all.get(id);
      if (before) changed.push(before);
      if (point) {
        const fresh = this.#prepared(point);
        this.all.set(id, fresh);
        this.index.set(fresh);
        changed.push(fresh);
      } else {
        this.all.delete(id);
        this.index.delete(id);
      }
    }
    this.dispatchEvent(new CustomEvent("changed", { detail: changed }));
  }

  /** Another day has begun: states may be others. */
  turnTo(day) {
    this.day = day;
    return this.load([...this.all.values()]);
  }

  get(id) {
    return this.all.get(id) ?? null;
  }

  get size() {
    return this.all.size;
  }

  /** Points between world units. */
  between(west, north, east, south) {
    const [upper, lower] = [lonLatAt(west, north), lonLatAt(east, south)];
    return this.index.within([upper.lon, lower.lat, lower.lon, upper.lat]);
  }

  /** A point as the map paints it, also one that is not on the map. */
  stated(point) {
    return this.all.get(point.id) ?? this.#prepared(point);
  }

  #prepared(point) {
    const { x, y } = worldAt(point.lon, point.lat);
    return { ...point, x, y, state: stateOn(point.plan ?? {}, this.day), immediate: Boolean(point.immediate) };
  }
}
