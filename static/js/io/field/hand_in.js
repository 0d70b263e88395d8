/** Hands in the entries of one person: batches, receipts, verdicts of the office; sync.js says when. */

import { batches, sendOrder } from "baum/core/field/send_order.js";
import { RequestError, SignedOut, Unreachable } from "baum/io/errors.js";
import { BUILD } from "baum/io/field/app.js";
import { keepOffset } from "baum/io/field/clock.js";
import { open, SCHEMA, write } from "baum/io/field/database.js";
import { device, keepDevice } from "baum/io/field/device.js";
import { StorageFull } from "baum/io/field/errors.js";
import { askJson, TokenStale } from "baum/io/field/net.js";
import { counts } from "baum/io/field/outbox.js";
import { isHeld } from "baum/io/field/record.js";
import { outboxSignal, treesSignal } from "baum/io/field/signals.js";
import { room } from "baum/io/field/storage.js";
import { putRows } from "baum/io/field/trees.js";
import { t } from "baum/io/words.js";

const MAX_COUNT = 20;
const MAX_BYTES = 200_000;
/** After so many refusals in a row the server itself is ill, not the entries. */
const ILL = 3;
const VERDICTS = new Set(["accepted", "unsettled", "deposited", "rejected", "foreign"]);
/** What goes out with a session; by its own key the device deposits only what has not been there. */
const WITH_SESSION = ["unsent", "foreign", "deposited"];
const WITH_KEY = ["unsent", "foreign"];

/** After a crash nothing is under way: what was being sent waits again. Only for the one sender. */
export async function nothingUnderWay() {
  await write(["entries", "photos"], async (transaction) => {
    for (const name of ["entries", "photos"]) {
      const store = transaction.objectStore(name);
      for (const row of await store.index("status").getAll("sending")) {
        await store.put({ ...row, status: row.before ?? "unsent" });
      }
    }
  });
}

/** Entries of a person that may go now. */
export async function sendable(person, { key = null } = {}) {
  const db = await open();
  const now = Date.now();
  const lists = await Promise.all(
    (key ? WITH_KEY : WITH_SESSION).map((status) => db.getAllFromIndex("entries", "status", status)),
  );
  return lists.flat().filter((entry) => entry.person === person && !isHeld(entry, now));
}

/** Change rows of the batch; gives those of it that are still there (one may have been taken back). */
async function mark(batch, change) {
  const there = await write(["entries"], async (transaction) => {
    const store = transaction.objectStore("entries");
    const found = [];
    for (const entry of batch) {
      const row = await store.get(entry.id);
      if (!row) continue;
      await store.put({ ...row, ...change(row) });
      found.push(entry);
    }
    return found;
  });
  outboxSignal.tell();
  return there;
}

/** The request of the contract. */
async function requestOf(batch, person) {
  const [own, waiting, space, db] = await Promise.all([device(), counts(), room(), open()]);
  const open_ = await db.getAllFromIndex("entries", "status", "unsettled");
  return {
    device: own.id,
    app: BUILD,
    schema: SCHEMA,
    sent_at: new Date().toISOString(),
    unsent: waiting.entries,
    photos_unsent: waiting.photos,
    free_bytes: space.free,
    entries: batch.map((entry) => entry.text),
    open: open_.filter((entry) => entry.person === person).map((entry) => entry.id),
  };
}

/** What a receipt makes of an entry; a receipt that is not of this text makes nothing of it. */
function verdictOn(entry, receipt, received_at) {
  if (receipt?.sha256 !== entry.sha256 || !VERDICTS.has(receipt.status)) {
    return {
      status: "unsent",
      sentence: t(
        "Die Quittung des Servers passt nicht zum Eintrag. Er bleibt auf dem Tablet und wird wieder gesendet.",
      ),
    };
  }
  const { status, sentence } = receipt;
  return { status, sentence: sentence ?? "", received_at: status === "foreign" ? null : received_at };
}

/**
 * Rows of trees whose entries were taken and for which the answer brought none.
 *
 * They only make the tablet show sooner what is so; without them the next refresh of an area will.
 */
async function rowsOf(ids, { key, signal }) {
  if (key || !ids.length) return [];
  try {
    return (await askJson("POST", "trees/", { body: { ids: ids.slice(0, 250) }, signal })).trees ?? [];
  } catch (error) {
    if (error instanceof RequestError) return [];
    throw error;
  }
}

/** What receipts say of entries just sent, and the office of those that were open. */
async function putVerdicts(store, verdicts, settled) {
  for (const [id, verdict] of verdicts) {
    const row = await store.get(id);
    if (row) await store.put({ ...row, ...verdict });
  }
  for (const [id, { status, sentence, at }] of settled) {
    const row = await store.get(id);
    if (row?.status !== "unsettled" || !["accepted", "rejected", "unsettled"].includes(status)) continue;
    const settled_at = status === "unsettled" ? row.settled_at : at;
    await store.put({ ...row, status, sentence: sentence ?? "", settled_at });
  }
}

/** Receipts, verdicts and fresh rows, kept in one transaction; says which entries are still here. */
async function keepAnswer(batch, answer, options) {
  const receipts = new Map((answer.receipts ?? []).map((receipt) => [receipt.index, receipt]));
  const verdicts = new Map(
    batch.map((entry, index) => [entry.id, verdictOn(entry, receipts.get(index), answer.received_at)]),
  );
  const settled = new Map((answer.settled ?? []).map((each) => [each.id, each]));
  const rows = [...receipts.values()].flatMap((receipt) => receipt.trees ?? []);
  const here = new Set(rows.map((row) => row.id));
  const db = await open();
  const touched = new Set(
    batch.filter((entry) => verdicts.get(entry.id).status === "accepted").map((e) => e.tree),
  );
  for (const { id, status } of settled.values()) {
    if (status === "accepted") touched.add((await db.get("entries", id))?.tree);
  }
  const missing = [...touched].filter((id) => id && !here.has(id));
  rows.push(...await rowsOf(missing, options));
  const keep = (fresh) =>
    write(["entries", "trees", "points"], async (transaction) => {
      await putVerdicts(transaction.objectStore("entries"), verdicts, settled);
      await putRows(transaction, fresh, { at: Date.now() });
    });
  try {
    await keep(rows);
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error;
    // No room for fresh rows must not cost the receipts; an area's refresh brings the rows.
    rows.length = 0;
    await keep(rows);
  }
  outboxSignal.tell();
  if (rows.length) treesSignal.tell({ ids: rows.map((row) => row.id) });
  return batch.filter((entry) => ["unsent", "foreign"].includes(verdicts.get(entry.id).status));
}

/** Send one batch and keep what comes back; whatever fails leaves all of it unsent. */
async function sendBatch(wanted, person, options) {
  const batch = await mark(
    wanted,
    (row) => ({ status: "sending", attempts: row.attempts + 1, before: row.status }),
  );
  try {
    const asked = Date.now();
    const answer = await askJson("POST", "entries/", {
      body: await requestOf(batch, person),
      key: options.key,
      signal: options.signal,
    });
    await keepOffset(answer.received_at, asked, Date.now());
    await keepDevice(answer.device);
    return await keepAnswer(batch, answer, options);
  } catch (error) {
    const sentence = error.sentence ?? "";
    await mark(
      batch,
      (row) => (row.status === "sending" ? { status: row.before ?? "unsent", sentence } : {}),
    );
    throw error;
  }
}

const endsTheRound = (error) =>
  !(error instanceof RequestError) || error instanceof Unreachable || error instanceof SignedOut ||
  error instanceof TokenStale;

/** One by one after a batch was refused as a whole: a single bad entry must hold up no other. */
async function sendSingly(batch, person, options) {
  const left = [];
  let ill = 0;
  for (const entry of [...batch].sort((a, b) => a.attempts - b.attempts)) {
    try {
      left.push(...await sendBatch([entry], person, options));
      ill = 0;
    } catch (error) {
      if (endsTheRound(error)) throw error;
      left.push(entry);
      ill = error.status >= 500 ? ill + 1 : 0;
      if (ill >= ILL) throw error;
    }
  }
  return left;
}

/**
 * Hand in all entries of a person that may go now, the most urgent first.
 *
 * @param {string} person id
 * @param {{key?: string|null, signal?: AbortSignal, stuck?: Set<string>}} [options] key: deposit by the
 *   device's own right; stuck: entries that failed in this round and are left alone, is added to
 * @returns {Promise<number>} entries that the server took
 */
export async function handIn(person, { key = null, signal, stuck = new Set() } = {}) {
  let taken = 0;
  for (;;) {
    const waiting = (await sendable(person, { key })).filter((entry) => !stuck.has(entry.id));
    const [batch] = batches(sendOrder(waiting), MAX_BYTES, MAX_COUNT);
    if (!batch?.length) return taken;
    let left;
    try {
      left = await sendBatch(batch, person, { key, signal });
    } catch (error) {
      if (endsTheRound(error) || batch.length === 1) {
        if (endsTheRound(error)) throw error;
        left = batch;
      } else {
        left = await sendSingly(batch, person, { key, signal });
      }
    }
    for (const entry of left) stuck.add(entry.id);
    // Deposited once more with a session and still only deposited: not again in this round.
    for (const entry of batch) if (entry.status === "deposited") stuck.add(entry.id);
    taken += batch.length - left.length;
  }
}

/** Ask for nothing but news: verdicts on open entries, whether the device is blocked. */
export async function askForNews(person, { key = null, signal } = {}) {
  await sendBatch([], person, { key, signal });
}
