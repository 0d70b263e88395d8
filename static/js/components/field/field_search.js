/** Search on board by number, street or plate; the field app's search screen. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { openScreen, tapButton } from "baum/components/field/parts.js";
import { treeRow } from "baum/components/field/tree_list.js";
import { find } from "baum/io/field/trees.js";
import { t } from "baum/io/words.js";

/** After the last letter, before the search. */
const WAIT_MS = 200;

class FieldSearch extends HTMLElement {
  /** @param {{day: string, stated: (point: object) => object, speciesName: (id: string) => string}} options */
  configure(options) {
    this.options = options;
    return this;
  }

  connectedCallback() {
    if (!this.field) this.#build();
    this.field.focus();
  }

  #build() {
    this.field = h("input.field-search__input", {
      id: "field-search-input",
      type: "search",
      inputmode: "search",
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "search",
      oninput: () => this.#later(),
      onkeydown: (event) => event.key === "Enter" && this.#openFirst(),
    });
    this.said = h("p.field-lead", { role: "status" }, t("Nummer, Straße oder Plakette, auch mehrere Wörter."));
    this.list = h("ol.field-rows");
    this.append(
      h(
        "div.field-search",
        {},
        h("label.kern-sr-only", { for: "field-search-input" }, t("Baum suchen")),
        fieldIcon("search"),
        this.field,
      ),
      h(
        "div.field-search__keys",
        { role: "group", "aria-label": t("Ziffern") },
        [..."1234567890"].map((digit) => this.#key(digit, digit, () => this.#type(digit))),
        this.#key("⌫", t("Letztes Zeichen löschen"), () => this.#erase()),
      ),
      tapButton(t("Plakette scannen"), { icon: "scan", wide: true }, { onclick: () => openScreen("scan") }),
      this.said,
      this.list,
    );
  }

  /** A digit for gloves: the tablet's own keyboard stays away. */
  #key(sign, label, onclick) {
    return h("button.field-key", { type: "button", "aria-label": label, onclick }, sign);
  }

  #type(digit) {
    this.field.value += digit;
    this.#later();
  }

  #erase() {
    this.field.value = this.field.value.slice(0, -1);
    this.#later();
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#search(), WAIT_MS);
  }

  async #search() {
    const words = this.field.value.trim();
    const found = words ? await find(words) : [];
    if (words !== this.field.value.trim()) return;
    this.found = found;
    this.list.replaceChildren(...found.map((point) =>
      treeRow(this.options.stated(point), {
        day: this.options.day,
        species: this.options.speciesName(point.species),
      })
    ));
    this.said.textContent = !words
      ? t("Nummer, Straße oder Plakette, auch mehrere Wörter.")
      : found.length
      ? t("{n} gefunden", { n: found.length })
      : t("Unter den mitgenommenen Bäumen ist „{words}“ nicht dabei.", { words });
  }

  #openFirst() {
    this.list.querySelector("button")?.click();
  }
}

customElements.define("field-search", FieldSearch);
