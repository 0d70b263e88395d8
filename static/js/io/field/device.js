/** This tablet: its id, its name, and the keys with which it may hand in entries without a session. */

import { newId } from "baum/io/ids.js";
import { changeMeta, getMeta } from "baum/io/field/meta.js";
import { askJson } from "baum/io/field/net.js";

/** Where the id of a blocked device outlives everything else. */
const REMEMBERED = "baumkataster-feld-geraet";

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

/** Keep the id beside the store, so that a device that forgot everything is still the same device. */
export async function rememberDevice() {
  try {
    localStorage.setItem(REMEMBERED, (await device()).id);
  } catch {
    // Then it comes back as a new device that nobody has registered.
  }
}

/**
 * The device, made at the first question.
 *
 * @returns {Promise<{id: string, name: string, blocked: boolean}>}
 */
export async function device() {
  const kept = await getMeta("device");
  if (kept) return kept;
  return await changeMeta(
    "device",
    (now) => now ?? { id: remembered() ?? newId(), name: "", blocked: false },
  );
}

/** Keep what the server says of the device. */
export async function keepDevice(said) {
  if (!said) return await device();
  await device();
  return await changeMeta("device", (now) => ({
    ...now,
    name: said.name ?? now.name,
    blocked: Boolean(said.blocked),
  }));
}

/**
 * Register under a name; the key belongs to this device and whoever is signed in.
 *
 * @param {string} name
 * @param {string} person id of whoever is signed in
 */
export async function register(name, person) {
  const { id } = await device();
  const said = await askJson("POST", "devices/", { body: { id, name } });
  await changeMeta("device-keys", (keys) => ({ ...keys, [person]: said.key }));
  return await keepDevice(said);
}

/** `Authorization` of a person on this device, or null. */
export async function keyHeader(person) {
  const key = (await getMeta("device-keys", {}))[person];
  return key ? `Feldgeraet ${(await device()).id}:${key}` : null;
}
