/** Single values that the tablet keeps by name: who, which device, clock, catalogues, preferences. */

import { open, write } from "baum/io/field/database.js";

/** The value under a name, or `missing`. */
export async function getMeta(key, missing = null) {
  const db = await open();
  return (await db.get("meta", key))?.value ?? missing;
}

/** Keep a value; it is on the disk when the promise resolves. */
export async function setMeta(key, value) {
  await write(["meta"], (transaction) => transaction.objectStore("meta").put({ key, value }));
  return value;
}

/**
 * Change a value by what it is now, in one transaction.
 *
 * @param {string} key
 * @param {(value: any) => any} change gives the new value
 */
export async function changeMeta(key, change) {
  return await write(["meta"], async (transaction) => {
    const store = transaction.objectStore("meta");
    const value = change((await store.get(key))?.value ?? null);
    await store.put({ key, value });
    return value;
  });
}

export async function dropMeta(key) {
  await write(["meta"], (transaction) => transaction.objectStore("meta").delete(key));
}
