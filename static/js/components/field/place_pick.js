/** Choosing a street or green space: the nearest as chips, any other by its name. */

import { t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { ChipRow } from "baum/components/field/chips.js";

const NEAREST = 4;
const FOUND = 6;
const METRES_LAT = 111_320;
let counter = 0;

/** Roughly how far a spot is outside a box in metres; 0 inside, Infinity without box. */
function outside({ lon, lat }, bbox) {
  if (!bbox) return Infinity;
  const [west, south, east, north] = bbox;
  const dx = Math.max(west - lon, 0, lon - east) * METRES_LAT * Math.cos(lat * Math.PI / 180);
  const dy = Math.max(south - lat, 0, lat - north) * METRES_LAT;
  return Math.hypot(dx, dy);
}

const sizeOf = (bbox) => bbox ? (bbox[2] - bbox[0]) * (bbox[3] - bbox[1]) : Infinity;

/** Places around a spot: those whose trees surround it first, the smaller before the larger. */
export function placesNear(places, spot, n = NEAREST) {
  if (!spot) return [];
  return places.map((place) => ({ place, away: outside(spot, place.bbox) }))
    .filter(({ away }) => away < 500)
    .sort((a, b) => a.away - b.away || sizeOf(a.place.bbox) - sizeOf(b.place.bbox))
    .slice(0, n)
    .map(({ place }) => place);
}

const folded = (text) => text.toLocaleLowerCase("de").replace(/ß/g, "ss");

/** Places whose name holds all words; names that begin so first. */
function named(places, text) {
  const words = folded(text).split(/\s+/).filter(Boolean);
  const begins = (place) => folded(place.name).startsWith(words[0]) ? 0 : 1;
  return places.filter((place) => words.every((word) => folded(place.name).includes(word)))
    .sort((a, b) => begins(a) - begins(b) || a.name.localeCompare(b.name, "de"))
    .slice(0, FOUND);
}

/**
 * @param {{places: object[], value: ?string, spot: () => ?object, onChoose: (id: string) => void}} options
 * @returns {{element: HTMLElement, near: () => void}} near: the spot has changed, offer what is around it
 */
export function placePick({ places, value, spot, onChoose }) {
  counter += 1;
  const id = `place-${counter}`;
  const nameOf = (chosen) => places.find((place) => place.id === chosen)?.name ?? "";
  const said = h("p.ff-position", { role: "status" });
  const row = new ChipRow({
    label: t("in der Nähe"),
    options: [],
    onChoose: (chosen) => {
      value = chosen;
      said.textContent = nameOf(chosen);
      onChoose(chosen);
    },
  });
  const input = h("input.ff-input", { id, type: "search", autocomplete: "off", oninput: () => show() });
  const show = () => {
    const text = input.value.trim();
    const found = text ? named(places, text) : placesNear(places, spot());
    row.chips.hidden = !found.length;
    row.offer(found.map((place) => [place.id, place.name]), value);
    row.element.querySelector("legend").firstChild.textContent = text ? t("gefunden") : t("in der Nähe");
    row.say({
      hint: found.length
        ? ""
        : text
        ? t("Keine Straße oder Anlage mit diesem Namen.")
        : t("In der Nähe ist keine bekannt."),
    });
    said.textContent = nameOf(value) || t("Noch keine Straße oder Anlage gewählt.");
  };
  show();
  const element = h(
    "section.ff-part",
    { "data-field": "place", "aria-label": t("Straße oder Anlage") },
    h("h3", {}, t("Straße oder Anlage")),
    said,
    row.element,
    h("div.ff-text", {}, h("label", { for: id }, t("nach Namen suchen")), input),
  );
  const near = (chosen = value) => {
    value = chosen;
    show();
  };
  return { element, near };
}
