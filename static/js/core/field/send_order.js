// In which order the tablet hands in its entries, and how many at once; asked by the sender.

import { isUrgent } from "baum/core/field/entries.js";

const BATCH_BYTES = 256 * 1024;
const BATCH_COUNT = 50;

/**
 * Emergencies first, the newest before the older; then everything in the order in which it was made.
 * Before an emergency comes whatever the same tree had earlier: it may name that tree or its findings.
 *
 * @param {object[]} entries stored ones: {id, tree, made_at, text, urgent?}
 * @param {?object[]} urgencies REFERENCE.urgencies, for entries that do not say `urgent`
 * @returns {object[]}
 */
export function sendOrder(entries, urgencies = null) {
  const byTime = [...entries].sort(earlier);
  const pressing = byTime.filter((entry) => entry.urgent ?? isUrgent(entry, urgencies)).reverse();
  const ordered = new Set();
  for (const entry of pressing) {
    if (entry.tree) {
      for (const other of byTime) {
        if (other === entry) break;
        if (other.tree === entry.tree) ordered.add(other);
      }
    }
    ordered.add(entry);
  }
  for (const entry of byTime) ordered.add(entry);
  return [...ordered];
}

function earlier(a, b) {
  if (a.made_at !== b.made_at) return a.made_at < b.made_at ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

/**
 * Entries in the same order, in groups of at most so many and so many bytes of text; one that is
 * larger goes alone.
 *
 * @param {object[]} entries with `text`
 * @returns {object[][]}
 */
export function batches(entries, maxBytes = BATCH_BYTES, maxCount = BATCH_COUNT) {
  const groups = [];
  const encoder = new TextEncoder();
  let bytes = Infinity;
  for (const entry of entries) {
    const weight = encoder.encode(entry.text).length;
    if (bytes + weight > maxBytes || groups.at(-1).length >= maxCount) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1).push(entry);
    bytes += weight;
  }
  return groups;
}

/**
 * So many of the rows, those behind `after` first: asked again and again, each has its turn.
 *
 * @param {{id: string}[]} rows
 * @param {string} after id of the last one that had its turn, "" at the beginning
 */
export function takeTurns(rows, after, count) {
  const ordered = [...rows].sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  const behind = ordered.filter((row) => row.id > after);
  return [...behind, ...ordered.filter((row) => row.id <= after)].slice(0, count);
}
