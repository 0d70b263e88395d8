/** Catalogues, species, places and rules that the tablet keeps; refreshed when there is a net. */

import { ask, problemOf } from "baum/io/field/net.js";
import { getMeta, setMeta } from "baum/io/field/meta.js";

let kept = null;

/** REFERENCE as it was last fetched; null before the first time. */
export async function reference() {
  kept ??= (await getMeta("reference"))?.data ?? null;
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
  if (answer.status === 304 && before) return before.data;
  if (answer.status !== 200) throw problemOf(answer);
  const etag = answer.headers.get("ETag") ?? answer.body.etag ?? null;
  await setMeta("reference", { etag, data: answer.body, fetched_at: Date.now() });
  kept = answer.body;
  return kept;
}
