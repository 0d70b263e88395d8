/** Brings the trees of one area onto the tablet in chunks; a break anywhere goes on from there. */

import { open, write } from "baum/io/field/database.js";
import { askJson } from "baum/io/field/net.js";
import { treesWithEntries } from "baum/io/field/outbox.js";
import { treesSignal } from "baum/io/field/signals.js";
import { putRows } from "baum/io/field/trees.js";

const CHUNK = 250;
const WAIT_MS = 60_000;
const ORPHAN_MS = 7 * 86_400_000;

/** Base64 of 16 bytes each -> UUIDs. */
export function idsOf(text) {
  const bytes = atob(text ?? "");
  const ids = [];
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    let hex = "";
    for (let i = at; i < at + 16; i += 1) hex += bytes.charCodeAt(i).toString(16).padStart(2, "0");
    ids.push(
      `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    );
  }
  return ids;
}

async function changesOf(area, cursor, signal) {
  return await askJson("POST", "areas/changes/", { body: { area, cursor }, signal, wait: WAIT_MS });
}

/** Change the area's row as it is now; null when it was removed meanwhile. */
export async function changeArea(id, values) {
  return await write(["areas"], async (transaction) => {
    const store = transaction.objectStore("areas");
    const row = await store.get(id);
    if (!row) return null;
    const changed = { ...row, ...values };
    await store.put(changed);
    return changed;
  });
}

/**
 * What must be fetched. After a break: what has come since this load began is not fetched again, unless
 * it has changed since then.
 */
async function plan(row, signal) {
  const answer = await changesOf(row.area, row.cursor, signal);
  const db = await open();
  const here = new Map();
  for (let cursor = await db.transaction("trees").store.index("areas").openCursor(row.id); cursor;) {
    here.set(cursor.value.id, cursor.value.fetched_at);
    cursor = await cursor.continue();
  }
  const ids = idsOf(answer.ids);
  const wanted = new Set(idsOf(answer.changed));
  for (const id of ids) if (!here.has(id)) wanted.add(id);
  let { pending } = row;
  if (pending) {
    const since = new Set(idsOf((await changesOf(row.area, pending.cursor, signal)).changed));
    const now = Date.now();
    for (const [id, at] of here) {
      if (at >= pending.started_at && at <= now && !since.has(id)) wanted.delete(id);
    }
  } else {
    pending = { cursor: answer.cursor, started_at: Date.now() };
    await changeArea(row.id, { pending });
  }
  const present = new Set(ids);
  const gone = [...here.keys()].filter((id) => !present.has(id));
  return { answer, wanted: [...wanted].filter((id) => present.has(id)), gone };
}

/**
 * Fetch what is new in an area and drop what left it; the cursor moves on only when all is here.
 *
 * @param {object} row of the store "areas"
 * @param {{onProgress: Function, signal?: AbortSignal}} options
 * @returns {Promise<object>} the area's row
 */
export async function bringRows(row, { onProgress, signal }) {
  const { answer, wanted, gone } = await plan(row, signal);
  const { bbox, outline, count, old_dates } = answer;
  // A tour's trees come in walking order; other areas have none worth keeping.
  const order = row.area.kind === "tour" ? { order: idsOf(answer.ids) } : {};
  await changeArea(row.id, { bbox, outline, count, old_dates, ...order });
  let bytes = 0;
  onProgress({ step: "trees", done: 0, total: wanted.length, bytes });
  for (let at = 0; at < wanted.length; at += CHUNK) {
    signal?.throwIfAborted();
    const ids = wanted.slice(at, at + CHUNK);
    const { trees } = await askJson("POST", "trees/", { body: { ids }, signal, wait: WAIT_MS });
    bytes += JSON.stringify(trees).length;
    await saveChunk(row.id, trees);
    onProgress({ step: "trees", done: Math.min(at + CHUNK, wanted.length), total: wanted.length, bytes });
  }
  await release(row.id, gone);
  const kept = await changeArea(row.id, { cursor: answer.cursor, pending: null, fetched_at: Date.now() });
  treesSignal.tell();
  return kept;
}

async function saveChunk(area, rows) {
  await write(["areas", "trees", "points"], async (transaction) => {
    // Removed while it was coming: then nothing may be left that no area owns.
    if (!(await transaction.objectStore("areas").get(area))) throw new DOMException("", "AbortError");
    await putRows(transaction, rows, { area, at: Date.now() });
  }, { durability: "relaxed" });
  treesSignal.tell({ ids: rows.map((row) => row.id) });
}

/**
 * Let go of trees that are no longer in an area; those of other areas, and those with something recorded
 * here that is still kept, stay.
 */
export async function release(area, ids) {
  if (!ids.length) return;
  const busy = await treesWithEntries();
  await write(["trees", "points"], async (transaction) => {
    const trees = transaction.objectStore("trees");
    const points = transaction.objectStore("points");
    for (const id of ids) {
      const kept = await trees.get(id);
      if (!kept) continue;
      const areas = kept.areas.filter((each) => each !== area);
      if (areas.length || busy.has(id)) trees.put({ ...kept, areas });
      else {
        trees.delete(id);
        points.delete(id);
      }
    }
  });
}

/** Trees that no area owns and nothing recorded here needs go a week after they came. */
export async function dropOrphans(now) {
  const db = await open();
  const orphans = [];
  for (let cursor = await db.transaction("trees").store.openCursor(); cursor;) {
    const { id, areas, fetched_at } = cursor.value;
    if (!areas.length && now - fetched_at > ORPHAN_MS) orphans.push(id);
    cursor = await cursor.continue();
  }
  await release(null, orphans);
}
