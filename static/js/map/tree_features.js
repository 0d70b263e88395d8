/** Turns a tile of trees into what the map paints; each tree gets its state of the day; used by tree_layer.js. */

import { stateOn } from "baum/core/overdue.js";
import { layersOf, pointSteps } from "baum/io/tiles.js";

/** An aggregated cell as it is painted. */
const cellOf = ({ x, y, properties: p }) => ({
  kind: "cell",
  x,
  y,
  count: p.n,
  state: p.worst,
  immediate: Boolean(p.imm),
});

/** A tree of a tile, with its state on the day. */
function treeOf({ x, y, properties: p }, day) {
  const plan = {
    due_on: p.due ?? null,
    tolerance_until: p.tol ?? null,
    exempt_until: p.ex ?? null,
    required: Boolean(p.req),
    never: Boolean(p.nv),
  };
  return {
    kind: "tree",
    x,
    y,
    id: p.id,
    number: p.nr ?? "",
    species: p.sp ?? "",
    due: plan.due_on,
    status: p.st,
    crown: p.cr ?? 0,
    immediate: Boolean(p.imm),
    state: stateOn(plan, day),
  };
}

/** An empty site. */
const siteOf = ({ x, y, properties: p }) => ({ kind: "site", x, y, id: p.id, number: p.nr ?? "" });

/** A tree group, at its label. */
const groupOf = ({ x, y, properties: p }) => ({
  kind: "group",
  x,
  y,
  id: p.id,
  number: p.nr ?? "",
  count: p.n,
});

/**
 * All features of a tile, read in steps.
 *
 * @param {ArrayBuffer} bytes
 * @param {{z: number, x: number, y: number}} tile
 * @param {string} day YYYY-MM-DD
 * @returns {Generator<void, object[]>} kind "tree", "cell", "site" or "group"; x, y in world units
 */
export function* featureSteps(bytes, tile, day) {
  const { trees, cells, groups, sites } = layersOf(bytes);
  const found = [];
  const kinds = [[cells, cellOf], [sites, siteOf], [groups, groupOf], [trees, (tree) => treeOf(tree, day)]];
  for (const [layer, featureOf] of kinds) {
    for (const points of pointSteps(layer, tile)) {
      for (const point of points) found.push(featureOf(point));
      yield;
    }
  }
  return found;
}
