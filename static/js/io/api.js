/** All requests of our pages: same origin, JSON, CSRF token, errors by name (io/errors.js). */

import {
  Broken,
  Forbidden,
  Missing,
  Refused,
  RequestError,
  SignedOut,
  Stale,
  Unreachable,
} from "baum/io/errors.js";
import { t } from "baum/io/words.js";

const WAIT_MS = 30_000;

/** The value of a cookie, or "". */
function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/** Add values to an address; arrays become repeated names, empty ones are left out. */
export function withQuery(address, values = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") query.append(name, one);
    }
  }
  const text = query.toString();
  return text ? `${address}?${text}` : address;
}

/** The answer's JSON, or {} when it is none. */
async function bodyOf(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}

/** The named error of an answer that is not ok. */
async function errorOf(answer) {
  const body = await bodyOf(answer);
  if (answer.status === 400 && body.errors) {
    return new Refused(t("Bitte prüfen Sie die markierten Felder."), body.errors);
  }
  if (answer.status === 412) {
    return new Stale(t("Der Datensatz wurde inzwischen geändert."), body.current, body.conflicts ?? []);
  }
  if (answer.status === 401 || (answer.status === 403 && /csrf/i.test(body.detail ?? ""))) {
    return new SignedOut(
      t("Ihre Anmeldung ist abgelaufen. Melden Sie sich in einem zweiten Fenster an und speichern Sie dann noch einmal."),
      401,
    );
  }
  if (answer.status === 403) return new Forbidden(body.detail ?? t("Dafür reicht Ihre Rolle nicht."), 403);
  if (answer.status === 404) return new Missing(body.detail ?? t("Das gibt es nicht (mehr)."), 404);
  const sentence = answer.status < 500 && body.detail
    ? body.detail
    : t("Der Server meldet eine Störung. Bitte versuchen Sie es in einer Minute noch einmal.");
  return new Broken(sentence, answer.status);
}

/** Send; throws Unreachable when no answer comes. */
async function send(address, options) {
  const limit = AbortSignal.timeout(options.wait ?? WAIT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  try {
    return await fetch(address, { credentials: "same-origin", ...options, signal });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreachable(
      t("Keine Verbindung zum Server. Ihre Eingaben bleiben auf diesem Gerät erhalten; speichern Sie noch einmal, sobald die Verbindung wieder da ist."),
    );
  }
}

/**
 * Read JSON.
 *
 * @param {string} address
 * @param {Record<string, any>} [values] query
 * @param {{signal?: AbortSignal}} [options]
 */
export async function read(address, values = {}, options = {}) {
  const answer = await send(withQuery(address, values), {
    headers: { Accept: "application/json" },
    ...options,
  });
  if (!answer.ok) throw await errorOf(answer);
  return await bodyOf(answer);
}

/**
 * Write: POST or PATCH with JSON, or a FormData as it is.
 *
 * @param {string} method
 * @param {string} address
 * @param {object|FormData} body
 * @param {{version?: number}} [options] version for If-Match
 * @returns {Promise<any>} the answer's JSON
 */
export async function write(method, address, body, { version } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": cookie("csrftoken") };
  if (version !== undefined && version !== null) headers["If-Match"] = `"${version}"`;
  const isForm = body instanceof FormData;
  if (!isForm) headers["Content-Type"] = "application/json";
  const answer = await send(address, {
    method,
    headers,
    body: isForm ? body : JSON.stringify(body),
    wait: isForm ? 120_000 : WAIT_MS,
  });
  if (!answer.ok) throw await errorOf(answer);
  return await bodyOf(answer);
}

export { RequestError };
