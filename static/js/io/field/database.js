/** The tablet's one database: its stores, their migrations, and how a write fails in words. */

import { deleteDB, openDB } from "idb";
import { StorageFull, StoreBroken, StoreTooNew } from "baum/io/field/errors.js";
import { t } from "baum/io/words.js";

export const NAME = "baumkataster-feld";
export const SCHEMA = 1;

function firstStores(db) {
  db.createObjectStore("meta", { keyPath: "key" });
  db.createObjectStore("areas", { keyPath: "id" });
  db.createObjectStore("points", { keyPath: "id" });
  db.createObjectStore("drafts", { keyPath: "key" });
  for (const [name, keyPath] of [["trees", "id"], ["tiles", "key"], ["thumbs", "id"]]) {
    db.createObjectStore(name, { keyPath }).createIndex("areas", "areas", { multiEntry: true });
  }
  const entries = db.createObjectStore("entries", { keyPath: "id" });
  for (const index of ["person", "status", "tree"]) entries.createIndex(index, index);
  const photos = db.createObjectStore("photos", { keyPath: "id" });
  for (const index of ["person", "status", "entry"]) photos.createIndex(index, index);
}

/** One step per released version, in order: [version, (db, transaction) => void]. */
export const MIGRATIONS = [[1, firstStores]];

let opened = null;

function forget() {
  opened = null;
}

async function openNow() {
  let db;
  try {
    db = await openDB(NAME, SCHEMA, {
      upgrade(database, from, _to, transaction) {
        for (const [version, step] of MIGRATIONS) {
          if (version > from) step(database, transaction);
        }
      },
      // A newer app in another tab must not wait for this one.
      blocking() {
        db?.close();
        forget();
      },
      terminated: forget,
    });
  } catch (error) {
    forget();
    throw openProblem(error);
  }
  return db;
}

/** Open, or the open one. */
export function open() {
  opened ??= openNow();
  return opened;
}

function openProblem(error) {
  if (error?.name === "VersionError") {
    return new StoreTooNew(
      t("Auf diesem Tablet liegen Daten einer neueren Fassung der App. Sie bleiben unverändert. Mit Netz lädt die App die neue Fassung."),
      error,
    );
  }
  return new StoreBroken(
    t("Der Speicher des Tablets lässt sich nicht öffnen. Oft hilft: kein privates Fenster, Tablet neu starten."),
    error,
  );
}

/** A failed write as StorageFull or StoreBroken; what is one already stays. */
export function writeProblem(error) {
  if (error instanceof StoreBroken || error instanceof StorageFull) return error;
  if (error?.name === "QuotaExceededError") {
    return new StorageFull(
      t("Der Speicher des Tablets ist voll. Der Eintrag ist noch nicht gespeichert; er steht weiter im Formular. Platz schaffen: unter „Mitnehmen“ ein Gebiet entfernen."),
      error,
    );
  }
  return new StoreBroken(
    t("Das Tablet hat nicht gespeichert. Der Eintrag steht weiter im Formular; bitte noch einmal speichern."),
    error,
  );
}

/**
 * One write over several stores: all of it or nothing, on the disk when the promise resolves.
 *
 * @template T
 * @param {string[]} stores
 * @param {(transaction: object) => Promise<T>} work awaits nothing but requests of this transaction
 * @param {{durability?: "strict"|"relaxed"}} [options]
 * @returns {Promise<T>}
 */
export async function write(stores, work, { durability = "strict" } = {}) {
  const db = await open();
  let transaction;
  try {
    transaction = db.transaction(stores, "readwrite", { durability });
  } catch (error) {
    // The connection went away between open and now (closed for a newer app, or by the browser).
    forget();
    throw writeProblem(error);
  }
  try {
    const result = await work(transaction);
    await transaction.done;
    return result;
  } catch (error) {
    const why = transaction.error ?? error;
    try {
      transaction.abort();
    } catch {
      // It has ended by itself.
    }
    await transaction.done.catch(() => {});
    throw writeProblem(transaction.error?.name === "QuotaExceededError" ? transaction.error : why);
  }
}

/** Read over several stores in one view of the data. */
export async function view(stores, work) {
  const db = await open();
  const transaction = db.transaction(stores, "readonly");
  return await work(transaction);
}

/**
 * All rows of a store in blocks, so that no single answer holds up the page.
 *
 * @param {string} store
 * @param {(rows: object[]) => void} take
 */
export async function inBlocks(store, take, size = 2000) {
  const db = await open();
  let range = null;
  for (;;) {
    const rows = await db.getAll(store, range, size);
    if (rows.length) take(rows);
    if (rows.length < size) return;
    const last = rows.at(-1);
    range = IDBKeyRange.lowerBound(last.id ?? last.key, true);
  }
}

/** Remove the whole database; only for a blocked device that has handed everything in. */
export async function wipe() {
  const db = await opened;
  db?.close();
  forget();
  await deleteDB(NAME);
}
