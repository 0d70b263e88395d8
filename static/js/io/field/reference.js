/** Catalogues, species, places and rules that the tablet keeps; refreshed when there is a net. */

import { ask, problemOf } from "baum/io/field/net.js";
import { getMeta, setMeta } from "baum/io/field/meta.js";

let kept = null;

/** Catalogues stand beside the rest, too: rules ask for `reference.urgencies`. */
const flat = (data) => (data ? { ...data.catalogues, ...data } : null);

/**
 * REFERENCE as it was last fetched, its catalogues also at the top; null before the first time.
 *
 * @returns {Promise<object|null>}
 */
export async function reference() {
  kept ??= flat((await getMeta("reference"))?.data);
  return kept;
}

/** The same if it has been read in this tab, without waiting. */
export function keptReference() {
  return kept;
}

/**
 * Fetch it where it has changed.
 *
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<object>} REFERENCE
 */
export async function refreshReference({ signal } = {}) {
  const before = await getMeta("reference");
  const headers = before?.etag ? { "If-None-Match": before.etag } : {};
  const answer = await ask("GET", "reference/", { headers, signal, wait: 60_000 });
  if (answer.status === 304 && before) return await reference();
  if (answer.status !== 200) throw problemOf(answer);
  const etag = answer.headers.get("ETag") ?? answer.body.etag ?? null;
  await setMeta("reference", { etag, data: answer.body, fetched_at: Date.now() });
  kept = flat(answer.body);
  return kept;
}
