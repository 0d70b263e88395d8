/** What is typed on the tablet and not yet saved; it survives a killed browser. */

import { open, write } from "baum/io/field/database.js";

/** Keep values under a key such as "inspection:<tree>". */
export async function keepDraft(key, values) {
  const row = { key, at: Date.now(), values };
  await write(["drafts"], (transaction) => transaction.objectStore("drafts").put(row), {
    durability: "relaxed",
  });
}

/** `{key, at, values}` or null. */
export async function findDraft(key) {
  return (await (await open()).get("drafts", key)) ?? null;
}

export async function dropDraft(key) {
  await write(["drafts"], (transaction) => transaction.objectStore("drafts").delete(key), {
    durability: "relaxed",
  });
}
