/** One sender over all tabs of a tablet: by the browser's locks, or by a lease where it has none. */

import { newId } from "baum/io/ids.js";
import { changeMeta } from "baum/io/field/meta.js";

const NAME = "baumkataster-feld-senden";
const LEASE_MS = 90_000;
const RENEW_MS = 20_000;
const ME = newId();

/** Take the lease if nobody holds it; the store's transactions are what makes it sure. */
async function lease(now) {
  const held = await changeMeta("sender-lease", (kept) => {
    const free = !kept || kept.tab === ME || kept.until < now || kept.until > now + 2 * LEASE_MS;
    return free ? { tab: ME, until: now + LEASE_MS } : kept;
  });
  return held.tab === ME;
}

async function byLease(work) {
  if (!(await lease(Date.now()))) return false;
  const renewing = setInterval(() => lease(Date.now()).catch(() => {}), RENEW_MS);
  try {
    await work();
  } finally {
    clearInterval(renewing);
    await changeMeta("sender-lease", (kept) => (kept?.tab === ME ? { ...kept, until: 0 } : kept));
  }
  return true;
}

/**
 * Work if no other tab does.
 *
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} false: another tab is at it
 */
export async function asTheOnlyOne(work) {
  if (!navigator.locks) return await byLease(work);
  return await navigator.locks.request(NAME, { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await work();
    return true;
  });
}
