/** What waits on the tablet and what has become of it: lists, counts, the file of last resort, clearing away. */

import { mayGo, SETTLED } from "baum/core/field/keeping.js";
import { inBlocks, open, view, write } from "baum/io/field/database.js";
import { device } from "baum/io/field/device.js";
import { base64Of } from "baum/io/field/digest.js";
import { outboxSignal } from "baum/io/field/signals.js";

/** "change" whenever an entry or photo was recorded, taken back, sent, answered or cleared away. */
export const changes = outboxSignal;

/** Still to be sent by its own person. `deposited` lies on the server and is sent once more. */
export const WAITING = Object.freeze(["unsent", "sending", "foreign"]);
const OPEN = new Set([...WAITING, "deposited", "unsettled"]);
const PHOTO_WAITING = Object.freeze(["unsent", "sending"]);

/** A photo without its bytes. */
function told({ blob: _blob, ...photo }) {
  return photo;
}

/**
 * Entries newest first, each with `pictures` (its photos without their bytes).
 *
 * @param {string|null} [person] id; null: of everybody on this device
 */
export async function list(person = null) {
  const { entries, photos } = await view(["entries", "photos"], async (transaction) => {
    const all = (name) => {
      const store = transaction.objectStore(name);
      return person ? store.index("person").getAll(person) : store.getAll();
    };
    const [entryRows, photoRows] = await Promise.all([all("entries"), all("photos")]);
    return { entries: entryRows, photos: photoRows };
  });
  const byEntry = Map.groupBy ? Map.groupBy(photos, (photo) => photo.entry) : groupedByEntry(photos);
  return entries
    .map((entry) => ({ ...entry, pictures: (byEntry.get(entry.id) ?? []).map(told) }))
    .sort((one, other) => (one.made_at < other.made_at ? 1 : -1));
}

function groupedByEntry(photos) {
  const groups = new Map();
  for (const photo of photos) groups.set(photo.entry, [...(groups.get(photo.entry) ?? []), photo]);
  return groups;
}

/** Keys with one of the statuses, of one person or of all; reads no texts and no pictures. */
async function keysOf(transaction, name, statuses, person) {
  const store = transaction.objectStore(name);
  const lists = await Promise.all(statuses.map((status) => store.index("status").getAllKeys(status)));
  const keys = lists.flat();
  if (!person) return keys;
  const own = new Set(await store.index("person").getAllKeys(person));
  return keys.filter((key) => own.has(key));
}

/**
 * How much waits.
 *
 * @param {string|null} [person]
 * @returns {Promise<{entries: number, photos: number, unsettled: number, deposited: number, total: number}>}
 *   total: entries and photos that are not sent; unsettled: the office has not decided yet
 */
export async function counts(person = null) {
  return await view(["entries", "photos"], async (transaction) => {
    const [entries, unsettled, deposited, photos] = await Promise.all([
      keysOf(transaction, "entries", WAITING, person),
      keysOf(transaction, "entries", ["unsettled"], person),
      keysOf(transaction, "entries", ["deposited"], person),
      keysOf(transaction, "photos", PHOTO_WAITING, person),
    ]);
    return {
      entries: entries.length,
      photos: photos.length,
      unsettled: unsettled.length,
      deposited: deposited.length,
      total: entries.length + photos.length,
    };
  });
}

/** Entries of one tree, oldest first, of everybody on this device. */
export async function entriesOf(treeId) {
  const db = await open();
  const rows = await db.getAllFromIndex("entries", "tree", treeId);
  return rows.sort((one, other) => (one.made_at < other.made_at ? -1 : 1));
}

/** Photos of an entry, with their bytes. */
export async function photosOf(entryId) {
  return await (await open()).getAllFromIndex("photos", "entry", entryId);
}

/** Entries that the server's rows do not show yet, by tree. */
export async function openByTree() {
  const db = await open();
  const byTree = new Map();
  for (const status of OPEN) {
    for (const entry of await db.getAllFromIndex("entries", "status", status)) {
      byTree.set(entry.tree, [...(byTree.get(entry.tree) ?? []), entry]);
    }
  }
  return byTree;
}

/**
 * Everything of a person that the server has not taken, as a file for the office.
 *
 * @param {string} person id
 * @returns {Promise<File>}
 */
export async function exportFile(person) {
  const db = await open();
  const { id, name } = await device();
  const entries = (await db.getAllFromIndex("entries", "person", person))
    .filter((entry) => entry.status !== "accepted")
    .sort((one, other) => (one.made_at < other.made_at ? -1 : 1));
  const parts = [];
  for (const key of await db.getAllKeysFromIndex("photos", "person", person)) {
    const photo = await db.get("photos", key);
    if (photo.status === "received") continue;
    const { blob, ...meta } = photo;
    // One picture at a time: a day's pictures as one text would not fit into a tablet's memory.
    const base64 = base64Of(new Uint8Array(await blob.arrayBuffer()));
    parts.push(new Blob([parts.length ? "," : "", JSON.stringify({ meta, base64 })]));
  }
  const head = JSON.stringify({
    format: "baumkataster-ausgang",
    version: 1,
    device: { id, name },
    person,
    entries: entries.map((entry) => entry.text),
  });
  const day = new Date().toISOString().slice(0, 10);
  return new File(
    [`${head.slice(0, -1)},"photos":[`, ...parts, "]}"],
    `ausgang-${day}-${id.slice(0, 8)}.json`,
    {
      type: "application/json",
    },
  );
}

/**
 * Clear away what is settled for long enough (core/field/keeping.js); never what is open.
 *
 * @param {number} now milliseconds
 * @returns {Promise<number>} entries cleared away
 */
export async function purge(now) {
  const gone = await write(["entries", "photos"], async (transaction) => {
    const entries = transaction.objectStore("entries");
    const photos = transaction.objectStore("photos");
    let count = 0;
    for (const status of SETTLED) {
      for (const entry of await entries.index("status").getAll(status)) {
        const own = await photos.index("entry").getAll(entry.id);
        if (!mayGo(entry, own, now)) continue;
        for (const photo of own) await photos.delete(photo.id);
        await entries.delete(entry.id);
        count += 1;
      }
    }
    return count;
  });
  if (gone) outboxSignal.tell();
  return gone;
}

/** Ids of trees that something recorded here belongs to; their rows stay on the tablet. */
export async function treesWithEntries() {
  const ids = new Set();
  await inBlocks("entries", (rows) => rows.forEach((row) => ids.add(row.tree)));
  return ids;
}
