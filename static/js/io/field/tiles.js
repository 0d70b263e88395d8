/** Pieces of the background map that were taken along. */

import { open } from "baum/io/field/database.js";

/** Zooms that are taken along; the demo's own map is made up to 16, nearer views enlarge it. */
const ZOOMS = { demo: [12, 16], xyz: [14, 19] };
const SUBDOMAINS = "abc";

/** Name under which a map's tiles are kept; the service worker knows the first one. */
export const sourceOf = (baseMap) => (baseMap.kind === "demo" ? "grundkarte" : baseMap.id);

/** Key of a tile in the store. */
export const tileKey = (baseMap, { z, x, y }) => `${sourceOf(baseMap)}/${z}/${x}/${y}`;

/** Where a tile is fetched. */
export function tileAddress(baseMap, { z, x, y }) {
  if (baseMap.kind === "demo") return `/grundkarte/${z}/${x}/${y}.mvt`;
  const values = { z, x, y, s: SUBDOMAINS[(x + y) % SUBDOMAINS.length], r: "" };
  return baseMap.url.replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name] : whole);
}

/** May this map be taken along? Only the own one, and those whose owner has allowed it. */
export function isTakeable(baseMap) {
  if (!baseMap) return false;
  return baseMap.kind === "demo" || (baseMap.kind === "xyz" && baseMap.offline_allowed === true);
}

/** Zooms that are taken along, far out first. */
export function zoomsOf(baseMap) {
  const [first, last] = ZOOMS[baseMap.kind];
  const nearest = Math.min(last, baseMap.max_zoom ?? last);
  return Array.from({ length: Math.max(0, nearest - first + 1) }, (_none, index) => first + index);
}

/**
 * A tile that was taken along.
 *
 * @returns {Promise<ArrayBuffer|null>} empty where the map has nothing there; null: not taken along
 */
export async function keptTile(baseMap, tile) {
  return (await (await open()).get("tiles", tileKey(baseMap, tile)))?.bytes ?? null;
}
