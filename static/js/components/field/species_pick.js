/** Choosing a species: frequent ones as chips, the one of the tree before, or a search that forgives typing errors. */

import { SpeciesIndex } from "baum/core/field/species_search.js";
import { t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { chipButton, ChipRow } from "baum/components/field/chips.js";
import { namesOf } from "baum/components/field/tree_words.js";

const FREQUENT = 6;
const FOUND = 8;
const indexes = new WeakMap();
let counter = 0;

/** The search over a reference's species, built once. */
function indexOf(species) {
  if (!indexes.has(species)) indexes.set(species, new SpeciesIndex(species));
  return indexes.get(species);
}

/**
 * @param {{reference: object, label: string, field: string, value: ?string, previous?: ?string,
 *   onChoose: (id: string) => void}} options value, previous: ids; previous: species of the tree before
 * @returns {{element: HTMLElement, set: (id: ?string) => void}}
 */
export function speciesPick({ reference, label, field, value, previous = null, onChoose }) {
  const index = indexOf(reference.species);
  const byId = (id) => reference.species.find((each) => each.id === id);
  counter += 1;
  const id = `species-${counter}`;
  const said = h("p.ff-position", { role: "status" });
  const row = new ChipRow({
    label: t("häufig hier"),
    options: [],
    onChoose: (chosen) => choose(chosen),
  });
  const input = h("input.ff-input", {
    id,
    type: "search",
    autocomplete: "off",
    placeholder: t("deutsch oder botanisch"),
    oninput: () => show(),
  });
  const choose = (chosen) => {
    value = chosen;
    said.textContent = namesOf(byId(chosen));
    onChoose(chosen);
  };
  const words = (
    each,
  ) => [each.id, each.german || each.botanical, { mark: each.german ? each.botanical : "" }];
  const show = () => {
    const text = input.value.trim();
    const found = index.find(text, text ? FOUND : FREQUENT);
    row.chips.hidden = !found.length;
    row.offer(found.map(words), value);
    row.element.querySelector("legend").firstChild.textContent = text ? t("gefunden") : t("häufig hier");
    row.say({
      hint: found.length
        ? ""
        : t("Keine Baumart gefunden. Der Name lässt sich unten als Bemerkung festhalten."),
    });
  };
  const before = byId(previous);
  const element = h(
    "section.ff-part.ff-species",
    { "data-field": field, "aria-label": label },
    h("h3", {}, label),
    said,
    before
      ? chipButton(t("wie der vorige Baum: {name}", { name: before.german || before.botanical }), () => {
        input.value = "";
        choose(before.id);
        show();
      })
      : null,
    h("div.ff-text", {}, h("label", { for: id }, t("Baumart suchen")), input),
    row.element,
  );
  show();
  const set = (chosen) => {
    value = chosen;
    said.textContent = chosen ? namesOf(byId(chosen)) : t("Noch keine Baumart gewählt.");
    row.set(chosen ?? "");
  };
  set(value);
  return { element, set };
}
