/** Drawing a polygon on the tablet's map corner by corner, by taps; take_along.js and tree groups ask for it. */

import { h } from "baum/components/elements.js";
import { takeMap, zoomButtons } from "baum/components/field/aim.js";
import { tapButton } from "baum/components/field/parts.js";
import { closedRing, crossesItself } from "baum/core/field/groups.js";
import { t } from "baum/io/words.js";

/**
 * @param {import("baum/map/field_map.js").FieldMap} map
 * @param {string} sentence what to tap
 * @param {string} name what the panel is called
 * @returns {Promise<[number, number][]|null>} closed ring of lon, lat; null when it was left
 */
export function drawRing(map, sentence, name) {
  return new Promise((resolve) => {
    const ring = [];
    const said = h("p", { role: "status" }, sentence);
    const back = tapButton(t("Ecke zurück"), { icon: "back" }, { onclick: () => change(() => ring.pop()) });
    const done = tapButton(t("Fertig"), { kind: "primary", icon: "check" }, {
      onclick: () => end(closedRing(ring)),
    });
    const panel = h(
      "div.field-aim__panel",
      { role: "dialog", "aria-label": name },
      said,
      h(
        "div.field-aim__buttons",
        {},
        zoomButtons(map),
        tapButton(t("Ecke am Kreuz"), { icon: "plus" }, {
          onclick: () => change(() => ring.push(spotOf(map.middle()))),
        }),
        back,
      ),
      h("div.field-aim__buttons", {}, done, tapButton(t("Abbrechen"), {}, { onclick: () => end(null) })),
    );
    const end = (result) => {
      leave();
      map.ring.show([]);
      resolve(result);
    };
    const change = (deed) => {
      deed();
      map.ring.show(ring);
      const problem = ring.length < 3 ? "few" : crossesItself(ring) ? "crossed" : "";
      back.disabled = !ring.length;
      done.disabled = Boolean(problem);
      said.textContent = wordsOf(ring, problem, sentence);
    };
    panel.addEventListener("leave", () => end(null));
    const leave = takeMap("draw", map, panel);
    map.follow(false);
    map.takeTaps((spot) => change(() => ring.push(spot)));
    change(() => {});
  });
}

const spotOf = ({ lon, lat }) => [lon, lat];

function wordsOf(ring, problem, sentence) {
  if (!ring.length) return sentence;
  if (problem === "few") {
    return ring.length === 1
      ? t("1 Ecke gesetzt, mindestens 3 sind nötig.")
      : t("{n} Ecken gesetzt, mindestens 3 sind nötig.", { n: ring.length });
  }
  if (problem) return t("Die Linien kreuzen sich. „Ecke zurück“ nimmt die letzte Ecke weg.");
  return t("{n} Ecken gesetzt.", { n: ring.length });
}
