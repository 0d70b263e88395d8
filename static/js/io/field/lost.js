/** Sends again what a server that was put back from a backup does not know any more; sync.js says when. */

import { open, write } from "baum/io/field/database.js";
import { getMeta, setMeta } from "baum/io/field/meta.js";
import { askJson } from "baum/io/field/net.js";
import { outboxSignal } from "baum/io/field/signals.js";
import { t } from "baum/io/words.js";

/** Keys of one question. */
const ASKED = 500;
/** Also where the server says that nothing has happened, every so often. */
const AGAIN_MS = 6 * 3_600_000;
/** What the server has answered for; the tablet keeps it for seven days. */
const DELIVERED = { entries: ["accepted", "unsettled", "rejected"], photos: ["received"] };

/** Keys of what a person has delivered and the tablet still holds. */
async function delivered(name, person) {
  const db = await open();
  const own = new Set(await db.getAllKeysFromIndex(name, "person", person));
  const lists = await Promise.all(
    DELIVERED[name].map((status) => db.getAllKeysFromIndex(name, "status", status)),
  );
  return lists.flat().filter((key) => own.has(key));
}

/** Let entries and photos wait again, as if they had never been sent. */
async function waitAgain(lost) {
  const sentence = t(
    "Der Server wurde aus einer Sicherung zurückgeholt; das Tablet sendet dies noch einmal.",
  );
  await write(["entries", "photos"], async (transaction) => {
    for (const name of ["entries", "photos"]) {
      const store = transaction.objectStore(name);
      for (const key of lost[name]) {
        const row = await store.get(key);
        if (!row || !DELIVERED[name].includes(row.status)) continue;
        const anew = { status: "unsent", sentence, received_at: null };
        await store.put({ ...row, ...anew, ...(name === "photos" ? { offset: 0 } : {}) });
      }
    }
  });
  outboxSignal.tell();
}

/**
 * Ask for what a person has delivered, where the server's database is another than at the last time,
 * and let wait again what it does not hold.
 *
 * @param {string} person id
 * @param {string|undefined} database name of the database's life, as the session says
 * @returns {Promise<number>} entries and photos that wait again
 */
export async function sendLostAgain(person, database, { signal } = {}) {
  const key = `delivered-to:${person}`;
  const before = await getMeta(key);
  if (!database || (before?.database === database && Date.now() - before.at < AGAIN_MS)) return 0;
  const kept = { entries: await delivered("entries", person), photos: await delivered("photos", person) };
  let count = 0;
  for (let start = 0; start < Math.max(kept.entries.length, kept.photos.length); start += ASKED) {
    const body = {
      entries: kept.entries.slice(start, start + ASKED),
      photos: kept.photos.slice(start, start + ASKED),
    };
    const lost = await askJson("POST", "lost/", { body, signal });
    if (lost.entries.length + lost.photos.length) await waitAgain(lost);
    count += lost.entries.length + lost.photos.length;
  }
  await setMeta(key, { database, at: Date.now() });
  return count;
}
