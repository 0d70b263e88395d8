/** Where a tree stands: the own position with its accuracy, or the crosshair on the map; planting and moving ask for it. */

import { metresBetween } from "baum/core/geodesy.js";
import { number } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { chipButton } from "baum/components/field/chips.js";
import { screens } from "baum/components/field/screens.js";

/** From this on a position is called inaccurate, in metres. */
const ROUGH_M = 5;

const inMetres = (value) => t("{n} m", { n: number(value, LANGUAGE, value < 10 ? 1 : 0) });

/** A fix of the receiver as position values. */
export function fromFix(fix) {
  const accuracy = fix.accuracy_m ?? fix.accuracy ?? null;
  return {
    lon: fix.lon,
    lat: fix.lat,
    accuracy_m: accuracy === null ? null : Math.round(accuracy * 10) / 10,
    source: "gnss",
  };
}

/** A spot chosen on the map as position values. */
export const fromMap = ({ lon, lat }) => ({ lon, lat, accuracy_m: null, source: "map" });

/**
 * @param {{values: {position: ?object}, set: Function, on: Function, frame: object}} deed
 * @param {{ctx: object, from?: {lon: number, lat: number}}} options from: where the tree stood
 */
export function positionPart(deed, { ctx, from = null }) {
  const said = h("p.ff-position", { role: "status" });
  const hint = h("p.ff-hint");
  const own = chipButton(t("Eigene Position"), () => {
    const fix = ctx.map.position();
    if (fix) deed.set("position", fromFix(fix));
    else hint.textContent = t("Das Tablet kennt seine Position noch nicht. Das Fadenkreuz geht immer.");
  });
  const cross = chipButton(t("Fadenkreuz auf der Karte"), async () => {
    const spot = await ctx.map.pick(deed.values.position ?? from);
    if (spot) deed.set("position", fromMap(spot));
    if (!screens.open) screens.show(deed.frame.name, deed.frame.element, { foot: false });
    cross.focus();
  });
  const update = () => {
    const { position } = deed.values;
    said.textContent = position ? wordsOf(position, from) : t("Noch keine Lage gewählt.");
    hint.textContent = position?.accuracy_m > ROUGH_M
      ? t("Das ist ungenau. Das Fadenkreuz oder ein paar Sekunden Warten helfen.")
      : "";
  };
  deed.on(update);
  update();
  return h(
    "section.ff-part",
    { "data-field": "position", "aria-label": t("Lage") },
    h("h3", {}, t("Lage")),
    said,
    h("div.ff-chips", {}, own, cross),
    hint,
  );
}

function wordsOf(position, from) {
  const source = position.source === "gnss"
    ? position.accuracy_m
      ? t("Eigene Position, auf {n} genau", { n: inMetres(position.accuracy_m) })
      : t("Eigene Position")
    : t("Vom Fadenkreuz auf der Karte");
  if (!from) return source;
  return t("{source}: {n} vom bisherigen Ort", { source, n: inMetres(metresBetween(from, position)) });
}
