/** What things on the tablet weigh about, for "Mitnehmen": before they are fetched nobody knows exactly. */

import { tileCount } from "baum/core/field/tile_cover.js";
import { zoomsOf } from "baum/io/field/tiles.js";

/** Bytes of a tree with three inspections, of a preview, of a piece of a map. */
export const TREE_BYTES = 2_000;
export const THUMB_BYTES = 9_000;
export const TILE_BYTES = 7_000;
const PICTURE_TILE_BYTES = 18_000;

/**
 * Pieces of a base map that an area needs.
 *
 * @param {{bbox: ?number[], outline: ?number[][]}} size as the server weighed the area
 * @param {{kind: string}} baseMap
 */
export function tilesWeight(size, baseMap) {
  const count = tileCount(size, zoomsOf(baseMap));
  return { count, bytes: count * (baseMap.kind === "demo" ? TILE_BYTES : PICTURE_TILE_BYTES) };
}
