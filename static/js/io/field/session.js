/** Who writes on this tablet and who is signed in at the server: the same person, or not yet again. */

import { SignedOut } from "baum/io/errors.js";
import { keepOffset } from "baum/io/field/clock.js";
import { device, keepDevice } from "baum/io/field/device.js";
import { changeMeta, getMeta, setMeta } from "baum/io/field/meta.js";
import { askJson } from "baum/io/field/net.js";
import { personSignal } from "baum/io/field/signals.js";

/** "change" when somebody else writes on this tablet. */
export const changes = personSignal;

/**
 * Whoever writes now, kept over restarts and without a net; null before the first sign-in.
 *
 * @returns {Promise<{id: string, name: string, username: string, role: string, may_inspect: boolean,
 *   why_not: string}|null>}
 */
export async function person() {
  const id = await getMeta("person");
  return id ? (await getMeta("people", {}))[id] ?? null : null;
}

/** All who have signed in on this device, by name. */
export async function people() {
  return Object.values(await getMeta("people", {})).sort((one, other) =>
    one.name.localeCompare(other.name, "de")
  );
}

/**
 * Let another known person write; what was recorded before stays under its own name.
 *
 * @param {string} id
 * @returns {Promise<object|null>} the person, null for one that this device does not know
 */
export async function switchTo(id) {
  const known = (await getMeta("people", {}))[id];
  if (!known) return null;
  await setMeta("person", id);
  personSignal.tell({ person: id });
  return known;
}

/** What the city has set, as the last contact said. */
export async function settings() {
  return await getMeta("settings", { pin_minutes: 0, measures_work: false });
}

/** `{name, is_demo}` of the last contact, or null. */
export async function city() {
  return await getMeta("city");
}

/**
 * Ask the server who is signed in, and keep what it says.
 *
 * A new sign-in makes that person the one who writes. A person chosen on the tablet (switchTo) stays
 * as long as the same session goes on.
 *
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<{user: object|null, device: object, settings: object, database?: string, refusal?: Error}>}
 *   user null: nobody is signed in, or only half (refusal says which); database: which one the server has
 */
export async function refresh({ signal } = {}) {
  const own = await device();
  const asked = Date.now();
  let said;
  try {
    said = await askJson("GET", `session/?device=${own.id}`, { signal });
  } catch (error) {
    if (!(error instanceof SignedOut)) throw error;
    await setMeta("signed-in", null);
    return { user: null, device: own, settings: await settings(), refusal: error };
  }
  await keepOffset(said.server_time, asked, Date.now());
  await setMeta("settings", said.settings);
  await setMeta("city", said.city);
  const kept = said.device ? await keepDevice(said.device) : own;
  await keepUser(said.user);
  return { user: said.user, device: kept, settings: said.settings, database: said.database };
}

async function keepUser(user) {
  await changeMeta("people", (known) => ({ ...known, [user.id]: user }));
  const last = await getMeta("last-sign-in");
  const signedOut = (await getMeta("signed-in")) === null;
  await setMeta("signed-in", user.id);
  await setMeta("last-sign-in", user.id);
  const writes = await getMeta("person");
  if (writes !== user.id && (!writes || signedOut || last !== user.id)) {
    await setMeta("person", user.id);
    personSignal.tell({ person: user.id });
  }
}
