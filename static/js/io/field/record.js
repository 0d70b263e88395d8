/** Records what a person did: when record() has resolved, the entry and its photos are on the disk. */

import { isUrgent, makeEntry } from "baum/core/field/entries.js";
import { newId } from "baum/io/ids.js";
import { BUILD } from "baum/io/field/app.js";
import { offset } from "baum/io/field/clock.js";
import { write } from "baum/io/field/database.js";
import { device } from "baum/io/field/device.js";
import { bytesSum, textSum } from "baum/io/field/digest.js";
import { StoreBroken, StoreError } from "baum/io/field/errors.js";
import { reference } from "baum/io/field/reference.js";
import { person } from "baum/io/field/session.js";
import { outboxSignal } from "baum/io/field/signals.js";
import { t } from "baum/io/words.js";

export { newId };

/** So long an entry stays on the tablet before it may be sent, and can be taken back. */
export const HOLD_MS = 10_000;

/** Is the entry still held back? A clock that was set back holds nothing for longer. */
export function isHeld(entry, now) {
  return entry.hold_until > now && entry.hold_until - now <= HOLD_MS;
}

/** The photo as it is kept: its own copy of the bytes, so that the sum is of what will be sent. */
async function photoRow(photo, entry, person) {
  let bytes;
  try {
    bytes = await photo.blob.arrayBuffer();
  } catch (error) {
    throw new StoreBroken(t("Das Foto lässt sich nicht lesen. Bitte noch einmal aufnehmen."), error);
  }
  const type = photo.type || photo.blob.type || "image/jpeg";
  return {
    id: photo.id ?? newId(),
    person,
    entry: entry.id,
    tree: entry.tree,
    finding: photo.finding ?? null,
    measure: photo.measure ?? null,
    blob: new Blob([bytes], { type }),
    sha256: await bytesSum(bytes),
    size: bytes.byteLength,
    type,
    taken_at: photo.taken_at ?? entry.made_at,
    caption: photo.caption ?? "",
    status: "unsent",
    offset: 0,
    sentence: "",
    received_at: null,
    attempts: 0,
  };
}

/**
 * Record one entry with its photos.
 *
 * @param {{id?: string, kind: string, tree?: string|null, treeVersion?: number|null, body: object,
 *   photos?: {id?: string, blob: Blob, type?: string, taken_at?: string, caption?: string,
 *   finding?: string, measure?: string}[], urgent?: boolean, work?: object}} made
 * @returns {Promise<object>} the stored entry
 * @throws {StorageFull|StoreBroken} then nothing was written
 */
export async function record(
  { id = newId(), kind, tree = null, treeVersion = null, body, photos = [], urgent, work },
) {
  const made = Date.now();
  const [who, own, clock, known] = await Promise.all([person(), device(), offset(), reference()]);
  if (!who) {
    throw new StoreBroken(t("Auf diesem Tablet ist noch niemand angemeldet. Dafür braucht es einmal Netz."));
  }
  const entry = makeEntry({
    id,
    kind,
    person: who.id,
    device: own.id,
    deviceName: own.name,
    app: BUILD,
    madeAt: new Date(made).toISOString(),
    clockOffset: clock,
    tree,
    treeVersion,
    body,
    work,
  });
  const row = {
    id,
    person: who.id,
    person_name: who.name,
    kind,
    text: entry.text,
    sha256: await textSum(entry.text),
    made_at: entry.made_at,
    hold_until: made + HOLD_MS,
    urgent: urgent ?? isUrgent(entry, known?.urgencies ?? null),
    // IndexedDB leaves rows whose key is null out of an index; a group's tree is the group itself.
    tree: tree ?? id,
    photos: [],
    status: "unsent",
    sentence: "",
    received_at: null,
    settled_at: null,
    attempts: 0,
  };
  const pictures = [];
  for (const photo of photos) pictures.push(await photoRow(photo, { ...row, tree }, who.id));
  row.photos = pictures.map((picture) => picture.id);
  await keep(row, pictures);
  outboxSignal.tell({ id, tree: row.tree, hold_until: row.hold_until });
  return row;
}

async function keep(row, pictures) {
  try {
    await write(["entries", "photos"], async (transaction) => {
      const requests = [transaction.objectStore("entries").add(row)];
      for (const picture of pictures) requests.push(transaction.objectStore("photos").add(picture));
      await Promise.all(requests);
    });
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreBroken(String(error), error);
  }
}

/**
 * Take an entry back while it is held and nothing of it has left the tablet.
 *
 * @param {string} id
 * @returns {Promise<boolean>} false when it is too late
 */
export async function undo(id) {
  const gone = await write(["entries", "photos"], async (transaction) => {
    const entries = transaction.objectStore("entries");
    const entry = await entries.get(id);
    if (!entry || entry.status !== "unsent" || entry.attempts > 0 || !isHeld(entry, Date.now())) return null;
    await entries.delete(id);
    const photos = transaction.objectStore("photos");
    for (const key of await photos.index("entry").getAllKeys(id)) await photos.delete(key);
    return entry;
  });
  if (gone) outboxSignal.tell({ id, tree: gone.tree });
  return gone !== null;
}
