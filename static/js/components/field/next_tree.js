/** Which tree comes next: the tour's, else the nearest due one; and how the large round button and the list ask for it. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { bearing, directionWord, DUE_STATES, metres } from "baum/core/field/nearest.js";
import { stopsAhead } from "baum/core/field/tour.js";
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
    /** The tour on board (io/field/tours.js): then its order counts instead of the distance. */
    this.tour = null;
  }

  /** From where distances are measured, and its words. */
  origin(current = null) {
    if (this.map.fix) return { here: this.map.fix, from: t("Von hier aus gemessen.") };
    if (current) return { here: current, from: t("Keine Position: vom letzten Baum aus gemessen.") };
    return { here: this.map.middle(), from: t("Keine Position: von der Mitte der Karte aus gemessen.") };
  }

  /** The tour's next trees, else the nearest due ones. */
  nearest(current = null) {
    const { here, from } = this.origin(current);
    const stops = this.#stops("");
    if (stops.length) {
      const rows = stops.slice(0, LISTED).map((id) => this.#seenFrom(here, this.points.get(id)));
      return {
        rows,
        from: `${t("Tour „{name}“, in der Reihenfolge des Wegs.", { name: this.tour.name })} ${from}`,
      };
    }
    const rows = this.#due(here, LISTED).map(({ point }) => this.#seenFrom(here, point));
    return { rows, from };
  }

  #seenFrom(here, point) {
    const degrees = bearing(here, point);
    return { point, metres: metres(here, point), degrees, word: directionWord(degrees, t) };
  }

  /** Ids of the tour's trees that are on board and still to visit. */
  #stops(current) {
    return this.tour ? stopsAhead(this.tour, { current, accept: (id) => Boolean(this.points.get(id)) }) : [];
  }

  /** The next one to go to, or null. */
  after(current = null) {
    const [stop] = this.#stops(current?.id ?? "");
    if (stop) return this.points.get(stop);
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
