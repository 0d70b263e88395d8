/** How far the tablet's clock is from the server's, measured at every contact. */

import { getMeta, setMeta } from "baum/io/field/meta.js";

/** From here on people are told: the server will not take such an entry by itself. */
const WRONG_S = 600;

/**
 * Keep what a contact says about the clock.
 *
 * @param {string} serverTime ISO
 * @param {number} asked device time in ms when the question left
 * @param {number} answered device time in ms when the answer came
 */
export async function keepOffset(serverTime, asked, answered) {
  const server = Date.parse(serverTime);
  if (!Number.isFinite(server) || answered < asked) return;
  const seconds = Math.round((server - (asked + answered) / 2) / 1000);
  await setMeta("clock", { seconds, at: answered });
}

/** Seconds that the server is ahead of the tablet; null when it never answered. */
export async function offset() {
  return (await getMeta("clock"))?.seconds ?? null;
}

/** The offset where the clock is so wrong that the office will have to look; else null. */
export async function wrongBy() {
  const seconds = await offset();
  return seconds !== null && Math.abs(seconds) > WRONG_S ? seconds : null;
}
