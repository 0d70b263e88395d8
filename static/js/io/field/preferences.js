/** What a person has set on this tablet; kept under one name, which the service worker reads as well. */

import { changeMeta, getMeta } from "baum/io/field/meta.js";

const KEY = "preferences";

/** What holds until somebody chooses. */
export const DEFAULTS = Object.freeze({
  theme: "light",
  maxAccuracy: 0,
  follow: true,
  baseMap: null,
  language: "de",
});

/** All of them, with defaults. */
export async function all() {
  return { ...DEFAULTS, ...(await getMeta(KEY, {})) };
}

export async function get(name) {
  return (await all())[name];
}

export async function set(name, value) {
  return await changeMeta(KEY, (now) => ({ ...now, [name]: value }));
}
