/** Hands in the photos of one person, one after the other, after the entries; sync.js says when. */

import { takeTurns } from "baum/core/field/send_order.js";
import { Broken, RequestError, SignedOut, Unreachable } from "baum/io/errors.js";
import { open, write } from "baum/io/field/database.js";
import { device } from "baum/io/field/device.js";
import { TokenStale } from "baum/io/field/net.js";
import { isHeld } from "baum/io/field/record.js";
import { outboxSignal } from "baum/io/field/signals.js";
import { PhotoRefused, photoStatus, sendPhoto } from "baum/io/field/uploads.js";

/** So many photos that the server could not place are asked for at one contact. */
const ASKED = 10;

/** Keys of a person's waiting photos: those of urgent entries first, then the oldest. */
export async function photoQueue(person) {
  const db = await open();
  const transaction = db.transaction(["entries", "photos"]);
  const entries = new Map(
    (await transaction.objectStore("entries").index("person").getAll(person)).map((
      entry,
    ) => [entry.id, entry]),
  );
  const now = Date.now();
  const queue = [];
  for (const photo of await transaction.objectStore("photos").index("status").getAll("unsent")) {
    const entry = entries.get(photo.entry);
    if (photo.person !== person || (entry && isHeld(entry, now))) continue;
    queue.push({ id: photo.id, urgent: Boolean(entry?.urgent), taken_at: photo.taken_at });
  }
  queue.sort((one, other) => other.urgent - one.urgent || (one.taken_at < other.taken_at ? -1 : 1));
  return queue.map((each) => each.id);
}

async function change(id, values) {
  const row = await write(["photos"], async (transaction) => {
    const store = transaction.objectStore("photos");
    const now = await store.get(id);
    if (!now) return null;
    const changed = { ...now, ...values(now) };
    await store.put(changed);
    return now;
  });
  outboxSignal.tell({ photo: id });
  return row;
}

function kept(receipt) {
  return {
    status: receipt.status,
    sentence: receipt.sentence ?? "",
    offset: receipt.offset,
    received_at: new Date().toISOString(),
  };
}

/**
 * Send one photo; whatever fails leaves it unsent.
 *
 * @returns {Promise<boolean>} false: it failed for a reason of its own and waits for the next round
 * @throws {RequestError} the round is over: no net, nobody signed in
 */
export async function handInPhoto(id, { key = null, signal } = {}) {
  const before = await change(id, (row) => ({ status: "sending", attempts: row.attempts + 1, sentence: "" }));
  if (!before) return true;
  try {
    const own = await device();
    const onOffset = (offset) => outboxSignal.tell({ photo: id, offset, size: before.size });
    const receipt = await sendPhoto(before, onOffset, { device: own.id, key, signal });
    await change(id, () => kept(receipt));
    return true;
  } catch (error) {
    const status = error instanceof PhotoRefused ? "refused" : "unsent";
    const received_at = status === "refused" ? new Date().toISOString() : null;
    await change(id, () => ({ status, received_at, sentence: error.sentence ?? "" }));
    const ends = error instanceof Unreachable || error instanceof SignedOut || error instanceof TokenStale ||
      signal?.aborted;
    if (ends) throw error;
    if (!(error instanceof RequestError)) console.warn(error);
    return status === "refused";
  }
}

/** The last one that was asked for; the next contact goes on behind it, so that each has its turn. */
let askedUpTo = "";

/**
 * Ask what has become of photos that the server holds and could not place yet.
 *
 * One that gives no good answer keeps no other from being asked for, nor the round from its end.
 */
export async function askForPhotos(person, { signal } = {}) {
  const db = await open();
  const own = await device();
  const open_ = (await db.getAllFromIndex("photos", "status", "unsettled")).filter((row) =>
    row.person === person
  );
  for (const photo of takeTurns(open_, askedUpTo, ASKED)) {
    askedUpTo = photo.id;
    try {
      const receipt = await photoStatus(photo, { device: own.id, signal });
      if (receipt.status !== photo.status) await change(photo.id, () => kept(receipt));
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      // The server does not know it any more (put back from a backup): it goes once more.
      if (error.status === 404) {
        await change(photo.id, () => ({ status: "unsent", offset: 0, received_at: null }));
      }
    }
  }
}
