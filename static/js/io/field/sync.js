/** Sends what waits, by itself: when there is a net, after each entry, after a break; one tab at a time. */

import { FactorMissing, RequestError, SignedOut, Unreachable } from "baum/io/errors.js";
import { dropOrphans } from "baum/io/field/area_rows.js";
import { open } from "baum/io/field/database.js";
import { keyHeader } from "baum/io/field/device.js";
import { forgetEverything, isHandedIn } from "baum/io/field/farewell.js";
import { askForNews, handIn, nothingUnderWay, sendable } from "baum/io/field/hand_in.js";
import { askForPhotos, handInPhoto, photoQueue } from "baum/io/field/hand_in_photos.js";
import { TokenStale } from "baum/io/field/net.js";
import { sendLostAgain } from "baum/io/field/lost.js";
import { counts, purge } from "baum/io/field/outbox.js";
import { people, refresh } from "baum/io/field/session.js";
import { asTheOnlyOne } from "baum/io/field/sender_lock.js";
import { outboxSignal, senderSignal } from "baum/io/field/signals.js";
import { t } from "baum/io/words.js";

const AGAIN_MS = 30_000;
const NEWS_MS = 600_000;
const FIRST_BACKOFF_MS = 4_000;
const LONGEST_BACKOFF_MS = 300_000;
const PURGE_EVERY_MS = 3_600_000;

/**
 * What the sender is doing. `at`: since when; `contact`: when the server last answered (ISO, or null).
 *
 * @type {{phase: "idle"|"sending"|"offline"|"signed_out"|"half_signed_in"|"blocked"|"failed", sentence: string,
 *   at: string, contact: string|null}}
 */
export const state = { phase: "idle", sentence: "", at: new Date().toISOString(), contact: null };

/** "change" when `state` has changed, also when another tab sends. */
export const changes = senderSignal;
senderSignal.addEventListener("change", ({ detail }) => Object.assign(state, detail));

let failures = 0;
let timer = null;
let running = null;
let wanted = false;
let started = false;
let isForgotten = false;
let purgedAt = 0;
let told = null;

function say(phase, sentence = "") {
  const isSame = state.phase === phase && state.sentence === sentence;
  if (isSame && state.contact === told) return;
  told = state.contact;
  const at = isSame ? state.at : new Date().toISOString();
  senderSignal.tell({ phase, sentence, at, contact: told });
}

/** Hand in everything of one person; entries recorded meanwhile go before the next photo. */
async function handInAll(person, { key = null } = {}) {
  const stuck = new Set();
  const stuckPhotos = new Set();
  for (;;) {
    await handIn(person, { key, stuck });
    const queue = (await photoQueue(person)).filter((id) => !stuckPhotos.has(id));
    if (!queue.length) return;
    for (const id of queue) {
      if (!(await handInPhoto(id, { key }))) stuckPhotos.add(id);
      const newer = await sendable(person, { key });
      if (newer.some((entry) => !stuck.has(entry.id))) break;
    }
  }
}

async function hasWork(person, key) {
  return (await sendable(person, { key })).length > 0 || (await photoQueue(person)).length > 0;
}

/** Deposit what waits by the device's own right, each person's under the person's own key. */
async function depositFor(persons) {
  let asked = false;
  for (const { id } of persons) {
    const key = await keyHeader(id);
    if (!key) continue;
    try {
      if (await hasWork(id, key)) await handInAll(id, { key });
      else if (!asked) await askForNews(id, { key });
      asked = true;
    } catch (error) {
      // A key that was withdrawn opens nothing; the entries wait for their person.
      if (!(error instanceof SignedOut)) throw error;
    }
  }
}

async function handInSignedIn(user, database) {
  if (await hasWork(user.id, null)) {
    say("sending");
    await handInAll(user.id);
  } else {
    await askForNews(user.id);
  }
  await askForPhotos(user.id);
  if (await sendLostAgain(user.id, database)) await handInAll(user.id);
}

/** The user's part with a fresh token once, where the first one was too old. */
async function withFreshToken(user, database) {
  try {
    await handInSignedIn(user, database);
  } catch (error) {
    if (!(error instanceof TokenStale)) throw error;
    const again = await refresh();
    if (!again.user) throw again.refusal ?? new SignedOut(error.sentence, 401);
    await handInSignedIn(again.user, again.database);
  }
}

/** Nobody may send: what waits is deposited. A missing second factor is said in the server's words. */
async function signedOut(refusal) {
  await depositFor(await people());
  if (refusal instanceof FactorMissing) return say("half_signed_in", refusal.sentence);
  const { total, deposited } = await counts();
  say(
    "signed_out",
    deposited && !total
      ? t("Beim Büro hinterlegt. Nach der Anmeldung wird es übernommen.")
      : t("Die Anmeldung ist abgelaufen. Alles bleibt auf dem Tablet, bis sich jemand anmeldet."),
  );
}

/** A blocked device hands in what everybody left on it, then forgets. */
async function endIfBlocked(user) {
  const db = await open();
  const own = (await db.get("meta", "device"))?.value;
  if (!own?.blocked) return false;
  await depositFor((await people()).filter((person) => person.id !== user?.id));
  if (!(await isHandedIn())) {
    say("blocked", t("Dieses Tablet ist gesperrt. Es gibt noch ab, was auf ihm liegt."));
    return true;
  }
  await forgetEverything();
  isForgotten = true;
  say("blocked", t("Dieses Tablet ist gesperrt. Alles ist abgegeben, auf dem Tablet liegt nichts mehr."));
  return true;
}

async function contact() {
  await nothingUnderWay();
  const { user, database, refusal } = await refresh();
  state.contact = new Date().toISOString();
  let isSignedIn = Boolean(user);
  let stopped = refusal;
  if (isSignedIn) {
    try {
      await withFreshToken(user, database);
    } catch (error) {
      if (!(error instanceof SignedOut)) throw error;
      isSignedIn = false;
      stopped = error;
    }
  }
  if (!isSignedIn) await signedOut(stopped);
  if (await endIfBlocked(isSignedIn ? user : null)) return;
  if (isSignedIn) say("idle");
  if (Date.now() - purgedAt > PURGE_EVERY_MS) {
    purgedAt = Date.now();
    await purge(purgedAt);
    await dropOrphans(purgedAt);
  }
}

function failed(error) {
  failures += 1;
  if (error instanceof Unreachable) say("offline", error.sentence);
  else if (error instanceof RequestError) say("failed", error.sentence);
  else {
    console.warn(error);
    say(
      "failed",
      error.sentence ?? t("Beim Senden ist etwas schiefgegangen. Es wird später wieder versucht."),
    );
  }
}

/** Milliseconds until the next try; failures wait longer and longer, never all tablets at once. */
export function backoff(count, chance) {
  const longest = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(count - 1, 16));
  return longest * (0.75 + chance / 2);
}

async function plan() {
  if (isForgotten) return;
  if (failures) return wake(backoff(failures, Math.random()));
  const { total, unsettled } = await counts().catch(() => ({ total: 1, unsettled: 0 }));
  wake(total ? AGAIN_MS : NEWS_MS, { keepSooner: true });
  if (unsettled) wake(NEWS_MS, { keepSooner: true });
}

let wakesAt = Infinity;

function wake(delay, { keepSooner = false } = {}) {
  if (isForgotten || !started) return;
  const at = Date.now() + delay;
  if (keepSooner && timer !== null && wakesAt <= at) return;
  clearTimeout(timer);
  wakesAt = at;
  timer = setTimeout(() => {
    timer = null;
    wakesAt = Infinity;
    if (navigator.onLine === false) {
      say("offline", t("Kein Netz. Alles bleibt auf dem Tablet und wird gesendet, sobald Netz da ist."));
    } else now();
  }, delay);
}

async function round() {
  do {
    wanted = false;
    try {
      if (await asTheOnlyOne(contact)) failures = 0;
    } catch (error) {
      failed(error);
    }
  } while (wanted && !failures && !isForgotten);
  await plan();
}

/**
 * Send now; resolves when everything that may go has gone or the round has failed (see `state`).
 *
 * What was recorded in the last ten seconds stays held.
 */
export function now() {
  if (isForgotten) return Promise.resolve();
  wanted = true;
  running ??= round().finally(() => {
    running = null;
  });
  return running;
}

/** Begin to send by itself; once per page. */
export function start() {
  if (started) return;
  started = true;
  globalThis.addEventListener("online", () => {
    failures = 0;
    now();
  });
  globalThis.addEventListener(
    "offline",
    () => say("offline", t("Kein Netz. Alles bleibt auf dem Tablet und wird gesendet, sobald Netz da ist.")),
  );
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wake(0);
  });
  outboxSignal.addEventListener("change", ({ detail }) => {
    if (detail.hold_until) wake(Math.max(0, detail.hold_until - Date.now()) + 50, { keepSooner: true });
  });
  wake(0);
}
