/** Choosing one spot on the map: a crosshair in its middle, a tap moves the map there; no drag is needed. */

import { h } from "baum/components/elements.js";
import { tapButton } from "baum/components/field/parts.js";
import { t } from "baum/io/words.js";

/** Where panels of the map stand, in place of the thumb zone; pages/field.js puts it into the frame. */
export const aimHost = h("div.field-aim", { hidden: true });

/** Give the map to a task: sheet and screens step aside until `leave` is called. */
export function takeMap(task, map, panel) {
  aimHost.replaceChildren(
    h("div.field-aim__view", { "aria-hidden": "true" }, h("span.field-aim__cross")),
    panel,
  );
  aimHost.hidden = false;
  document.documentElement.dataset.aim = task;
  const covered = { ...map.covered };
  const { inert } = map.element;
  map.element.inert = false;
  map.cover({ right: 0, bottom: panel.offsetHeight });
  const onKey = (event) => event.key === "Escape" && panel.dispatchEvent(new Event("leave"));
  document.addEventListener("keydown", onKey, true);
  panel.querySelector("button")?.focus({ preventScroll: true });
  return () => {
    document.removeEventListener("keydown", onKey, true);
    map.takeTaps(null);
    map.element.inert = inert;
    map.cover(covered);
    delete document.documentElement.dataset.aim;
    aimHost.hidden = true;
    aimHost.replaceChildren();
  };
}

/** Two buttons by which the map comes nearer or goes further. */
export const zoomButtons = (map) => [
  tapButton(t("Näher heran"), { icon: "plus" }, { onclick: () => map.zoomBy(1) }),
  tapButton(t("Weiter weg"), { icon: "minus" }, { onclick: () => map.zoomBy(-1) }),
];

/**
 * Let a person choose a spot.
 *
 * @param {import("baum/map/field_map.js").FieldMap} map
 * @param {{lat: number, lon: number}|null} [start]
 * @param {string} [sentence]
 * @returns {Promise<{lat: number, lon: number}|null>} null when the choice was left
 */
export function pickPosition(map, start = null, sentence = "") {
  return new Promise((resolve) => {
    map.follow(false);
    const end = (result) => {
      leave();
      resolve(result);
    };
    const panel = h(
      "div.field-aim__panel",
      { role: "dialog", "aria-label": t("Stelle wählen") },
      h(
        "p",
        {},
        sentence || t("Das Kreuz auf die Stelle bringen. Ein Tipp auf die Karte holt sie unter das Kreuz."),
      ),
      h("div.field-aim__buttons", {}, zoomButtons(map)),
      h(
        "div.field-aim__buttons",
        {},
        tapButton(t("Hier übernehmen"), { kind: "primary", icon: "check" }, {
          onclick: () => end(map.middle()),
        }),
        tapButton(t("Abbrechen"), {}, { onclick: () => end(null) }),
      ),
    );
    panel.addEventListener("leave", () => end(null));
    const leave = takeMap("pick", map, panel);
    map.takeTaps(([lon, lat]) => map.goTo({ lat, lon }));
    if (start) map.goTo(start, Math.max(map.map.getZoom(), 19), { animate: false });
  });
}
