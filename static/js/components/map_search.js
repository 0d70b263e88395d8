/** `<map-search>`: finds trees by number, places and species; a combobox for mouse, finger and keys. */

import { read } from "baum/io/api.js";
import { t } from "baum/io/words.js";
import { h, icon, tell } from "baum/components/elements.js";

const WAIT_MS = 180;

/** Words for what was found. */
const KIND_WORDS = { tree: t("Baum"), place: t("Objekt"), species: t("Baumart"), district: t("Ortsteil") };

class MapSearch extends HTMLElement {
  connectedCallback() {
    this.found = [];
    this.active = -1;
    this.list = h("ul.search__list", {
      id: "search-list",
      role: "listbox",
      "aria-label": t("Fundstellen"),
      hidden: true,
    });
    this.field = h("input.search__field", {
      id: "search-field",
      type: "search",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-expanded": "false",
      "aria-controls": "search-list",
      "aria-autocomplete": "list",
      "aria-keyshortcuts": "/",
      placeholder: t("Nummer, Straße, Baumart"),
      oninput: () => this.#later(),
      onkeydown: (event) => this.#key(event),
      onfocus: () => this.found.length && this.#open(true),
    });
    this.said = h("p.kern-sr-only", { role: "status" });
    this.append(
      h("label.kern-sr-only", { for: "search-field" }, t("Suchen")),
      h("div.search", {}, icon("search"), this.field, h("kbd.search__key", { "aria-hidden": "true" }, "/")),
      this.list,
      this.said,
    );
    this.addEventListener("focusout", (event) => {
      if (!this.contains(event.relatedTarget)) this.#open(false);
    });
  }

  focusField() {
    this.field.focus();
    this.field.select();
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#search(), WAIT_MS);
  }

  async #search() {
    const words = this.field.value.trim();
    this.stop?.abort();
    if (words.length < 1) return this.#show([]);
    this.stop = new AbortController();
    try {
      this.#show(await read("/api/v1/search/", { q: words }, { signal: this.stop.signal }), words);
    } catch (error) {
      if (error.name !== "AbortError") this.#show([], "", error.sentence);
    }
  }

  #show(found, words = "", trouble = "") {
    this.found = found;
    this.active = -1;
    const nothing = trouble || (words && !found.length && t("Nichts gefunden für „{words}“.", { words }));
    this.list.replaceChildren(...found.map((row, i) => this.#row(row, i)));
    if (nothing) this.list.append(h("li.search__none", { role: "option", "aria-disabled": "true" }, nothing));
    this.said.textContent = found.length ? t("{n} Fundstellen", { n: found.length }) : nothing || "";
    this.#mark();
    this.#open(found.length > 0 || Boolean(nothing));
  }

  #row(row, i) {
    return h(
      "li.search__row",
      {
        id: `search-${i}`,
        role: "option",
        "aria-selected": "false",
        onmousedown: (event) => event.preventDefault(),
        onclick: () => this.#choose(i),
      },
      h("span.search__kind", {}, KIND_WORDS[row.kind] ?? ""),
      h("span.search__words", {}, h("strong", {}, row.label), row.sub ? h("span", {}, row.sub) : null),
    );
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) {
      event.preventDefault();
      this.#open(true);
      this.active = (this.active + step + this.found.length) % this.found.length;
      this.#mark();
    } else if (event.key === "Enter" && this.found.length) {
      event.preventDefault();
      this.#choose(Math.max(this.active, 0));
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.#open(false);
    }
  }

  #mark() {
    [...this.list.children].forEach((row, i) => {
      if (row.id) row.setAttribute("aria-selected", String(i === this.active));
      if (i === this.active) row.scrollIntoView({ block: "nearest" });
    });
    if (this.active >= 0) this.field.setAttribute("aria-activedescendant", `search-${this.active}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  #open(open) {
    this.list.hidden = !open;
    this.field.setAttribute("aria-expanded", String(open));
  }

  #choose(i) {
    const row = this.found[i];
    this.#open(false);
    this.field.value = row.kind === "tree" ? row.label : "";
    tell(this, "found", row);
  }
}

customElements.define("map-search", MapSearch);
