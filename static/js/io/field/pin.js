/** The PIN with which a person opens the tablet again after a pause; each person has one of their own. */

import { base64Of } from "baum/io/field/digest.js";
import { changeMeta, dropMeta, getMeta, setMeta } from "baum/io/field/meta.js";
import { people, person, settings } from "baum/io/field/session.js";

const ROUNDS = 200_000;
const FREE_TRIES = 5;
const PAUSE_MS = 30_000;
const TOUCH_EVERY_MS = 10_000;
export const FORM = /^\d{4,8}$/;

let touchedAt = 0;

const keyOf = (id) => `pin:${id}`;

async function hashOf(pin, salt) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, [
    "deriveBits",
  ]);
  const asked = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return base64Of(new Uint8Array(await crypto.subtle.deriveBits(asked, key, 256)));
}

/** Has whoever writes now a PIN? */
export async function hasPin() {
  const who = await person();
  return Boolean(who && await getMeta(keyOf(who.id)));
}

/**
 * Set a PIN of 4 to 8 digits for whoever writes now.
 *
 * @param {string} pin
 * @returns {Promise<boolean>} false: not of that form
 */
export async function setPin(pin) {
  const who = await person();
  if (!who || !FORM.test(pin)) return false;
  const salt = crypto.getRandomValues(new Uint8Array(16));
  await setMeta(keyOf(who.id), { salt, hash: await hashOf(pin, salt), tries: 0, pause_until: 0 });
  await touch(Date.now());
  return true;
}

const forgottenKey = (id) => `pin-forgotten:${id}`;

/** Somebody says that a PIN is forgotten: it goes with the next sign-in of that person, not before. */
export async function forgetWithSignIn(id) {
  const known = (await people()).find((each) => each.id === id);
  await setMeta(forgottenKey(id), known?.last_login ?? new Date().toISOString());
}

/** Is a forgotten PIN waiting for a sign-in of whoever writes now? */
export async function isForgotten() {
  const who = await person();
  return Boolean(who && await getMeta(forgottenKey(who.id)));
}

/**
 * Drop the forgotten PIN of whoever writes now, once they have signed in anew: a session that was merely
 * still open opens nothing.
 */
export async function dropForgotten() {
  const who = await person();
  const since = who && await getMeta(forgottenKey(who.id));
  if (!since || !(Date.parse(who.last_login) > Date.parse(since))) return;
  await dropMeta(keyOf(who.id));
  await dropMeta(forgottenKey(who.id));
}

/**
 * Try a PIN; the right one opens the tablet.
 *
 * @param {string} pin
 * @param {string|null} [id] of another known person who wants to write; null: whoever writes now
 * @returns {Promise<{ok: boolean, wait_ms: number}>} wait_ms: how long no try counts after too many wrong ones
 */
export async function checkPin(pin, id = null) {
  const who = id ?? (await person())?.id;
  const kept = who ? await getMeta(keyOf(who)) : null;
  if (!kept) return { ok: false, wait_ms: 0 };
  const now = Date.now();
  const left = kept.pause_until - now;
  if (left > 0 && left <= PAUSE_MS) return { ok: false, wait_ms: left };
  const ok = (await hashOf(pin, kept.salt)) === kept.hash;
  const after = await changeMeta(keyOf(who), (row) => {
    const tries = ok ? 0 : row.tries + 1;
    const isPaused = tries > 0 && tries % FREE_TRIES === 0;
    return { ...row, tries, pause_until: isPaused ? now + PAUSE_MS : 0 };
  });
  if (ok) await touch(now, { always: true });
  return { ok, wait_ms: Math.max(0, after.pause_until - now) };
}

/** Somebody touched the tablet; written down at most every ten seconds. */
export async function touch(now, { always = false } = {}) {
  if (!always && now - touchedAt < TOUCH_EVERY_MS && now >= touchedAt) return;
  touchedAt = now;
  await setMeta("touched", now);
}

/**
 * Is the tablet locked? Only where the city asks for a PIN and the person has set one.
 *
 * @param {number} now milliseconds
 * @returns {Promise<{locked: boolean, required: boolean, set: boolean, minutes: number}>} required without
 *   set: ask the person to set one
 */
export async function lockState(now) {
  const minutes = (await settings()).pin_minutes || 0;
  const set = await hasPin();
  const last = await getMeta("touched", 0);
  const isLong = now - last >= minutes * 60_000 || now < last;
  return { locked: minutes > 0 && set && isLong, required: minutes > 0, set, minutes };
}

/** Lock at once. */
export async function lock() {
  touchedAt = 0;
  await setMeta("touched", 0);
}
