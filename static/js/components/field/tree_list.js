/** The nearest due trees with distance and direction, for the field app's list screen. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { metresWords, openTree } from "baum/components/field/parts.js";
import { dueWords } from "baum/core/lateness.js";
import { STATES } from "baum/io/states.js";
import { LANGUAGE, nameOf, t } from "baum/io/words.js";
import "baum/components/state_symbol.js";

/** Words of a point: number and place; an unnumbered one was made on the tablet. */
export const titleOf = (point) =>
  point.number ? t("Baum {number}", { number: point.number }) : t("Neuer Baum (Nummer folgt)");

/** State and lateness in one line. */
export function stateWords(point, day) {
  const plan = point.plan ?? {};
  const due = dueWords(
    { state: point.state, due_on: plan.due_on, exempt_until: plan.exempt_until },
    day,
    t,
    LANGUAGE,
  );
  return [nameOf(STATES.get(point.state)), due].filter(Boolean).join(" · ");
}

/**
 * A row that opens a tree.
 *
 * @param {object} point with state
 * @param {{day: string, metres?: number, degrees?: number, word?: string, species?: string}} about
 */
export function treeRow(point, { day, metres, degrees, word, species = "" }) {
  const symbol = h("state-symbol", { code: point.state, immediate: point.immediate });
  const arrow = fieldIcon("arrow");
  if (degrees !== undefined) arrow.style.transform = `rotate(${Math.round(degrees)}deg)`;
  return h(
    "li",
    {},
    h(
      "button.field-row",
      { type: "button", onclick: () => openTree(point.id), dataset: { tree: point.id } },
      symbol,
      h(
        "span.field-row__words",
        {},
        h("strong", {}, [titleOf(point), point.place_name].filter(Boolean).join(" · ")),
        species ? h("span", {}, species) : null,
        h("span", {}, stateWords(point, day)),
      ),
      metres === undefined ? null : h(
        "span.field-row__far",
        {},
        h("strong", {}, metresWords(metres)),
        h("span", {}, arrow, h("span", {}, word)),
      ),
    ),
  );
}

/** The screen; `refresh()` sorts again without losing the place in the list. */
class FieldTreeList extends HTMLElement {
  /** @param {{nearest: () => {rows: object[], from: string}, day: string, speciesName: (id: string) => string}} options */
  configure(options) {
    this.options = options;
    return this;
  }

  connectedCallback() {
    this.said ||= h("p.field-lead", { "aria-live": "polite" });
    this.list ||= h("ol.field-rows");
    this.replaceChildren(this.said, this.list);
    this.refresh();
  }

  /** Called for every good position: rows are only made again when their order or distance changed. */
  refresh() {
    const { rows, from } = this.options.nearest();
    const key = rows.map(({ point, metres }) => `${point.id}${point.state}${metresWords(metres)}`).join();
    this.said.textContent = rows.length
      ? from
      : t("Kein mitgenommener Baum ist fällig. Unter „Mitnehmen“ lassen sich weitere holen.");
    if (key === this.key) return;
    this.key = key;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.tree : "";
    this.list.replaceChildren(...rows.map((row) => this.#row(row)));
    if (focused) this.list.querySelector(`[data-tree="${focused}"]`)?.focus({ preventScroll: true });
  }

  #row({ point, metres, degrees, word }) {
    const species = this.options.speciesName(point.species);
    return treeRow(point, { day: this.options.day, metres, degrees, word, species });
  }
}

customElements.define("field-tree-list", FieldTreeList);
