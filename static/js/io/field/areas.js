/** Areas taken along: how much one weighs, taking it along, refreshing it, letting it go. */

import { newId } from "baum/io/ids.js";
import { bringThumbs, bringTiles, releasePictures } from "baum/io/field/area_pictures.js";
import { bringRows, changeArea, release } from "baum/io/field/area_rows.js";
import { open, write } from "baum/io/field/database.js";
import { StorageFull } from "baum/io/field/errors.js";
import { askJson } from "baum/io/field/net.js";
import { refreshReference } from "baum/io/field/reference.js";
import { treesSignal } from "baum/io/field/signals.js";
import { persist } from "baum/io/field/storage.js";
import { t } from "baum/io/words.js";

const STALE_MS = 7 * 86_400_000;
const quiet = () => {};

/**
 * What an area weighs, without its map.
 *
 * @param {object} area AREA
 * @returns {Promise<{trees: number, bytes: number, photos: number, photo_bytes: number, bbox: number[]|null,
 *   outline: number[][]|null}>}
 */
export async function sizeOf(area, { signal } = {}) {
  return await askJson("POST", "areas/size/", { body: { area }, signal, wait: 60_000 });
}

/**
 * Take an area along, or go on after a break (with its `id`).
 *
 * @param {{id?: string, name: string, area: object, baseMap?: object|null, withTiles?: boolean,
 *   withThumbs?: boolean}} wish baseMap: one of REFERENCE.base_maps
 * @param {{onProgress?: (state: {step: "reference"|"trees"|"thumbs"|"tiles", done: number, total: number,
 *   bytes: number}) => void, signal?: AbortSignal}} [options]
 * @returns {Promise<object>} the area as list() gives it
 */
export async function takeAlong(
  { id = newId(), name, area, baseMap = null, withTiles = true, withThumbs = true },
  options = {},
) {
  await persist();
  const base_map = baseMap?.id ?? null;
  await write(["areas"], async (transaction) => {
    const store = transaction.objectStore("areas");
    const before = await store.get(id);
    // Another set of trees under the same id is another area: its cursor says nothing about this one.
    const same = before && JSON.stringify(before.area) === JSON.stringify(area);
    const start = same
      ? before
      : { id, created_at: Date.now(), cursor: null, pending: null, fetched_at: null };
    await store.put({
      ...start,
      name,
      area,
      base_map,
      with_tiles: withTiles,
      with_thumbs: withThumbs,
      complete: false,
    });
  });
  return await bring(id, options);
}

/** Fetch only what has changed. */
export async function refresh(id, options = {}) {
  return await bring(id, options);
}

const running = new Map();

/** One load per area at a time; a second wish for the same area waits for the first. */
async function bring(id, options) {
  while (running.has(id)) await running.get(id).catch(quiet);
  const load = bringNow(id, { onProgress: quiet, ...options });
  running.set(id, load);
  try {
    return await load;
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error;
    throw new StorageFull(
      t("Der Speicher des Tablets ist voll, das Gebiet ist nur zum Teil hier. Platz schaffen: ein anderes Gebiet entfernen oder dieses ohne Karte mitnehmen."),
      error,
    );
  } finally {
    running.delete(id);
  }
}

async function bringNow(id, { onProgress, signal }) {
  const wish = await (await open()).get("areas", id);
  if (!wish) return null;
  await changeArea(id, { complete: false });
  onProgress({ step: "reference", done: 0, total: 1, bytes: 0 });
  const known = await refreshReference({ signal });
  onProgress({ step: "reference", done: 1, total: 1, bytes: 0 });
  const row = await bringRows(wish, { onProgress, signal });
  const sizes = {};
  if (row && wish.with_thumbs) sizes.thumbs = await bringThumbs(id, { onProgress, signal });
  const baseMap = known.base_maps.find((each) => each.id === wish.base_map);
  if (row && wish.with_tiles && baseMap) sizes.tiles = await bringTiles(row, baseMap, { onProgress, signal });
  const missed = (sizes.thumbs?.missed ?? 0) + (sizes.tiles?.missed ?? 0);
  await changeArea(id, { complete: true, missed });
  return (await list()).find((area) => area.id === id) ?? null;
}

/** Let an area go, with all that no other area has. */
export async function remove(id) {
  const db = await open();
  // First the area: a load that is still running stops at its next chunk.
  await write(["areas"], (transaction) => transaction.objectStore("areas").delete(id));
  await release(id, await db.getAllKeysFromIndex("trees", "areas", id));
  await releasePictures(id);
  treesSignal.tell();
}

/**
 * Areas on this tablet by name.
 *
 * @returns {Promise<object[]>} {id, name, area, count, bbox, outline, base_map, with_tiles, with_thumbs,
 *   fetched_at (ms, null before the first time), complete, missed, stale, tiles, thumbs}
 */
export async function list() {
  const db = await open();
  const rows = await db.getAll("areas");
  const found = await Promise.all(rows.map(async ({ cursor: _cursor, pending: _pending, ...row }) => ({
    ...row,
    stale: row.fetched_at !== null && Date.now() - row.fetched_at > STALE_MS,
    trees: await db.countFromIndex("trees", "areas", row.id),
    tiles: await db.countFromIndex("tiles", "areas", row.id),
    thumbs: await db.countFromIndex("thumbs", "areas", row.id),
  })));
  return found.sort((one, other) => one.name.localeCompare(other.name, "de"));
}
