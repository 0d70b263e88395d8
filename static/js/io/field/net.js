/** Requests of the field app: one address below /api/v1/field/, with a time limit and errors by name. */

import { Broken, FactorMissing, Forbidden, RequestError, SignedOut, Unreachable } from "baum/io/errors.js";
import { t } from "baum/io/words.js";

export const ROOT = "/api/v1/field/";
const WAIT_MS = 30_000;

/** 403 because the token is missing or old: a fresh session question mends it. */
export class TokenStale extends RequestError {}

function token() {
  const found = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return found ? decodeURIComponent(found.slice("csrftoken=".length)) : "";
}

/** A signal that ends after a time or when the other one does; AbortSignal.any is too new for some tablets. */
function limited(signal, wait) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), wait);
  const onAbort = () => stop.abort();
  if (signal?.aborted) stop.abort();
  signal?.addEventListener("abort", onAbort);
  const done = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
  return { signal: stop.signal, done };
}

function nothingCame() {
  return new Unreachable(t("Kein Netz. Alles bleibt auf dem Tablet und wird gesendet, sobald Netz da ist."));
}

/**
 * Ask and read the whole answer inside the time limit.
 *
 * With `key` the request goes without cookies: the device speaks for itself.
 *
 * @param {string} method
 * @param {string} address absolute path, or below /api/v1/field/
 * @param {{body?: any, headers?: object, signal?: AbortSignal, wait?: number, key?: string|null,
 *   as?: "json"|"buffer"|"blob"}} [options]
 * @returns {Promise<{status: number, headers: Headers, body: any}>}
 */
export async function ask(
  method,
  address,
  { body, headers = {}, signal, wait = WAIT_MS, key = null, as = "json" } = {},
) {
  const limit = limited(signal, wait);
  const isRaw = body === undefined || body instanceof ArrayBuffer || body instanceof Blob;
  const proof = key ? { Authorization: key } : { "X-CSRFToken": token() };
  try {
    const answer = await fetch(address.startsWith("/") ? address : ROOT + address, {
      method,
      credentials: key ? "omit" : "same-origin",
      cache: "no-store",
      headers: {
        Accept: "application/json",
        ...(isRaw ? {} : { "Content-Type": "application/json" }),
        ...(method === "GET" ? (key ? proof : {}) : proof),
        ...headers,
      },
      body: isRaw ? body : JSON.stringify(body),
      signal: limit.signal,
    });
    const readAs = !answer.ok || as === "json" ? "text" : as;
    const raw = readAs === "text"
      ? await answer.text()
      : await (as === "blob" ? answer.blob() : answer.arrayBuffer());
    return { status: answer.status, headers: answer.headers, body: readAs === "text" ? parsed(raw) : raw };
  } catch (error) {
    if (signal?.aborted) throw new DOMException(String(error?.message ?? ""), "AbortError");
    throw nothingCame();
  } finally {
    limit.done();
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** The named error of a status that is no success. */
export function problemOf({ status, body }) {
  const said = body?.sentence ?? body?.detail;
  if (status === 401) {
    return new SignedOut(t("Die Anmeldung ist abgelaufen. Alles bleibt auf dem Tablet, bis sich jemand anmeldet."), 401);
  }
  if (status === 403 && (!said || /csrf/i.test(said))) {
    return new TokenStale(t("Die Anmeldung ist abgelaufen. Alles bleibt auf dem Tablet, bis sich jemand anmeldet."), 403);
  }
  if (status === 403 && body.code === "second_factor_missing") return new FactorMissing(said, 403);
  if (status === 403) return new Forbidden(said, 403);
  if (status < 500 && said) return new Broken(said, status);
  return new Broken(
    t("Der Server meldet eine Störung. Alles bleibt auf dem Tablet und wird später gesendet."),
    status,
  );
}

/** Ask for JSON; whatever is no success is thrown by name. */
export async function askJson(method, address, options = {}) {
  const answer = await ask(method, address, options);
  if (answer.status < 200 || answer.status > 299) throw problemOf(answer);
  return answer.body;
}
