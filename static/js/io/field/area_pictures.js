/** Brings previews of photos and tiles of the background map onto the tablet; what is here is not fetched again. */

import { tilesOf } from "baum/core/field/tile_cover.js";
import { SignedOut } from "baum/io/errors.js";
import { open, write } from "baum/io/field/database.js";
import { ask, problemOf } from "baum/io/field/net.js";
import { isTakeable, tileAddress, tileKey, zoomsOf } from "baum/io/field/tiles.js";

const AT_ONCE = 4;
const TOGETHER = 24;
const WAIT_MS = 20_000;

/** Work on a list with few at once; the first error stops all. */
async function each(list, work) {
  const left = [...list].reverse();
  const worker = async () => {
    while (left.length) {
      try {
        await work(left.pop());
      } catch (error) {
        left.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Note that this area uses what is here already; gives the keys that are not here. */
async function claim(store, keys, area) {
  const missing = [];
  for (let at = 0; at < keys.length; at += 200) {
    await write([store], async (transaction) => {
      const rows = transaction.objectStore(store);
      for (const key of keys.slice(at, at + 200)) {
        const row = await rows.get(key);
        if (!row) missing.push(key);
        else if (!row.areas.includes(area)) rows.put({ ...row, areas: [...row.areas, area] });
      }
    }, { durability: "relaxed" });
  }
  return new Set(missing);
}

/** Collects what was fetched and writes it in groups. */
class Basket {
  constructor(store) {
    this.store = store;
    this.rows = [];
  }

  async add(row) {
    this.rows.push(row);
    if (this.rows.length >= TOGETHER) await this.empty();
  }

  async empty() {
    const rows = this.rows.splice(0);
    if (!rows.length) return;
    await write(
      [this.store],
      (transaction) => Promise.all(rows.map((row) => transaction.objectStore(this.store).put(row))),
      { durability: "relaxed" },
    );
  }
}

/** Bytes of an address; null where there is nothing or the picture is refused for itself. */
async function bytesOf(address, { signal, as }) {
  if (address.startsWith("/")) {
    const answer = await ask("GET", address, { signal, as, wait: WAIT_MS, headers: { Accept: "*/*" } });
    if (answer.status === 204) return as === "blob" ? null : new ArrayBuffer(0);
    if (answer.status === 200) return answer.body;
    const problem = problemOf(answer);
    if (problem instanceof SignedOut || answer.status >= 500) throw problem;
    return null;
  }
  return await foreign(address, signal);
}

/** A tile of another server: without cookies, with its permission (CORS). */
async function foreign(address, signal) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), WAIT_MS);
  const onAbort = () => stop.abort();
  signal?.addEventListener("abort", onAbort);
  try {
    const answer = await fetch(address, { mode: "cors", credentials: "omit", signal: stop.signal });
    return answer.ok ? await answer.arrayBuffer() : null;
  } catch {
    signal?.throwIfAborted();
    return null;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * Fetch what is missing of a list and keep it.
 *
 * @returns {Promise<{done: number, missed: number, bytes: number}>}
 */
async function bring({ step, store, wanted, area, as, rowOf }, { onProgress, signal }) {
  const missing = await claim(store, [...wanted.keys()], area);
  const total = wanted.size;
  let [done, missed, bytes] = [total - missing.size, 0, 0];
  const basket = new Basket(store);
  onProgress({ step, done, total, bytes });
  try {
    await each(missing, async (key) => {
      signal?.throwIfAborted();
      const found = await bytesOf(wanted.get(key), { signal, as });
      if (found === null) missed += 1;
      else {
        bytes += found.byteLength ?? found.size;
        await basket.add({ ...rowOf(key, found), areas: [area] });
      }
      done += 1;
      onProgress({ step, done, total, bytes });
    });
  } finally {
    await basket.empty();
  }
  return { done, missed, bytes };
}

/** Previews of the photos that the area's rows name. */
export async function bringThumbs(area, options) {
  const db = await open();
  const wanted = new Map();
  for (const key of await db.getAllKeysFromIndex("trees", "areas", area)) {
    for (const { id } of (await db.get("trees", key))?.row.photos ?? []) {
      wanted.set(id, `/fotos/${id}/vorschau/`);
    }
  }
  const rowOf = (id, blob) => ({ id, blob });
  return await bring({ step: "thumbs", store: "thumbs", wanted, area, as: "blob", rowOf }, options);
}

/** Tiles of a map that may be taken along, under the area's outline. */
export async function bringTiles(row, baseMap, options) {
  if (!isTakeable(baseMap) || !(row.outline || row.bbox)) return { done: 0, missed: 0, bytes: 0 };
  const place = row.outline ? { outline: row.outline } : { bbox: row.bbox };
  const tiles = tilesOf(place, zoomsOf(baseMap));
  const wanted = new Map(tiles.map((tile) => [tileKey(baseMap, tile), tileAddress(baseMap, tile)]));
  const rowOf = (key, bytes) => ({ key, bytes });
  return await bring({ step: "tiles", store: "tiles", wanted, area: row.id, as: "buffer", rowOf }, options);
}

/** Let go of an area's tiles and previews; what another area has stays. */
export async function releasePictures(area) {
  for (const store of ["tiles", "thumbs"]) {
    await write([store], async (transaction) => {
      const rows = transaction.objectStore(store);
      for (const key of await rows.index("areas").getAllKeys(area)) {
        const row = await rows.get(key);
        const areas = row.areas.filter((each) => each !== area);
        if (areas.length) rows.put({ ...row, areas });
        else rows.delete(key);
      }
    });
  }
}
