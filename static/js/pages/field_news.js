/** Carries news to the field app's frame: positions, what is sent, room and clock, rows that came from the server. */

import { screens } from "baum/components/field/screens.js";
import { wrongBy } from "baum/io/field/clock.js";
import { watch } from "baum/io/field/gnss.js";
import { changes as outboxChanges, counts } from "baum/io/field/outbox.js";
import { reference } from "baum/io/field/reference.js";
import { changes as personChanges, person, settings } from "baum/io/field/session.js";
import { room } from "baum/io/field/storage.js";
import { changes as sendingChanges, state } from "baum/io/field/sync.js";
import { changes as treeChanges, points as allPoints, pointsNow } from "baum/io/field/trees.js";
import { t } from "baum/io/words.js";

/** News that come within this time are told together. */
const TOGETHER_MS = 200;
const ROOM_EVERY_MS = 120_000;
/** Above this many trees, reading all is quicker than one by one. */
const FEW = 300;

/** Call `work` soon, once for many calls. */
function soon(work) {
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      work();
    }, TOGETHER_MS);
  };
}

/** The strip on top. */
export function watchStrip(app) {
  const outgoing = soon(async () => {
    app.strip.showOutgoing(await counts(app.person?.id ?? null), state);
    app.strip.showClock(await wrongBy());
  });
  const space = async () => app.strip.showRoom(await room());
  outboxChanges.addEventListener("change", outgoing);
  sendingChanges.addEventListener("change", outgoing);
  personChanges.addEventListener("change", async () => {
    app.person = await person();
    outgoing();
  });
  sendingChanges.addEventListener("change", async () => {
    app.settings = await settings();
    app.reference = await reference() ?? app.reference;
  });
  setInterval(space, ROOM_EVERY_MS);
  outgoing();
  space();
}

/** The own position: strip, map and list. */
export function watchPosition(app) {
  watch((fix) => {
    app.gnssProblem = "";
    const usable = !app.maxAccuracy || fix.accuracy_m <= app.maxAccuracy;
    app.strip.showPosition({ accuracy_m: fix.accuracy_m, usable });
    app.map.showFix(fix, usable);
    if (screens.name === "list") screens.page.element.refresh();
  }, ({ kind, sentence }) => {
    app.gnssProblem = sentence;
    app.strip.showPosition(null, kind === "denied" ? t("Position nicht erlaubt") : t("keine Position"));
  });
}

/** Rows that were fetched, entries that the server has taken. */
export function watchTrees(app) {
  let waiting = new Set();
  let everything = false;
  const mend = soon(async () => {
    const [ids, all] = [[...waiting], everything];
    [waiting, everything] = [new Set(), false];
    if (all || ids.length > FEW) await app.points.load(await allPoints());
    else {
      const found = new Map((await pointsNow(ids)).map((point) => [point.id, point]));
      app.points.put(ids.map((id) => [id, found.get(id) ?? null]));
    }
    if (screens.name === "list") screens.page.element.refresh();
  });
  treeChanges.addEventListener("change", ({ detail }) => {
    if (detail?.ids) detail.ids.forEach((id) => waiting.add(id));
    else everything = true;
    mend();
  });
}
