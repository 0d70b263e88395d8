/** Trees as the tablet knows them: the server's rows, with everything recorded here laid over them. */

import { applyEntries, pointOf } from "baum/core/field/apply_entries.js";
import { inBlocks, open } from "baum/io/field/database.js";
import { entriesOf, openByTree } from "baum/io/field/outbox.js";
import { keptReference, reference } from "baum/io/field/reference.js";
import { treesSignal } from "baum/io/field/signals.js";

/** "change" with `ids` where few rows changed, without where many did. Entries: see outbox.js. */
export const changes = treesSignal;

const FOUND = 20;

/**
 * One tree.
 *
 * @param {string} id
 * @returns {Promise<object|null>} ROW with local entries applied, and `pending`: {id, kind, status,
 *   made_at, sentence} of what the server's row does not show yet, oldest first
 */
export async function tree(id) {
  const db = await open();
  const [kept, entries, known] = await Promise.all([db.get("trees", id), entriesOf(id), reference()]);
  return applyEntries(kept?.row ?? null, entries, known ?? {});
}

/**
 * Points of all trees on board, with local entries applied; new trees included.
 *
 * @returns {Promise<object[]>}
 */
export async function points() {
  const found = [];
  const byTree = await openByTree();
  await inBlocks("points", (rows) => {
    for (const row of rows) if (!byTree.has(row.id)) found.push(row);
  });
  for (const point of await pointsOf(byTree)) found.push(point);
  return found;
}

/** The points of some trees as they are now, to mend a map without reading all. */
export async function pointsNow(ids) {
  const byTree = new Map();
  for (const id of ids) byTree.set(id, await entriesOf(id));
  return await pointsOf(byTree);
}

async function pointsOf(byTree) {
  const [db, known] = await Promise.all([open(), reference()]);
  const found = [];
  for (const [id, entries] of byTree) {
    const kept = await db.get("trees", id);
    const row = applyEntries(kept?.row ?? null, entries, known ?? {});
    if (row) found.push(pointWith(row, known));
  }
  return found;
}

/** A point, with the plate's text beside what core makes of a row. */
function pointWith(row, known) {
  const point = pointOf(row, known ?? {});
  return row.tag ? { ...point, tag: row.tag } : point;
}

/**
 * Put rows and their points into an open transaction over "trees" and "points".
 *
 * @param {object} transaction
 * @param {object[]} rows ROWs
 * @param {{area?: string|null, at: number}} options area that they belong to from now on
 */
export async function putRows(transaction, rows, { area = null, at }) {
  const trees = transaction.objectStore("trees");
  const marks = transaction.objectStore("points");
  const before = await Promise.all(rows.map((row) => trees.get(row.id)));
  const known = keptReference();
  const requests = rows.flatMap((row, index) => {
    const areas = new Set(before[index]?.areas ?? []);
    if (area) areas.add(area);
    return [
      trees.put({ id: row.id, areas: [...areas], row, fetched_at: at }),
      marks.put(pointWith(row, known)),
    ];
  });
  await Promise.all(requests);
}

/**
 * Trees on board by what stands on a sign: number first, then plate, then street.
 *
 * @param {string} text
 * @param {number} [limit]
 * @returns {Promise<object[]>} points, best first
 */
export async function find(text, limit = FOUND) {
  const words = folded(text).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const ranked = [];
  for (const point of await points()) {
    const rank = rankOf(point, words);
    if (rank < Infinity) ranked.push([rank, point]);
  }
  const byNumber = new Intl.Collator("de", { numeric: true });
  ranked.sort(([one, a], [other, b]) =>
    one - other || byNumber.compare(a.place_name ?? "", b.place_name ?? "") ||
    byNumber.compare(a.number ?? "", b.number ?? "")
  );
  return ranked.slice(0, limit).map(([, point]) => point);
}

const folded = (text) => String(text ?? "").toLocaleLowerCase("de").replace(/ß/g, "ss").trim();
const bare = (number) => folded(number).replace(/^0+(?=\d)/, "");

/** 0 is best; Infinity when a word is found nowhere. */
function rankOf(point, words) {
  let rank = 0;
  for (const word of words) {
    const number = folded(point.number);
    if (bare(number) === bare(word) || number === word) rank += 0;
    else if (folded(point.tag) === word) rank += 1;
    else if (number.startsWith(word) || bare(number).startsWith(bare(word))) rank += 2;
    else if (folded(point.place_name).split(/[\s-]+/).some((part) => part.startsWith(word))) rank += 3;
    else if (folded(point.place_name).includes(word)) rank += 4;
    else return Infinity;
  }
  return rank;
}

/** How many trees are on board. */
export async function countTrees() {
  return await (await open()).count("points");
}
