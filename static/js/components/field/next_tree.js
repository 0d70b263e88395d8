/** Which tree comes next: the nearest due one, and how the large round button and the list ask for it. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { bearing, directionWord, DUE_STATES } from "baum/core/field/nearest.js";
import { t } from "baum/io/words.js";

/** Trees the list shows. */
const LISTED = 30;

export class NextTree {
  /** @param {{points: import("baum/map/field_points.js").FieldPoints, map: object}} parts */
  constructor({ points, map }) {
    this.points = points;
    this.map = map;
    /** Trees passed over in this round, so that the button goes on instead of coming back. */
    this.passed = new Set();
  }

  /** From where distances are measured, and its words. */
  origin(current = null) {
    if (this.map.fix) return { here: this.map.fix, from: t("Von hier aus gemessen.") };
    if (current) return { here: current, from: t("Keine Position: vom letzten Baum aus gemessen.") };
    return { here: this.map.middle(), from: t("Keine Position: von der Mitte der Karte aus gemessen.") };
  }

  /** The nearest due trees. */
  nearest(current = null) {
    const { here, from } = this.origin(current);
    const rows = this.#due(here, LISTED).map(({ point, metres }) => {
      const degrees = bearing(here, point);
      return { point, metres, degrees, word: directionWord(degrees, t) };
    });
    return { rows, from };
  }

  /** The next one to go to, or null. */
  after(current = null) {
    if (current) this.passed.add(current.id);
    const { here } = this.origin(current);
    const found = this.#first(here);
    if (found || !this.passed.size) return found;
    this.passed = new Set(current ? [current.id] : []);
    return this.#first(here);
  }

  #first(here) {
    return this.#due(here, 1, ({ id }) => !this.passed.has(id))[0]?.point ?? null;
  }

  /** The map's points carry the state of the day, so that thousands are asked in a moment. */
  #due({ lon, lat }, count, accept = () => true) {
    const due = (point) => (point.immediate || DUE_STATES.includes(point.state)) && accept(point);
    return this.points.index.near(lon, lat, count, { accept: due });
  }
}

/** The large round button in the thumb zone. */
export const nextButton = (onclick) =>
  h(
    "button.field-next",
    { type: "button", onclick },
    fieldIcon("next"),
    h("span", {}, t("Nächster Baum")),
  );
