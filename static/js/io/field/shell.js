/** The app's own installation: its service worker, and a new version only when it can read what is kept here. */

import { SCHEMA } from "baum/io/field/database.js";
import { t } from "baum/io/words.js";

const WORKER = "/feld/sw.js";
const SCOPE = "/feld/";
const WAIT_MS = 10_000;

/** "newVersion" with `detail.accept()` when a newer app waits. */
export const changes = new EventTarget();

let isReloading = false;

/** Can this address install an app at all? Over plain http only this very machine can. */
export function canInstall() {
  return globalThis.isSecureContext === true && "serviceWorker" in navigator;
}

/** Why it cannot, for people; "" when it can. */
export function whyNot() {
  if (canInstall()) return "";
  if (globalThis.isSecureContext !== true) {
    return t(
      "Für die Arbeit ohne Netz braucht es eine gesicherte Verbindung (https://). Die IT richtet sie auf dem Server ein.",
    );
  }
  return t("Dieser Browser kann die App nicht für die Arbeit ohne Netz aufheben.");
}

/** Ask a worker something; null when it does not answer in time. */
function askWorker(worker, message) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(null), WAIT_MS);
    port1.onmessage = ({ data }) => {
      clearTimeout(timer);
      resolve(data);
    };
    worker.postMessage(message, [port2]);
  });
}

/**
 * Let the waiting version take over; the page starts anew with it.
 *
 * @returns {Promise<{ok: boolean, sentence: string}>} not ok: it does not read what this version has kept
 */
async function accept(worker) {
  const answer = await askWorker(worker, { type: "take-over", schema: SCHEMA });
  if (answer?.ok) return { ok: true, sentence: "" };
  if (answer) {
    return {
      ok: false,
      sentence: t(
        "Die neue Fassung kann noch nicht übernommen werden: Sie liest nicht, was auf diesem Tablet liegt. Erst alles senden; nichts geht verloren.",
      ),
    };
  }
  return { ok: false, sentence: t("Die neue Fassung antwortet nicht. Bitte später noch einmal versuchen.") };
}

function offer(worker) {
  const detail = { accept: () => accept(worker) };
  changes.dispatchEvent(new CustomEvent("newVersion", { detail }));
}

function follow(registration) {
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => {
      if (coming.state === "installed" && navigator.serviceWorker.controller) offer(coming);
    });
  });
}

/**
 * Install the app; once per page.
 *
 * @returns {Promise<boolean>} true: it starts without a net from now on
 */
export async function register() {
  if (!canInstall()) return false;
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // The first worker takes over a page that is already what it would give.
    if (!hadOne || isReloading) return;
    isReloading = true;
    location.reload();
  });
  try {
    follow(await navigator.serviceWorker.register(WORKER, { scope: SCOPE, updateViaCache: "none" }));
  } catch {
    // No net: the worker that is here goes on.
    return Boolean(navigator.serviceWorker.controller);
  }
  const ready = navigator.serviceWorker.ready.then(() => true);
  const late = new Promise((resolve) => setTimeout(() => resolve(false), 60_000));
  return await Promise.race([ready, late]);
}

/** Look for a newer version; for a page that stays open for days. */
export async function lookForNewer() {
  const registration = await navigator.serviceWorker?.getRegistration(SCOPE);
  await registration?.update().catch(() => {});
}
